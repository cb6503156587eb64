"""What is wrong in a file of sources is told with its line, its key, and what to write instead."""

import tomllib

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from models.configuring.places import lines_of
from models.configuring.presets import preset_names, preset_sections, with_preset, without_preset
from models.configuring.reading import SourceFileError, read_sources
from models.configuring.trial import MappingError, read_mapping

HMAC = 'signature = { scheme = "hmac", header = "X-Sign", secret = "s3cret", '


def complaint(lines: str) -> str:
    """Return what is said of the lines of one source, whose first is line 3."""
    with pytest.raises(SourceFileError) as told:
        read_sources(f'[[source]]\nname = "a"\n{lines}\n', "sources.toml", {})
    text = str(told.value)
    assert "s3cret" not in text
    return text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("dayfirst = true", "dayfirst is not known. Did you mean day_first?"),
        ("day_first = 'often'", "day_first: it should be a valid boolean"),
        ("entity = 'Nothing'", "entity: there is no such entity. Write one of Contact,"),
        ("region = 'XX'", "region: it is no region. Write the two letters of ISO 3166"),
        ("contact_profile = 'x'", "contact_profile: there is no such profile. Write one of"),
        ("tell_when_silent = 'long'", 'tell_when_silent: "long" is no duration. Write a number'),
        ("requests_per_second = 0", "requests_per_second: it should be greater than 0"),
        ("preset = 'x'", 'preset: there is none called "x". Write one of'),
        ("preset = 'typeform'", 'signature.secret is missing. Write signature.secret = "env:NAME"'),
        ("signature = { header = 'X' }", "signature.scheme is missing. Write one of none, hmac,"),
        ("signature.scheme = 'hmca'", "signature.scheme is none that is known. Write one of none,"),
        (HMAC + "head = 'X' }", "signature.head is not known. Did you mean header?"),
        (HMAC + "algorithm = 'md5' }", "signature.algorithm is none that is known. Write 'sha1',"),
        (HMAC + "secret_encoding = 'hex' }", "signature.secret: The secret is not hex."),
        (HMAC + "signed = 'x' }", "signature: signed holds no {body}."),
        (HMAC + "signed = '{body' }", "signature: its braces do not close."),
        (HMAC + "signed = '{body}{bdy}' }", "signature: {bdy} is not known. Write {body},"),
        (HMAC + "signed = '{timestamp}{body}' }", "Say where it is sent: timestamp_header or"),
        (HMAC + "timestamp_header = 'T' }", "the timestamp is not signed"),
        (HMAC + "tolerance = '5 minutes' }", '"5 minutes" is no duration. Write a number and s'),
        (HMAC + "tolerance = '99d' }", "signature.tolerance: it should be less than or equal to"),
        ("signature = { scheme = 'code', code = 'x', secret = 's' }",
         'signature.code: There is no code "x" with a function verify.'),
        ("reader = 'twilio'", 'reader: There is no code "twilio" with a function read.'),
        ("addresses = ['10.0.0.1/8']", "addresses 1: it"),
        ("event_id.path = 'a['", 'event_id.path: "a[" is no JMESPath expression'),
        ("event_id = {}", "event_id: say one of header, path and same_body_within."),
        ("map = [{ columns = { Email = 'a[' } }]", 'map 1, columns.Email: "a[" is no JMESPath'),
        ("entity = 'Lead'\nmap = [{ columns = { Emal = 'a' } }]",
         "map 1, columns.Emal: Lead has no column Emal. Is Email"),
        ("map = [{ entity = 'Lad', columns = { Email = 'a' } }]",
         'map 1, entity: there is no entity "Lad". There are Contact'),
        ("map = [{ column = {} }]", "map 1, column is not known. Did you mean columns?"),
        ("spam.honeypt = 'body.url'", "spam.honeypt is not known. Did you mean honeypot?"),
        ("senders.origins = ['example.com']", "senders.origins 1: it is no origin. Write https://"),
        ("senders.redirect_to = 'https://x'", "senders: a redirect needs redirect_hosts"),
    ],
)  # fmt: skip
def test_each_fault_is_told_in_its_line(line: str, words: str) -> None:
    told = complaint(line)
    assert words in told
    assert f'sources.toml, line {2 + len(line.splitlines())}, source "a": ' in told or (
        "is missing" in told
    )


def test_all_faults_are_told_at_once() -> None:
    told = complaint("day_first = 1.5\n\nregion = 'X'\nsenders.get = 'x'\n[unknown]")
    assert [told.count(f"line {line}") for line in (3, 5, 6, 7)] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "there is no source in it. Begin each with [[source]]"),
        ("[source]\nname = 'a'", "there is no source in it"),
        ("name = 'a'", "name is not known. Write [[source]] before"),
        ("[[source]]\nname = 'a\n", "is not valid TOML: "),
        ("[[source]]\nname = 'a'\n[[source]]\nname = 'a'", 'line 4, source "a": name: "a" is'),
        ("[[source]]\nday_first = true", "line 1: name is missing"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_says_so(text: str, words: str) -> None:
    with pytest.raises(SourceFileError) as told:
        read_sources(text, "sources.toml", {})
    assert words in str(told.value)


def test_a_line_is_found_behind_values_of_several_lines() -> None:
    text = (
        '[[source]]\nname = """\n[[source]]\nx = 1\n"""\n\n# x = 2\nlist = [\n 1,\n 2,\n]\nx = 3\n'
    )
    paths = [
        ("source", 0, "name"),
        ("source", 0, "list", 1),
        ("source", 0, "x"),
        ("source", 0, "y"),
    ]
    assert lines_of(text, paths) == [2, 8, 12, 1]


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_is_what_a_user_could_have_written(name: str) -> None:
    preset = preset_sections(name)
    assert preset is not None
    secret = "signature.secret = 'env:SECRET'\n" if "signature" in preset else ""
    [read] = read_sources(f"[[source]]\nname = 'a'\npreset = '{name}'\n{secret}", "f", {})
    assert read.definition["preset"] == name


values = st.recursive(
    st.one_of(st.booleans(), st.integers(0, 3), st.sampled_from(["hmac", "none", "X", "***", ""])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(st.sampled_from(["scheme", "header", "secret", "path"]), inner, max_size=3),
    ),
    max_leaves=5,
)
sections = st.dictionaries(
    st.sampled_from(["signature", "event_id", "senders", "map", "spam", "entity", "x"]),
    values,
    max_size=4,
)


@given(sections, sections)
def test_what_a_source_says_itself_is_told_apart_from_its_preset(
    preset: dict[str, object], own: dict[str, object]
) -> None:
    merged = with_preset(preset, own)
    again = with_preset(preset, without_preset(preset, merged))
    assert again == merged


@given(sections)
def test_whatever_a_file_says_is_taken_or_told(said: dict[str, object]) -> None:
    text = tomlkit.dumps({"source": [{"name": "a"} | said]})
    assert tomllib.loads(text)
    try:
        read_sources(text, "sources.toml", {})
    except SourceFileError as error:
        assert "sources.toml, line " in str(error)


def test_a_file_of_sources_is_tried_as_it_is_applied() -> None:
    text = '[[source]]\nname = "a"\npreset = "typeform"\n[[source]]\nname = "b"\nentity = "Lead"\n'
    definition, entity = read_mapping(text, None, "a")
    assert (len(definition.map), entity) == (1, "FormSubmit")
    definition, entity = read_mapping(text, None, "b")
    assert (len(definition.map), entity) == (0, "Lead")
    with pytest.raises(MappingError, match='nothing of the source "c"'):
        read_mapping(text, None, "c")

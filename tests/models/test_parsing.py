"""From bytes to parameters, and what is said where the bytes are not what they claim to be."""

from decimal import Decimal
from time import process_time
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.reading.parse_error import Kind, ParseError
from models.reading.parsing import MOST_PARTS, Parameters, parse
from models.reading.texts import MOST_LEVELS

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
TEN_MEBIBYTES = 10 * 1024 * 1024


def part(name: str, value: bytes, *, file: str | None = None, content_type: str = "") -> bytes:
    filename = "" if file is None else f'; filename="{file}"'
    header = f'Content-Disposition: form-data; name="{name}"{filename}\r\n{content_type}'
    return b"--b\r\n" + header.encode() + b"\r\n" + value + b"\r\n"


def multipart(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--b--\r\n"


def why_not(content_type: str | None, body: bytes) -> str:
    """Return the advice that stands beside the error."""
    with pytest.raises(ParseError) as caught:
        parse(content_type, body)
    assert caught.value.kind is Kind.BODY_UNREADABLE
    return caught.value.advice


@pytest.mark.parametrize(
    ("body", "parameters"),
    [
        (b"{}", {}),
        (b'{"Email": "ada@example.com"}', {"Email": "ada@example.com"}),
        (b'{"Age": 36, "Amount": 10.50}', {"Age": 36, "Amount": Decimal("10.50")}),
        (b'{"Yes": true, "No": false, "None": null}', {"Yes": True, "No": False, "None": None}),
        (b'{"Tags": ["a", "b"]}', {"Tags": ["a", "b"]}),
        (b'{"Tag": "a", "Tag": "b", "Tag": "c"}', {"Tag": ["a", "b", "c"]}),
        (b'{"Form": {"Tag": 1, "Tag": 2}}', {"Form": {"Tag": [1, 2]}}),
        (b'\xef\xbb\xbf{"Name": "Ada"}', {"Name": "Ada"}),
        ('{"Name": "Zoë"}'.encode(), {"Name": "Zoë"}),
        (rb'{"Name": "Zo\u00eb"}', {"Name": "Zoë"}),
        (rb'{"Half": "\ud83d"}', {"Half": "\ud83d"}),
        (b' \r\n {"Name": "Ada"} \n', {"Name": "Ada"}),
    ],
)
def test_json_gives_its_keys(body: bytes, parameters: Parameters) -> None:
    assert parse("application/json", body) == parameters


@pytest.mark.parametrize("charset", ["utf-8", "ISO-8859-1", '"windows-1252"', "UTF-16", "latin1"])
def test_json_is_read_in_the_charset_that_is_named(charset: str) -> None:
    body = '{"Name": "Zoë"}'.encode(charset.strip('"'))
    assert parse(f"application/json; charset={charset}", body) == {"Name": "Zoë"}


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON",
        " application/json ; charset=utf-8",
        "application/vnd.api+json",
        "application/ld+json; charset=utf-8",
        "application/problem+JSON",
    ],
)
def test_json_goes_by_many_content_types(content_type: str) -> None:
    assert parse(content_type, b'{"Name": "Ada"}') == {"Name": "Ada"}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "It is not valid JSON at line 1, column 1"),
        (b'{"Name": "Ada",\n "Age" 36}', "It is not valid JSON at line 2, column 8"),
        (b'{"Name": "Ada"} {}', "It is not valid JSON at line 1, column 17"),
        (b'["Ada"]', "Its JSON is not an object"),
        (b'"Ada"', "Its JSON is not an object"),
        (b"null", "Its JSON is not an object"),
        (b'{"Name": "Zo\xeb"}', "Octet 12 of a text is not valid in the charset utf-8"),
        (b'{"Amount": NaN}', "Its JSON holds NaN"),
        (b'{"Amount": -Infinity}', "Its JSON holds -Infinity"),
        (b'{"Amount": 1e500}', "Its JSON holds a number that is too large or too small"),
        (b'{"Amount": 1e-500}', "Its JSON holds a number that is too large or too small"),
        (b'{"Amount": 1e99999999999999999999}', "Its JSON holds a number that is too large"),
        (b'{"Amount": ' + b"9" * 5000 + b"}", "Its JSON holds a number with too many digits"),
        (b'{"a": ' * 100_000 + b"1" + b"}" * 100_000, "Its JSON is nested too deeply"),
        (b"[" * TEN_MEBIBYTES, "Its JSON is nested too deeply"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_json_that_cannot_be_read_says_why(body: bytes, reason: str) -> None:
    assert why_not("application/json", body).startswith(reason)


def test_json_is_read_down_to_a_level_and_no_deeper() -> None:
    nested = b"[" * (MOST_LEVELS - 1) + b"]" * (MOST_LEVELS - 1)
    assert "Deep" in parse("application/json", b'{"Deep": ' + nested + b"}")
    assert "nested" in why_not("application/json", b'{"Deep": [' + nested + b"]}")


@pytest.mark.parametrize(
    ("body", "parameters"),
    [
        (b"", {}),
        (b"Name=Ada&Age=36", {"Name": "Ada", "Age": "36"}),
        (b"Name=Ada+King", {"Name": "Ada King"}),
        (b"Email=ada%2Bforms%40example.com", {"Email": "ada+forms@example.com"}),
        (b"Name=Zo%C3%AB", {"Name": "Zoë"}),
        ("Name=Zoë".encode(), {"Name": "Zoë"}),
        (b"Name=Zo%EB&_charset_=iso-8859-1", {"Name": "Zoë"}),
        (b"_charset_=&Name=Zo%C3%AB", {"Name": "Zoë"}),
        (b"Tag=a&Tag=b&Tag=", {"Tag": ["a", "b", ""]}),
        (b"Name=&Email", {"Name": "", "Email": ""}),
        (b"Discount=100%&Rest=%zz", {"Discount": "100%", "Rest": "%zz"}),
        (b"form%5Bname%5D=Ada", {"form[name]": "Ada"}),
    ],
)
def test_a_form_gives_its_fields(body: bytes, parameters: Parameters) -> None:
    assert parse(FORM, body) == parameters


def test_a_form_is_read_in_the_charset_that_is_named() -> None:
    assert parse(f"{FORM}; charset=windows-1251", b"Name=%C0%E4%E0") == {"Name": "Ада"}


@pytest.mark.parametrize(
    ("content_type", "body", "reason"),
    [
        (FORM, b"Name=Zo%EB", "Octet 2 of a text is not valid in the charset utf-8"),
        (FORM, b"&" * MOST_PARTS, f"It holds more than {MOST_PARTS} fields"),
        (FORM, b"Name=Ada&_charset_=klingon", "Its charset is one that Hookline does not know"),
        (f"{FORM}; charset=klingon", b"Name=Ada", "Its charset is one that Hookline does not"),
        (f"{FORM}; charset=rot13", b"Name=Ada", "Its charset is one that Hookline does not know"),
        (f"{FORM}; charset=punycode", b"Name=Ada", "Its charset is one that Hookline does not"),
    ],
)
def test_a_form_that_cannot_be_read_says_why(content_type: str, body: bytes, reason: str) -> None:
    assert why_not(content_type, body).startswith(reason)


@pytest.mark.parametrize(
    ("parts", "parameters"),
    [
        ([part("Name", b"Ada"), part("Age", b"36")], {"Name": "Ada", "Age": "36"}),
        ([part("Notes", b"two\r\nlines")], {"Notes": "two\r\nlines"}),
        ([part("Name", b"")], {"Name": ""}),
        ([part("Tag", b"a"), part("Tag", b"b")], {"Tag": ["a", "b"]}),
        ([part("Name", "Zoë".encode())], {"Name": "Zoë"}),
        ([part("CV", b"%PDF\x00\xff", file="ada.pdf")], {"CV": "ada.pdf"}),
        ([part("CV", b"", file="")], {"CV": ""}),
        (
            [part("Name", b"Zo\xeb", content_type="Content-Type: text/plain; charset=latin-1\r\n")],
            {"Name": "Zoë"},
        ),
        ([part("Name", b"Zo\xeb"), part("_charset_", b"iso-8859-1")], {"Name": "Zoë"}),
        ([], {}),
    ],
)
def test_multipart_gives_its_parts(parts: list[bytes], parameters: Parameters) -> None:
    assert parse(MULTIPART, multipart(*parts)) == parameters


@pytest.mark.parametrize(
    ("content_type", "body", "reason"),
    [
        ("multipart/form-data", multipart(part("a", b"")), "Its content type names no boundary"),
        ("multipart/form-data; boundary=other", multipart(part("a", b"")), "It is not multipart"),
        (MULTIPART, b"", "It is not multipart"),
        (MULTIPART, part("Name", b"Ada"), "It is not multipart"),
        (MULTIPART, part("Name", b"Ada")[:-5], "It is not multipart"),
        (MULTIPART, multipart(b"--b\r\n\r\nAda\r\n"), "It is not multipart"),
        (
            MULTIPART,
            multipart(b"--b\r\nContent-Disposition: form-data\r\n\r\nAda\r\n"),
            "One of its parts has no name",
        ),
        (MULTIPART, multipart(part("Name", b"Zo\xeb")), "Octet 2 of a text is not valid"),
        (
            MULTIPART,
            multipart(*[part("Tag", b"a")] * (MOST_PARTS + 1)),
            f"It holds more than {MOST_PARTS} fields",
        ),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_multipart_that_cannot_be_read_says_why(
    content_type: str, body: bytes, reason: str
) -> None:
    assert why_not(content_type, body).startswith(reason)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (MULTIPART, multipart(*[part("Tag", b"x" * 960)] * MOST_PARTS)),
        (MULTIPART, multipart(part("CV", b"\r\n--bx" * (TEN_MEBIBYTES // 6), file="cv"))),
        (MULTIPART, b"--b" + b" " * TEN_MEBIBYTES),
        (FORM, b"a=%41" * (TEN_MEBIBYTES // 5)),
        (FORM, b"&" * TEN_MEBIBYTES),
        ("application/json", b'{"a": [' + b"0," * (TEN_MEBIBYTES // 8) + b"0]}"),
        ("application/json; charset=punycode", b"a-" + b"b" * TEN_MEBIBYTES),
    ],
    ids=["parts", "false boundaries", "no end", "percent", "ampersands", "numbers", "punycode"],
)
def test_the_largest_body_is_read_or_refused_in_seconds(content_type: str, body: bytes) -> None:
    began = process_time()
    try:
        parse(content_type, body)
    except ParseError as error:
        assert error.kind is Kind.BODY_UNREADABLE
    assert process_time() - began < 8  # where it takes longer, it grows with the square


CONTENT_TYPES = st.one_of(
    st.sampled_from([FORM, MULTIPART, "application/json", "text/x+json", ""]),
    st.text(st.characters(exclude_categories=())),
    st.builds(
        "{}; {}={}".format,
        st.sampled_from([FORM, "multipart/form-data", "application/json"]),
        st.sampled_from(["charset", "boundary", "charset*", "boundary*0"]),
        st.sampled_from(["b", "utf-16", "utf-7", "unicode_escape", "idna", "hex", "a''b", '"\0"'])
        | st.text(),
    ),
)
BODIES = st.one_of(
    st.binary(),
    st.text('{}[]":,0159.eE-+\\ud8 \n').map(str.encode),
    st.text("-b\r\n: ;=\"*'&%+").map(str.encode),
    st.binary().map(lambda value: multipart(part("a", value))),
    st.binary().map(lambda head: b"--b\r\nContent-Disposition: form-data; " + head + b"\r\n\r\n"),
    st.binary().map(lambda charset: b"a=%ff&_charset_=" + charset),
)


@given(content_type=CONTENT_TYPES, body=BODIES)
def test_no_bytes_whatever_raise_anything_but_a_parse_error(content_type: str, body: bytes) -> None:
    try:
        parameters = parse(content_type, body)
    except ParseError as error:
        assert error.column is None
    else:
        assert all(isinstance(name, str) for name in parameters)


@given(st.dictionaries(st.text(), st.text()))
def test_a_form_comes_back_as_it_was_sent(fields: dict[str, str]) -> None:
    fields.pop("_charset_", None)
    assert parse(FORM, urlencode(fields).encode()) == fields

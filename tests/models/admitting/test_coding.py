"""A service for which data would turn into a language: code of ours, and of a user's package."""

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from importlib import invalidate_caches
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from models.admitting.admission import Admission, admit
from models.admitting.coding import code_of
from models.admitting.request import BrokenDefinitionError, NotAdmittedError, Request
from models.configuring.definition import Definition
from models.configuring.manner import Manner, drafts_of
from models.configuring.presets import preset_names
from models.configuring.reading import SourceFileError, read_sources
from tests.models.mapping.mapped import request

USERS = '''
PRESET = """
# Ours: signs backwards.
entity = "Lead"
[signature]
scheme = "code"
code = "backwards"
"""

def verify(request, secrets):
    if request.body == b"crash":
        raise RuntimeError(secrets[0])
    return request.header("X-Sign").encode() == request.body[::-1]
'''
Install = Callable[[str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Return what installs a package with an entry point, as pip would."""

    def _install(module: str) -> None:
        (tmp_path / "users_backwards.py").write_text(module)
        info = tmp_path / "users_backwards-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Name: users-backwards\nVersion: 1.0\n")
        points = "[hookline.sources]\nbackwards = users_backwards\n"
        (info / "entry_points.txt").write_text(points)
        invalidate_caches()
        _forget()

    monkeypatch.syspath_prepend(tmp_path)
    yield _install
    _forget()


def _forget() -> None:
    sys.modules.pop("users_backwards", None)
    code_of.cache_clear()
    preset_names.cache_clear()


def admitted(code: str, request: Request, secrets: Sequence[str] = ("12345",)) -> bool:
    scheme: dict[str, Any] = {"scheme": "code", "code": code, "secret": secrets}
    try:
        admit(Admission.model_validate({"signature": scheme}), request, datetime.now(UTC))
    except NotAdmittedError:
        return False
    return True


def test_the_example_that_twilio_publishes_is_let_in() -> None:
    caller = "+14158675309"
    fields = {"Digits": "1234", "To": "+18005551212", "From": caller, "Caller": caller,
              "CallSid": "CA1234567890ABCDE"}  # fmt: skip
    request = Request(
        body=urlencode(fields).encode(),
        headers=[("X-Twilio-Signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8=")],
        url="https://mycompany.com/myapp.php?foo=1&bar=2",
    )
    assert admitted("twilio", request)
    assert admitted("twilio", request, ["other", "12345"])
    assert not admitted("twilio", request, ["12346"])
    assert not admitted("twilio", Request(request.body + b"0", request.headers, url=request.url))
    assert not admitted("twilio", Request(request.body, url=request.url))


def test_a_users_package_brings_a_preset_and_its_check(install: Install) -> None:
    install(USERS)
    (read,) = read_sources(
        '[[source]]\nname = "a"\npreset = "backwards"\nsignature.secret = "s"', "a.toml", {}
    )
    assert (read.entry.entity, read.definition["signature"]["code"]) == ("Lead", "backwards")
    assert admitted("backwards", Request(b"abc", [("X-Sign", "cba")]))
    assert not admitted("backwards", Request(b"abc", [("X-Sign", "abc")]))
    assert not admitted("backwards", Request(b"abc"))


def test_a_users_package_reads_what_no_expression_can(install: Install) -> None:
    """For the mapping, and for the id of the event."""
    install("def read(document): return dict(zip('ab', document['body']['both'].split('|')))")
    admission = Admission.model_validate({"reader": "backwards", "event_id": {"path": "body.b"}})
    seen = [
        admit(admission, Request(body, content_type="application/json"), datetime.now(UTC))
        for body in (b'{"both": "1|7"}', b'{"both": "2|7"}', b'{"both": "2|8"}')
    ]
    first, second, third = [event.sha256 for event in seen if event]
    assert first == second != third
    definition = Definition.model_validate(
        {"reader": "backwards", "map": [{"columns": {"Email": "body.a"}}]}
    )
    manner = Manner(default_entity="Lead", definition=definition)
    ((_, draft),) = drafts_of(request({"both": "ada@example.com|x"}), manner, {"Lead"})
    assert draft.values == {"email": "ada@example.com"}
    ((_, draft),) = drafts_of(request({"one": "x"}), manner, {"Lead"})
    assert 'The code "backwards" raised KeyError.' in draft.errors[0].message


def test_code_that_raises_lets_no_one_in_and_tells_no_secret(install: Install) -> None:
    install(USERS)
    with pytest.raises(BrokenDefinitionError, match="raised RuntimeError") as told:
        admitted("backwards", Request(b"crash"), ["s3cret"])
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize("module", ["import nothing_of_this_name", "verify = 1", ""])
def test_code_that_is_none_lets_no_one_in(install: Install, module: str) -> None:
    install(module)
    with pytest.raises(BrokenDefinitionError):
        admitted("backwards", Request(b"abc", [("X-Sign", "cba")]))


def test_a_preset_that_cannot_be_read_is_told(install: Install) -> None:
    install("import nothing_of_this_name")
    with pytest.raises(SourceFileError, match="cannot be read: ModuleNotFoundError"):
        read_sources('[[source]]\nname = "a"\npreset = "backwards"', "a.toml", {})


def test_only_what_is_true_lets_in(install: Install) -> None:
    install("verify = lambda request, secrets: 'yes'")
    assert not admitted("backwards", Request())

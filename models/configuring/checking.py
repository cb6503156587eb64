"""What may be wrong with a source whose every key is well formed: secrets, code, columns."""

from collections.abc import Callable, Iterator
from functools import partial

from models.admitting.coding import function_of
from models.admitting.request import BrokenDefinitionError
from models.admitting.schemes import Coded
from models.admitting.signing import check_secrets
from models.configuring.entry import Entry
from models.configuring.places import Path
from models.configuring.wording import in_key
from models.mapping.checking import problems

Fault = tuple[Path, str]
"""Where something is wrong, and a sentence that says what."""


def faults_beyond(entry: Entry) -> Iterator[Fault]:
    """Yield what a source names and there is not, or what cannot be used as it is."""
    for path, check in _checks(entry):
        try:
            check()
        except BrokenDefinitionError as error:
            yield path, f"{in_key(path)}: {error}"
    yield from _columns_missing(entry)


def _checks(entry: Entry) -> Iterator[tuple[Path, Callable[[], object]]]:
    if isinstance(entry.signature, Coded):
        yield ("signature", "code"), partial(function_of, entry.signature.code, "verify")
    if entry.signature:
        yield ("signature", "secret"), partial(check_secrets, entry.signature)
    if entry.reader:
        yield ("reader",), partial(function_of, entry.reader, "read")


def _columns_missing(entry: Entry) -> Iterator[Fault]:
    """Yield what mappings fill that is not there."""
    for at, mapping in enumerate(entry.map):
        for problem in problems([mapping], entry.entity):
            key, _, words = problem.removeprefix("map 1, ").partition(": ")
            path: Path = ("map", at, *key.split("."))
            yield path, f"{in_key(path)}: {words}"

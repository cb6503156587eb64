"""Sources for which data would turn into a language: a few lines of Python, ours or a user's.

A module of models/configuring/presets, or one that a package names by an entry point of the group
`hookline.sources`, may hold two functions: `verify(request, secrets)` is True where a request is
from its source, and `read(document)` returns the `body` that the source's expressions see.
"""

import importlib
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from models.admitting.request import BrokenDefinitionError, NotAdmittedError, Request

OURS = "models.configuring.presets"
GROUP = "hookline.sources"


def verify_by_code(name: str, request: Request, secrets: Sequence[str]) -> None:
    """Have the code of a source say whether a request is from it.

    Raises:
        NotAdmittedError: it says no.
        BrokenDefinitionError: there is no such code, or it raised.
    """
    verify = function_of(name, "verify")
    try:
        said = verify(request, secrets)
    except NotAdmittedError:
        raise
    except Exception as error:
        raise BrokenDefinitionError(f'The code "{name}" raised {type(error).__name__}.') from error
    if said is not True:
        raise NotAdmittedError(f"The request is not signed as {name} signs.")


def read_by_code(name: str, document: dict[str, Any]) -> Any:
    """Have the code of a source make of a request the `body` that expressions see.

    Raises:
        BrokenDefinitionError: there is no such code, or it raised.
    """
    read = function_of(name, "read")
    try:
        return read(document)
    except Exception as error:
        raise BrokenDefinitionError(f'The code "{name}" raised {type(error).__name__}.') from error


@cache
def code_of(name: str) -> ModuleType | None:
    """Return the module of a source that is code, None where there is none of this name.

    Raises:
        BrokenDefinitionError: it cannot be imported.
    """
    points = {each.name: each.value for each in entry_points(group=GROUP)}
    ours = f"{OURS}.{name}"
    try:
        if name.isidentifier() and find_spec(ours):
            return importlib.import_module(ours)
        return importlib.import_module(points[name]) if name in points else None
    except Exception as error:
        raise BrokenDefinitionError(
            f'The code "{name}" cannot be read: {type(error).__name__}: {error}.'
        ) from error


def names_of_code() -> list[str]:
    """Return the names of those that packages bring."""
    return sorted({each.name for each in entry_points(group=GROUP)})


def function_of(name: str, function: str) -> Callable[..., Any]:
    """Return a function of a source that is code.

    Raises:
        BrokenDefinitionError: there is no such code, or no such function in it.
    """
    found = getattr(code_of(name), function, None)
    if not callable(found):
        raise BrokenDefinitionError(f'There is no code "{name}" with a function {function}.')
    return found  # type: ignore[no-any-return]

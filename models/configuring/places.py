"""In which line of a TOML file something stands, for errors that people can follow."""

import tomllib
from collections.abc import Sequence
from typing import Any

Path = tuple[str | int, ...]
"""Keys, and positions in lists, that lead to a value."""


def lines_of(text: str, paths: Sequence[Path]) -> list[int]:
    """Return the line that each path begins in; of one that is not there, that of what holds it.

    The parser tells no lines. But a file is read the same up to any line that ends a statement, so
    that the first part in which something is there ends with it.
    """
    whole = tomllib.loads(text)
    wanted = [_as_far_as_it_is(whole, path) for path in paths]
    found: dict[Path, int] = {(): 1}
    lines, read = text.splitlines(), 0
    for number in range(1, len(lines) + 1):
        if all(path in found for path in wanted):
            break
        try:
            part = tomllib.loads("\n".join(lines[:number]) + "\n")
        except tomllib.TOMLDecodeError:
            continue  # in the middle of a value
        for path in wanted:
            if path not in found and _as_far_as_it_is(part, path) == path:
                found[path] = read + 1
        read = number
    return [found.get(path, 1) for path in wanted]


def _as_far_as_it_is(value: Any, path: Path) -> Path:
    for depth, key in enumerate(path):
        if not has(value, key):
            return path[:depth]
        value = value[key]
    return path


def has(value: Any, key: str | int) -> bool:
    """Say whether a table has a key, or a list a position."""
    if isinstance(value, dict):
        return key in value
    return isinstance(value, list) and isinstance(key, int) and key < len(value)

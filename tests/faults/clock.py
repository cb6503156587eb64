"""A clock that jumps, for processes that are started with it: by libfaketime, where it is there."""

from pathlib import Path

PLACES = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/local/lib/faketime/libfaketimeMT.so.1")


def library() -> Path | None:
    """Return libfaketime, as Debian's package brings it; None where it is not there."""
    found = [file for place in PLACES for file in Path("/").glob(place.removeprefix("/"))]
    return next(iter(found), None)


class Clock:
    """What processes believe to be the time; not how long something takes."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.move("+0")

    def move(self, offset: str) -> None:
        """Move it, by such as `+2h` or `-1d`, from the real time."""
        new = self._file.with_suffix(".new")
        new.write_text(offset)
        new.replace(self._file)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }

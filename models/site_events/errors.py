"""What Matomo can do to a request: be away, which may pass, or refuse it.

Their texts are kinds: no URL, no token, and nothing of what Matomo answered.
"""


class MatomoAwayError(Exception):
    """Matomo cannot be reached, is slow, angry, or talks nonsense. The same may succeed later."""

    def __init__(self, kind: str, retry_after: float | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.retry_after = retry_after
        """For how many seconds it asked to be left alone, where it did."""


class MatomoRefusedError(Exception):
    """Matomo, or our own caution, refuses the request; a person has to change something."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind

"""One of the records that a webhook comes to: the webhook, a position within it, and a draft."""

from dataclasses import dataclass, replace
from uuid import UUID

from models.reading.drafting import Draft
from models.reading.parse_error import ParseError
from models.webhook import Webhook

Place = tuple[UUID, int]
"""A webhook's id and a position: what a record is made for, once."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a webhook comes to at one position."""

    webhook: Webhook
    position: int
    draft: Draft

    @property
    def place(self) -> Place:
        """Return what its record is made for, once."""
        return self.webhook.id, self.position

    def refused(self, error: ParseError) -> "Part":
        """Fail this record for an error that is its reason; those beside it are made."""
        return replace(self, draft=self.draft.refused(error))

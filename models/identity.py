"""Who and when: the ids of rows, and the clock."""

from datetime import UTC, datetime
from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """Make a GUID of version 7, whose order is the order of making."""
    return uuid_utils.compat.uuid7()


def first_id_of(moment: datetime) -> UUID:
    """Return the smallest id that can have been made at a moment, or after it."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def moment_of_id(made: UUID) -> datetime:
    """Return when an id of `new_id` was made, to the millisecond."""
    return datetime.fromtimestamp((made.int >> 80) / 1000, UTC)

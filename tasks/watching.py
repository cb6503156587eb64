"""Watching for webhooks that trickle in: one task run that goes round and round.

Tasks are called as plain functions here: a task run a webhook would fill Prefect's database.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from uuid import UUID

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from sqlmodel import Session

from models.database import DatabaseAwayError, reading
from models.entities import entities_of_people
from models.identity import utc_now
from models.matching.rules import Decision
from models.processing.claiming import another_is_at_it, oldest_new
from models.processing.outcome import Outcome, records_by_entity, sentence
from models.receiving.waking import AWAKE_SECONDS, watching
from tasks.contacts import search_and_create
from tasks.retries import at_once
from tasks.running import run_id
from tasks.webhooks import claim_webhooks, create_entity

TRICKLE = 50
"""A round of watching takes fewer than this; where as many wait, they are a batch."""

LOOK_EVERY_SECONDS = 2.0
"""How often it looks where nobody wakes it: webhooks that were put back, or written by hand."""
LOOK_SOON_SECONDS = 0.1
"""How often, while webhooks are coming."""
LEFT_TO_ANOTHER_SECONDS = 0.3
"""How long a webhook is left to the run that took the one before.

Several runs watch at any moment. Were what comes shared among them, each would run what follows,
and leave its tables, each minute: Prefect's database grew half as much again.
"""
AT_IT_SECONDS = 60
"""How long ago another run may have taken the last one for the next to be left to it."""
SAY_EVERY_SECONDS = 2
FOLLOWED_WITHIN_SECONDS = 60
"""How long what follows on a record may wait: its subflow runs once for all that came meanwhile."""


@dataclass
class Trickle:
    """What came of watching: what became of webhooks, and whose contacts were found or made."""

    outcomes: list[Outcome] = field(default_factory=list)
    decisions: list[tuple[str, Decision]] = field(default_factory=list)
    """With the code of the record's entity."""


@task(cache_policy=NO_CACHE)
def watch_for_webhooks(seconds: float) -> Trickle:
    """Create the records of webhooks as they trickle in, and find or make their contacts.

    It ends when the time is over, or when so many wait that they are a batch; and some time after
    it made its first record, so that what follows, such as site events, does not wait for the end
    of the run. It ends early, with what it made, where the database is away: the claim that a flow
    makes next is what retries.
    """
    end = monotonic() + seconds
    trickle = Trickle()
    say = _Saying()
    claiming = Claiming()
    awake_until = 0.0
    with suppress(DatabaseAwayError), watching() as wait:
        while monotonic() < end:
            if not (claimed := claiming.what_is_new()):
                say.what_is_new(trickle.outcomes)
                awake = monotonic() < awake_until or claiming.left is not None
                look = LOOK_SOON_SECONDS if awake else LOOK_EVERY_SECONDS
                wait(min(look, end - monotonic()))
                continue
            awake_until = monotonic() + AWAKE_SECONDS
            created = at_once(create_entity, claimed)
            if not trickle.outcomes:
                end = min(end, monotonic() + FOLLOWED_WITHIN_SECONDS)
            trickle.outcomes += created
            trickle.decisions += _search_contacts_of(created)
            if len(claimed) == TRICKLE - 1:
                break
    return trickle


class Claiming:
    """Claims what is New, and leaves it for a moment to another run that is at it."""

    def __init__(self) -> None:
        self.left: UUID | None = None
        """The oldest webhook, where it was left to another run."""
        self.since = 0.0

    def what_is_new(self) -> list[UUID]:
        """Claim what is New, fewer than a batch, and return it; nothing, where it is left."""
        with reading() as session:
            oldest = oldest_new(session)
            if oldest and self._is_left(session, oldest):
                return []
        self.left = None
        return claim_webhooks.fn(TRICKLE - 1) if oldest else []

    def _is_left(self, session: Session, oldest: UUID) -> bool:
        since = utc_now() - timedelta(seconds=AT_IT_SECONDS)
        if not another_is_at_it(session, run_id(), since):
            return False
        if oldest != self.left:
            self.left, self.since = oldest, monotonic()
        return monotonic() - self.since < LEFT_TO_ANOTHER_SECONDS


def _search_contacts_of(outcomes: list[Outcome]) -> list[tuple[str, Decision]]:
    return [
        (entity, decision)
        for entity, record_ids in records_by_entity(outcomes).items()
        if entity in entities_of_people()
        for decision in at_once(search_and_create, entity, record_ids)
    ]


class _Saying:
    """Tells the run's log how it goes, now and then rather than for each round."""

    def __init__(self) -> None:
        self.said = 0
        self.at = monotonic()

    def what_is_new(self, outcomes: list[Outcome]) -> None:
        if len(outcomes) > self.said and monotonic() - self.at >= SAY_EVERY_SECONDS:
            get_run_logger().info(sentence(outcomes[self.said :]))
            self.said, self.at = len(outcomes), monotonic()

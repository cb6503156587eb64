"""Which webhooks a run may work on: claims, and the way back for those that got stuck.

The claim is the only guard between runs: whatever runs at once, a webhook is claimed by one.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.processing.logging import log_of_webhooks
from models.processing.outcome import Outcome
from models.processing.periods import latest_arrival, periods
from models.reading.parse_error import attempts_exhausted
from models.settings import settings
from models.setwise.among import among
from models.webhook import Status, Webhook

SUSPECT_AFTER_ATTEMPTS = 2
"""A webhook whose runs were killed so often may be what kills them.

Were it claimed with as many as ever, those beside it would be killed with it until they had no
attempt left. The first time, a run was most likely just stopped.
"""
SUSPECTS_AT_ONCE = 50
"""How many of a batch that was killed are claimed together, before each is claimed alone."""


def most_at_once(attempts: int, limit: int, most_attempts: int) -> int:
    """Say how many webhooks may be claimed together, of those that have had so many attempts.

    Args:
        attempts: that they have had.
        limit: how many are asked for.
        most_attempts: after which they are given up; the last is each webhook's own.
    """
    if attempts < SUSPECT_AFTER_ATTEMPTS:
        return limit
    among_suspects = attempts == SUSPECT_AFTER_ATTEMPTS and attempts + 1 < most_attempts
    return min(limit, SUSPECTS_AT_ONCE) if among_suspects else 1


def claim(session: Session, limit: int, now: datetime, run_id: UUID | None = None) -> list[UUID]:
    """Set up to `limit` New webhooks, the oldest first, to Processing, and return their ids.

    They say which run has them, so that they can go back to New once that is over.

    PostgreSQL skips what another run is claiming at this moment. SQLite has one writer at a time,
    so that there the claims come one after the other. Webhooks under suspicion are claimed by
    themselves when their turn comes.
    """
    # A common table expression is evaluated once. In a subquery, PostgreSQL may evaluate the
    # limit again for each row that it joins, and claim more than was asked for.
    oldest = _claimable(session, limit).with_for_update(skip_locked=True).cte("oldest")
    claimed = session.execute(
        update(Webhook)
        .where(col(Webhook.id) == oldest.c.id)
        .values(
            status=Status.PROCESSING,
            status_since=now,
            attempts=col(Webhook.attempts) + 1,
            flow_run_id=run_id,
        )
        .returning(col(Webhook.received_at), col(Webhook.id)),
        execution_options={"synchronize_session": False},
    )
    return [webhook_id for _, webhook_id in sorted(claimed)]


def _claimable(session: Session, limit: int) -> SelectOfScalar[UUID]:
    new = _oldest_first()
    attempts = session.scalar(new.with_only_columns(col(Webhook.attempts)).limit(1)) or 0
    suspect = attempts >= SUSPECT_AFTER_ATTEMPTS
    alike = Webhook.attempts == attempts if suspect else Webhook.attempts < SUSPECT_AFTER_ATTEMPTS
    return new.where(alike).limit(most_at_once(attempts, limit, settings().most_attempts))


def some_are_new(session: Session, at_least: int = 1) -> bool:
    """Say whether so many webhooks wait, at the cost of a look at an index."""
    some = select(Webhook.id).where(Webhook.status == Status.NEW).limit(at_least)
    return len(session.exec(some).all()) >= at_least


def oldest_new(session: Session) -> UUID | None:
    """Return the webhook that is New and came first, at the cost of a look at an index."""
    return session.exec(_oldest_first().limit(1)).first()


def _oldest_first() -> SelectOfScalar[UUID]:
    return (
        select(Webhook.id)
        .where(Webhook.status == Status.NEW)
        .order_by(col(Webhook.received_at), col(Webhook.id))
    )


def another_is_at_it(session: Session, run_id: UUID | None, since: datetime) -> bool:
    """Say whether the webhook that was Done last, since a moment, was another run's."""
    last = session.exec(
        select(Webhook.flow_run_id)
        .where(Webhook.status == Status.DONE, Webhook.status_since > since)
        .order_by(col(Webhook.status_since).desc())
        .limit(1)
    ).first()
    return last is not None and last != run_id


def some_are_stuck(session: Session, now: datetime) -> bool:
    """Say whether any webhook stayed in Processing for too long.

    Raises:
        PeriodError: a period in the lookup is none.
    """
    stuck = select(Webhook.id).where(*_stuck(session, now)).limit(1)
    return session.exec(stuck).first() is not None


def put_back_stuck(session: Session, now: datetime) -> int:
    """Set webhooks that stayed in Processing longer than its period back to New; count them.

    Their run was killed or lost its database. What it had committed is Done or Failed, so that
    these have no record yet.

    Raises:
        PeriodError: a period in the lookup is none.
    """
    put_back = session.execute(
        update(Webhook).where(*_stuck(session, now)).values(status=Status.NEW, status_since=now),
        execution_options={"synchronize_session": False},
    )
    return put_back.rowcount  # type: ignore[attr-defined, no-any-return]


def give_up_stuck(session: Session, now: datetime, most_attempts: int) -> list[Outcome]:
    """Set those stuck in Processing that were claimed `most_attempts` times to Failed, and say so.

    To be called before the others are put back: else a webhook that kills each run that has it
    would come again for ever.

    Raises:
        PeriodError: a period in the lookup is none.
    """
    given_up = session.execute(
        update(Webhook)
        .where(*_stuck(session, now), col(Webhook.attempts) >= most_attempts)
        .values(status=Status.FAILED, status_since=now, error_count=col(Webhook.error_count) + 1)
        .returning(col(Webhook.id), col(Webhook.attempts)),
        execution_options={"synchronize_session": False},
    ).all()
    errors = {webhook_id: attempts_exhausted(attempts) for webhook_id, attempts in given_up}
    log_of_webhooks(session, errors, now)
    return [
        Outcome(webhook_id, Status.FAILED, errors=((error.kind, None),))
        for webhook_id, error in errors.items()
    ]


def _stuck(session: Session, now: datetime) -> tuple[ColumnElement[bool], ...]:
    before = latest_arrival(now, periods(session)[Status.PROCESSING])
    return col(Webhook.status) == Status.PROCESSING, col(Webhook.status_since) < before


def chunks(ids: list[UUID], least: int = 10_000, most_chunks: int = 50) -> list[list[UUID]]:
    """Cut a batch into chunks of at least `least`, and into at most `most_chunks` of them.

    A task run costs as much for a chunk as for one webhook: some 40 ms of processor time, half of
    it in Prefect's server, and its rows in Prefect's database.
    """
    size = max(least, -(-len(ids) // most_chunks))
    return [ids[start : start + size] for start in range(0, len(ids), size)]


def portions(
    session: Session, ids: Sequence[UUID], most: int = 500, most_bytes: int = 64 * 1024 * 1024
) -> list[list[UUID]]:
    """Cut a chunk into what is worked on at a time, in one transaction.

    Args:
        session: a transaction, or one that reads.
        ids: of webhooks.
        most: how many. A webhook among 500 takes 0.6 of the processor time that it takes among 50,
            and hardly less among 2,000; and what else writes waits for the end of a transaction.
        most_bytes: how many their bodies have, which are in memory: one may have ten mebibytes.
    """
    size = func.length(col(Webhook.request_body))
    if (session.scalar(select(func.sum(size)).where(among(Webhook.id, ids))) or 0) <= most_bytes:
        return [list(ids[start : start + most]) for start in range(0, len(ids), most)]
    of = dict(session.exec(select(Webhook.id, size).where(among(Webhook.id, ids))).all())
    cut: list[list[UUID]] = []
    room = 0
    for each in ids:
        room -= of.get(each, 0)
        if not cut or room < 0 or len(cut[-1]) == most:
            cut.append([])
            room = most_bytes - of.get(each, 0)
        cut[-1].append(each)
    return cut

"""How long a webhook may stay in each status: one column, for recovery and for retention."""

from datetime import datetime, timedelta

from sqlmodel import Session, select

from models.webhook import WebhookStatus

LONGEST = timedelta(days=100 * 366)
"""A period that is longer never ends, and would be no moment that a clock can show."""


class PeriodError(Exception):
    """A period in the lookup is none: permanent, until somebody corrects it there."""


def periods(session: Session) -> dict[str, timedelta]:
    """Return the longest stay in each status, as the lookup `webhook_status` has it.

    Raises:
        PeriodError: a period is shorter than a second.
    """
    found = session.exec(select(WebhookStatus).order_by(WebhookStatus.name))
    return {each.name: period(each.name, each.period_seconds) for each in found}


def period(status: str, seconds: int) -> timedelta:
    """Return a period of the lookup, or refuse it: with 0, webhooks would go as they come."""
    if seconds < 1:
        raise PeriodError(
            f"The period of {status} in the lookup webhook_status is {seconds} seconds. "
            "Set period_seconds to 1 or more."
        )
    return timedelta(seconds=min(seconds, LONGEST.total_seconds()))


def latest_arrival(now: datetime, period: timedelta) -> datetime:
    """Return the moment such that who came to a status before it has stayed for too long.

    Who has stayed for exactly the period may stay a little longer.
    """
    return now - period

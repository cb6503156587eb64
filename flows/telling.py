"""Events for Prefect, for automations that users build: kinds, ids and counts, few a run."""

from collections import Counter
from collections.abc import Iterable, Sequence

from prefect.events import emit_event

from models.notifying.tables import Alarm, Topic
from models.processing.outcome import Outcome
from models.webhook import Status

MOST_IDS = 100
"""Ids of webhooks in one event."""

WEBHOOKS = {"prefect.resource.id": "hookline.webhooks", "prefect.resource.name": "Webhooks"}
QUEUE = {"prefect.resource.id": "hookline.queue", "prefect.resource.name": "Webhooks in New"}


def tell_of(outcomes: Sequence[Outcome]) -> None:
    """Emit what a run did: `hookline.webhooks.received`, and `….failed` where some failed.

    The kinds of error are related resources, so that an automation can ask for one of them.
    """
    if not outcomes:
        return
    counts = Counter(outcome.word for outcome in outcomes)
    emit_event(
        "hookline.webhooks.received",
        resource=WEBHOOKS,
        payload={"count": len(outcomes), "outcomes": dict(counts)},
    )
    failed = [outcome for outcome in outcomes if outcome.status is Status.FAILED]
    if failed:
        kinds = Counter(str(kind) for outcome in failed for kind, _ in outcome.errors)
        emit_event(
            "hookline.webhooks.failed",
            resource=WEBHOOKS,
            related=[
                {"prefect.resource.id": f"hookline.error.{kind}", "prefect.resource.role": "error"}
                for kind in kinds
            ],
            payload={
                "count": len(failed),
                "kinds": dict(kinds),
                "webhooks": [str(outcome.webhook_id) for outcome in failed[:MOST_IDS]],
            },
        )


def tell_of_alarms(alarms: Iterable[Alarm]) -> None:
    """Emit what began and what is over: stuck and moving queues, silent and heard sources."""
    for alarm in alarms:
        if alarm.topic == Topic.STUCK_QUEUE:
            word, resource = "queue.moving" if alarm.cleared_at else "queue.stuck", QUEUE
        else:
            word = "source.heard" if alarm.cleared_at else "source.silent"
            resource = {
                "prefect.resource.id": f"hookline.source.{alarm.webhook_source}",
                "prefect.resource.name": alarm.webhook_source,
            }
        emit_event(
            f"hookline.{word}", resource=resource, payload={"since": alarm.since.isoformat()}
        )

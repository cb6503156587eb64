"""notify: tell people what happens to webhooks, and what has stopped happening."""

from collections import Counter

from prefect import State, flow, get_run_logger
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner

from flows.reporting import run_name
from flows.telling import tell_of_alarms
from models.notifying.delivery import Delivery, Result
from tasks.notifications import (
    list_notifications,
    note_delivery,
    send_notification,
    watch_queue_and_sources,
)

AT_ONCE = 8
"""Addresses that are sent to at once, so that a slow one keeps no other waiting."""


@flow(
    name="notify",
    flow_run_name=lambda: run_name("notify"),
    task_runner=ThreadPoolTaskRunner(max_workers=AT_ONCE),  # type: ignore[arg-type]  # its stub
)
def notify() -> State[None]:
    """Tell each address what it has not been told, in one message, however much it is.

    1. Watch: is the queue stuck, or a source silent? Raise alarms, and emit events for Prefect.
    2. Send: to each address what is new since its marker; nothing where nothing is.
    3. Note: move the markers of those that took their message.

    The run ends Failed where an address did not take its message, since nobody is told of that
    otherwise; the next run tries again.
    """
    tell_of_alarms(watch_queue_and_sources())
    sending = send_notification.map(list_notifications())
    noting = note_delivery.map(sending)  # each as soon as it was sent, whatever the others do
    noting.wait()
    done = [future.state.result() for future in noting if future.state.is_completed()]
    for delivery in done:
        if delivery.result is Result.NOT_REACHED:
            get_run_logger().warning("not reached: notification %s", delivery.notification_id)
    if len(done) < len(sending) or any(each.result is Result.NOT_REACHED for each in done):
        return Failed(message=_sentence(done, len(sending)))
    return Completed(message=_sentence(done, len(sending)))


def _sentence(done: list[Delivery], total: int) -> str:
    counts = Counter(delivery.result for delivery in done)
    parts = [f"{counts[result]} {result}" for result in Result if counts[result]]
    if broken_off := total - len(done):
        parts.append(f"{broken_off} broken off")
    return f"{total} notification{'' if total == 1 else 's'}: {', '.join(parts) or 'none is set'}"


if __name__ == "__main__":
    notify()

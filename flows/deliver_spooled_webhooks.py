"""deliver-spooled-webhooks: pass on what the receiver kept while the database was away."""

from prefect import State, flow
from prefect.states import Completed, Failed

from flows.reporting import run_name
from tasks.spool import deliver_spool, spool_is_overdue


@flow(
    name="deliver-spooled-webhooks",
    flow_run_name=lambda: run_name("deliver-spooled-webhooks"),
)
def deliver_spooled_webhooks() -> State[None]:
    """Put what is in this machine's spool into the table of webhooks, each exactly once.

    The receiver does so by itself as soon as its database takes webhooks again; this is for a
    spool whose receiver is gone, or that was moved here with its disk. The description passes
    webhooks on 1, 5 and 60 minutes, 6, 24, 36, 48, 60 and 72 hours after they were received; here
    they are tried with every run of create-entities, and stay until they are delivered.
    """
    count = deliver_spool()
    delivered = f"{count} webhook{'' if count == 1 else 's'} delivered"
    if spool_is_overdue():
        return Failed(
            message=f"{delivered}, but some have been in the spool for more "
            "than 72 hours. See the folder of the spool, and HOOKLINE_SPOOL_PATH."
        )
    return Completed(message=delivered)


if __name__ == "__main__":
    deliver_spooled_webhooks()

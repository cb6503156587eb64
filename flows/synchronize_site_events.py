"""synchronize-site-events: what contacts with a known visitor id did since the last time."""

from functools import partial

from prefect import State, flow
from prefect.states import Completed

from flows.fetching import count_left, fetch_all
from flows.reporting import leave_table, run_name
from models.settings import settings
from models.site_events.outcome import Fetch, failed_first, sentence
from tasks.site_events import claim_visitors


@flow(name="synchronize-site-events", flow_run_name=lambda: run_name("synchronize-site-events"))
def synchronize_site_events() -> State[None]:
    """Fetch what is new of every visitor that a contact's form once named.

    The run is Completed where Matomo is away: the visitors wait for a later run.
    """
    fetches: list[Fetch] = []
    if settings().matomo_url:
        fetches = fetch_all(partial(claim_visitors, None, synchronize=True))
    message = sentence(fetches, count_left())
    leave_table("site-events", message, failed_first(fetches), Fetch.as_row)
    return Completed(message=message)


if __name__ == "__main__":
    synchronize_site_events()

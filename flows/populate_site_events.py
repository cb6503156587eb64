"""populate-site-events: define contact and populate site events."""

from collections.abc import Mapping
from functools import partial
from uuid import UUID

from prefect import State, flow
from prefect.states import Completed

from flows.fetching import count_left, fetch_all
from flows.reporting import leave_table, run_name
from flows.running import unseen
from models.settings import settings
from models.site_events.noting import MOST_FORMS, together
from models.site_events.outcome import Fetch, failed_first, forms_sentence, sentence
from tasks.site_events import (
    claim_visitors,
    give_back_leads,
    note_form_tracking,
)


@flow(name="populate-site-events", flow_run_name=lambda: run_name("populate-site-events"))
def populate_site_events(record_ids: list[UUID] | None = None) -> State[None]:
    """Give contacts that came by a form of a tracked landing page what they did on the site.

    1. Note which forms are tracked, and the visitors that they name.
    2. Fetch those visitors from Matomo; each again 40 minutes later, when the visit has ended.
    3. Tell Matomo of the leads, where a setting says so.

    The run is Completed where Matomo is away: nothing is lost, the visitors wait for a later run.

    Args:
        record_ids: submitted forms; with None, all that wait, and all visitors that are due.
    """
    portions = [note_form_tracking(unseen(record_ids))]
    while record_ids is None and portions[-1].forms >= MOST_FORMS:
        portions.append(note_form_tracking(unseen(record_ids)))
    noted = together(portions)
    among = set(noted.web_visitor_ids) if record_ids is not None else None
    return _completed(noted.by_tracking, among)


def _completed(by_tracking: Mapping[str, int], among: set[UUID] | None) -> State[None]:
    fetches: list[Fetch] = []
    said = [forms_sentence(by_tracking)]
    if settings().matomo_url and (among is None or among):
        fetches = fetch_all(partial(claim_visitors, among))
        if settings().matomo_lead_created != "off":
            said.append(f"Matomo was told of {give_back_leads()}")
    said.append(sentence(fetches, count_left()))
    leave_table("site-events", said[-1], failed_first(fetches), Fetch.as_row)
    return Completed(message="; ".join(said))


if __name__ == "__main__":
    populate_site_events()

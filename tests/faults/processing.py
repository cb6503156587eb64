"""The process without Prefect, round and round, and what keeps it going: for the short form.

`python -m tests.faults.processing` is a worker; with `all`, everything, as `hookline run` keeps it.
"""

import os
import signal
import sys
from contextlib import suppress
from time import sleep

from flows.keeping import Kept
from flows.starting import take_every_end_as_ctrl_c
from models.database import DatabaseAwayError
from models.entities import entities_of_people
from models.processing.claiming import chunks
from models.processing.outcome import records_by_entity
from models.settings import ROOT
from tasks.contacts import find_waiting_records, search_and_create
from tasks.webhooks import claim_webhooks, create_entity, put_back_stuck_webhooks

COMMANDS = {
    "receiver": f"{sys.executable} -m receiver.serve",
    "worker": f"{sys.executable} -m tests.faults.processing",
}


def process_forever() -> None:
    """Do what create-entities does, as often as there is something to do."""
    while True:
        with suppress(DatabaseAwayError):
            put_back_stuck_webhooks.fn()
            for chunk in chunks(claim_webhooks.fn(500)):
                for entity, ids in records_by_entity(create_entity.fn(chunk)).items():
                    search_and_create.fn(entity, ids)
            for entity in entities_of_people():
                search_and_create.fn(entity, find_waiting_records.fn(entity, 500))
        sleep(0.2)


def keep_everything() -> None:
    """Start a receiver and a worker, and start again what dies of them, until told to end."""
    take_every_end_as_ctrl_c()
    everything = [Kept(name, command, ROOT, os.environ) for name, command in COMMANDS.items()]
    for each in everything:
        each.keep()
    try:
        signal.pause()
    except KeyboardInterrupt:
        for each in everything:
            each.tell_to_end()
        for each in everything:
            each.end()


if __name__ == "__main__":
    keep_everything() if "all" in sys.argv else process_forever()

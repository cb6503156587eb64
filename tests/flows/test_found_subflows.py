"""Flows for what follows, found in users' packages, or refused."""

from pathlib import Path

import pytest

from flows.entities import refusals, subflow_of
from tests.users_package import BADGE, users_package

FLOW = '''\
from uuid import UUID

from prefect import flow


@flow
def badge(record_ids: list[UUID] | None = None) -> None:
    """Print the badges."""
'''

BROKEN = {
    "named for no table": ("flow_pass", FLOW, "There is no entity with the table pass."),
    "without its flow": (
        "flow_badge",
        "ANSWER = 42\n",
        "It has no flow badge that takes record_id",
    ),
    "without record ids": (
        "flow_badge",
        FLOW.replace("record_ids", "ids"),
        "It has no flow badge that takes record_ids first. Write @flow above def badge(",
    ),
    "for an entity that has one": ("flow_order", FLOW.replace("badge", "order"), "Order has a sub"),
    "that cannot be imported": ("flow_badge", "import no_such_thing\n", "Install what it needs"),
}


def test_the_subflow_of_a_users_entity_is_found(tmp_path: Path) -> None:
    with users_package(tmp_path, "acme_flow", badge=BADGE, flow_badge=FLOW):
        subflow = subflow_of("Badge")
    assert subflow is not None
    assert subflow.name == "badge"


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_flow_is_refused_and_stops_no_other(kind: str, tmp_path: Path) -> None:
    file, text, said = BROKEN[kind]
    name = f"acme_flow_{list(BROKEN).index(kind)}"
    with users_package(tmp_path, name, badge=BADGE, **{file: text}):
        assert said in str(refusals()[0])
        assert subflow_of("FormSubmit") is not None
        assert subflow_of("Badge") is None

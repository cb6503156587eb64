"""How a flow runs within another."""

from typing import Any, cast

from prefect import Flow, State
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings


def run_within(flow: Flow[..., Any], *arguments: Any) -> State[Any]:
    """Run a flow as a subflow of this run, and return the state that it ends in.

    A subflow within this process needs no heartbeat beside its parent's, and to stop one takes a
    second.
    """
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        return cast(State[Any], flow(*arguments, return_state=True))

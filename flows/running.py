"""How a flow runs within another, and what it says when those within it have ended."""

from typing import Any, cast

from prefect import Flow, State
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.states import Completed, Failed


def run_within(flow: Flow[..., Any], *arguments: Any) -> State[Any]:
    """Run a flow as a subflow of this run, and return the state that it ends in.

    A subflow within this process needs no heartbeat beside its parent's, and to stop one takes a
    second.
    """
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        return cast(State[Any], flow(*arguments, return_state=True))


def ended(*within: State[Any]) -> State[None]:
    """Return the state of a run whose subflows ended so: Failed where one did, and their words."""
    message = "; ".join(state.message or state.name or "" for state in within)
    if all(state.is_completed() for state in within):
        return Completed(message=message)
    return Failed(message=message)

"""How a flow runs within another, and what it says when those within it have ended."""

import gc
from contextlib import nullcontext
from typing import Any, TypeVar, cast

from prefect import Flow, State
from prefect.context import FlowRunContext
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.states import Completed, Failed
from prefect.utilities.annotations import quote

T = TypeVar("T")


def spare_the_collector() -> None:
    """Have Python's collector look at what is new, before a run that makes many objects.

    Prefect alone is some hundred thousand objects. To look through them again and again took more
    than a quarter of the time in which webhooks became records; to look every 700 objects through
    what a batch has made, a sixth.
    """
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def unseen(many: T) -> T:
    """Hand many things to a task without Prefect's looking among them for what other tasks gave.

    It looks at each several times, which for an id takes longer than what the task does with it.
    """
    return cast(T, quote(many))


def forget_results() -> None:
    """Have Prefect forget what the tasks of this run gave, once a batch is through.

    It remembers of each webhook which task gave it, for as long as the run lasts: a run through a
    million grew by more than 150 MB.
    """
    if context := FlowRunContext.get():
        context.run_results.clear()


def run_within(flow: Flow[..., Any], *arguments: Any) -> State[Any]:
    """Run a flow as a subflow of this run, and return the state that it ends in.

    A subflow within this process needs no heartbeat beside its parent's, and to stop one takes a
    second.
    """
    has_one = PREFECT_FLOWS_HEARTBEAT_FREQUENCY.value()  # to copy all settings takes a while, too
    without = {PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}
    with temporary_settings(without) if has_one else nullcontext():
        return cast(State[Any], flow(*arguments, return_state=True))


def ended(*within: State[Any]) -> State[None]:
    """Return the state of a run whose subflows ended so: Failed where one did, and their words."""
    message = "; ".join(state.message or state.name or "" for state in within)
    if all(state.is_completed() for state in within):
        return Completed(message=message)
    return Failed(message=message)

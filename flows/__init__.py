"""The business process as prose: names, the order of steps, what runs when."""

from rich.console import Console


def _go_on_unheard(console: Console) -> None:
    """Write no more, where nobody listens any more; by default, rich ends the program for that.

    A run's output goes to its worker. Where the worker is killed -9, the run goes on.
    """
    console.quiet = True


Console.on_broken_pipe = _go_on_unheard  # type: ignore[assignment]

"""Plots, small enough to be kept: bars of what is compared, and curves."""

from collections.abc import Mapping, Sequence

import matplotlib

matplotlib.use("agg")

from matplotlib import pyplot

from tests.benchmarks.report import plot_path

SIZE, DPI = (7, 3.2), 80
INK = "#305c7c"

Curve = tuple[Sequence[float], Sequence[float]]


def bars(name: str, title: str, values: Mapping[str, float], unit: str) -> None:
    """Draw what each contestant reached."""
    figure, axes = pyplot.subplots(figsize=(7, 0.9 + 0.36 * len(values)))
    drawn = axes.barh(list(values), list(values.values()), color=INK)
    axes.bar_label(drawn, fmt="{:,.0f}", padding=3)
    axes.invert_yaxis()
    axes.margins(x=0.15)
    _finish(name, title, figure, axes, unit)


def curves(
    name: str, title: str, of: Mapping[str, Curve], x: str, y: str, log: bool = False
) -> None:
    """Draw one curve for each name."""
    figure, axes = pyplot.subplots(figsize=SIZE)
    for label, (xs, ys) in of.items():
        axes.plot(xs, ys, label=label, linewidth=1.4)
    axes.set_ylabel(y)
    if log:
        axes.set_xscale("log")
    else:
        axes.set_ylim(bottom=0)
    if len(of) > 1:
        axes.legend(frameon=False)
    _finish(name, title, figure, axes, x)


def distribution(name: str, title: str, of: Mapping[str, Sequence[float]], unit: str) -> None:
    """Draw which share took no longer than how long."""
    shares = {
        label: (sorted(values), [100 * (at + 1) / len(values) for at in range(len(values))])
        for label, values in of.items()
    }
    curves(name, title, shares, unit, "% at most", log=True)


def _finish(name: str, title: str, figure: object, axes: object, x: str) -> None:
    axes.set_title(title, loc="left", fontsize=10)  # type: ignore[attr-defined]
    axes.set_xlabel(x)  # type: ignore[attr-defined]
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)  # type: ignore[attr-defined]
    figure.tight_layout()  # type: ignore[attr-defined]
    figure.savefig(plot_path(name), dpi=DPI, metadata={"Software": None})  # type: ignore[attr-defined]
    pyplot.close("all")

"""The table: each figure with its target, printed, and kept in docs/benchmarks/ with its plots."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from models.identity import utc_now
from models.settings import ROOT
from tests.benchmarks import machine

FOLDER = ROOT / "docs" / "benchmarks"
FIGURES = FOLDER / "figures.json"
"""The last figures of each benchmark, so that one alone can be made again."""
INTRODUCTION = """# Benchmarks

Made by `make bench`, with the load generator and the database on the same machine. What counts are
the ratios: each is of runs that alternated, A B A B, and the median of them. The absolute figures
are those of this machine at that hour.
"""


@dataclass(frozen=True)
class Figure:
    """One thing measured, in words, with what it is to reach."""

    name: str
    value: str
    target: str = ""
    reached: bool | None = None
    """None where it is an illustration."""

    @property
    def verdict(self) -> str:
        """Say whether it reached its target."""
        return {True: "yes", False: "NO", None: ""}[self.reached]


def at_least(name: str, value: float, target: float, of: str = "") -> Figure:
    """Make a figure that is to be as high as its target."""
    return Figure(name, f"{in_figures(value)}{of}", f"≥ {in_figures(target)}{of}", value >= target)


def at_most(name: str, value: float, target: float, of: str = "") -> Figure:
    """Make a figure that is to be as low as its target."""
    return Figure(name, f"{in_figures(value)}{of}", f"≤ {in_figures(target)}{of}", value <= target)


def in_figures(value: float) -> str:
    """Write a number with about three figures that mean something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def keep(benchmark: str, figures: Iterable[Figure]) -> None:
    """Print a benchmark's figures, and write them beside those of the others."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    kept = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    kept[benchmark] = {
        "made": f"{utc_now():%Y-%m-%d %H:%M} UTC; {machine.in_words()}",
        "figures": [asdict(figure) for figure in figures],
    }
    FIGURES.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    (FOLDER / "README.md").write_text(_markdown(kept))
    print("\n" + "\n".join(_table(kept[benchmark]["figures"])), flush=True)


def _markdown(kept: dict[str, dict[str, object]]) -> str:
    lines = [INTRODUCTION]
    for benchmark in sorted(kept):
        lines += [f"## {benchmark.capitalize()}", "", f"{kept[benchmark]['made']}", ""]
        lines += [*_table(kept[benchmark]["figures"]), ""]
        for plot in sorted(FOLDER.glob(f"{benchmark}*.png")):
            lines += [f"![{plot.stem}]({plot.name})", ""]
        for text in sorted(FOLDER.glob(f"{benchmark}*.txt")):
            lines += [f"[{text.stem}]({text.name})", ""]
    return "\n".join(lines).rstrip() + "\n"


def _table(figures: object) -> list[str]:
    rows = [Figure(**each) for each in figures]  # type: ignore[attr-defined]
    head = ["| figure | measured | target | reached |", "|---|---:|---:|---|"]
    return head + [f"| {f.name} | {f.value} | {f.target} | {f.verdict} |" for f in rows]


def plot_path(name: str) -> Path:
    """Return where a plot goes."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    return FOLDER / f"{name}.png"

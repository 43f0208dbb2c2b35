"""The throughputs as bars."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from benchmarks.side_by_side.contenders import CONTENDERS
from benchmarks.side_by_side.tables import Results, ratio
from benchmarks.side_by_side.workloads import WORKLOADS
from rnnbench.plots.style import draw_legend, new_figure, write

# None of them a cell's.
COLOURS = ("#c4c4c4", "#dddddd", "#999999", "#6e6e6e", "#404040", "#882255")


def bars(found: Mapping[str, Results]) -> dict[str, list[tuple[str, float]]]:
    """Return by contender its throughput relative to the Keras loop, for each workload."""
    known: dict[str, list[tuple[str, float]]] = {name: [] for name in CONTENDERS}
    for workload, results in found.items():
        for name in CONTENDERS:
            times = ratio(results, name)
            if times is not None:
                known[name].append((workload, times))
    return {name: points for name, points in known.items() if points}


def draw(found: Mapping[str, Results], paths: list[Path]) -> None:
    """Draw the bars, if there are any, into PNG and SVG files."""
    shown = bars(found)
    if not shown:
        return
    palette = dict(zip(CONTENDERS, COLOURS, strict=True))
    drawn_for = {workload for points in shown.values() for workload, _ in points}
    workloads = [name for name in WORKLOADS if name in drawn_for]
    width = 0.8 / len(shown)
    title = "Finished runs an hour, relative to a plain Keras loop"
    with new_figure(7.5, 3.8, title) as figure:
        axes = figure.add_subplot()
        for number, (name, points) in enumerate(shown.items()):
            shift = (number - (len(shown) - 1) / 2) * width
            drawn = axes.bar(
                [workloads.index(workload) + shift for workload, _ in points],
                [times for _, times in points],
                width=0.92 * width,
                color=palette[name],
                label=CONTENDERS[name].title,
            )
            axes.bar_label(drawn, fmt="%.1f", fontsize=8, padding=2)
        axes.axhline(1.0, color="#555555", linewidth=0.8, linestyle=":")
        axes.set_xticks(range(len(workloads)), [_label(name) for name in workloads])
        axes.set_ylabel("throughput (Keras loop = 1)")
        draw_legend(axes)
        write(figure, paths)


def _label(name: str) -> str:
    workload = WORKLOADS[name]
    return (
        f"{name}: {workload.runs} runs\n{workload.reviews:,} reviews\nmaxlen {workload.maxlen}, "
        f"{workload.epochs} epoch{'s' if workload.epochs > 1 else ''}"
    )

"""Table and figure of what grows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.growth.trained import AXES, CELLS, FIXED
from benchmarks.side_by_side.machine import machine, told
from rnnbench.plots.style import colour, draw_legend, marker, new_figure, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Points = Sequence[Mapping[str, Any]]


def markdown(runs: Points, sizes: Mapping[str, Points], failures: Sequence[str]) -> str:
    """Return the page."""
    lines = ["# What grows with what", "", "`python -m benchmarks.growth`", ""]
    if runs:
        lines += [
            "Sweeps of runs whose training is made up: declaring, claiming, recording, moving "
            "files, summaries are real; what workers do, drawing curves included, is not counted. "
            "User: processor seconds of the process that drives the sweep. Start: until the first "
            "run begins; a run: the rest, divided by the runs; the last: the same for the last "
            "tenth of them. Memory is that of this process, most at the end, when all results are "
            "read to be told.",
            "",
            "| runs | start s | s a run | user s a run | of 100 runs | user s, the last tenth "
            "| MiB at the first run | MiB after the last run | MiB at most |",
            "| --: | --: | --: | --: | --: | --: | --: | --: | --: |",
            *(_row_of(point, runs) for point in runs),
            "",
            *_compared(runs),
        ]
    if sizes:
        fixed = ", ".join(f"{key}={value}" for key, value in FIXED.items())
        lines += [
            "Milliseconds of a training step (with the seconds of its compilation and the MiB of "
            "its process), one thread, embedding 32. One size varies at a time, otherwise "
            f"{fixed}:",
            "",
            "| varied | value | " + " | ".join(CELLS) + " |",
            "| :-- | --: |" + " --: |" * len(CELLS),
            *(row for axis, points in sizes.items() for row in _rows(axis, points)),
            "",
        ]
    return "\n".join([*lines, *failures, f"Machine: {told(machine())}", ""])


def _row_of(p: Mapping[str, Any], runs: Points) -> str:
    hundred = next((q["user"] for q in runs if q["runs"] == 100), None)
    ratio = "" if hundred is None else f"{p['user'] / hundred:.2f}"
    return (
        f"| {p['runs']:,} | {p['start']:.2f} | {p['run']:.4f} | {p['user']:.4f} | {ratio} "
        f"| {p['last_user']:.4f} | {p['memory_first']:.0f} | {p['memory_last']:.0f} "
        f"| {p['memory_peak']:.0f} |"
    )


def _compared(runs: Points) -> list[str]:
    """Return a table of what an earlier commit takes, in turns with this one."""
    found = [(point, point["then"]) for point in runs if "then" in point]
    if not found:
        return []
    return [
        f"Commit {found[0][0]['against']} on the same machine, in turns with this one:",
        "",
        "| runs | s a run | user s a run | user s, the last tenth | MiB at most "
        "| this one's user s a run, of it | s a run, of it |",
        "| --: | --: | --: | --: | --: | --: | --: |",
        *(
            f"| {now['runs']:,} | {then['run']:.4f} | {then['user']:.4f} | {then['last_user']:.4f} "
            f"| {then['memory_peak']:.0f} | 1/{then['user'] / now['user']:.0f} "
            f"| 1/{then['run'] / now['run']:.0f} |"
            for now, then in found
        ),
        "",
    ]


def _rows(axis: str, points: Points) -> list[str]:
    rows = []
    for value in sorted({point["value"] for point in points}):
        cells = {point["cell"]: point for point in points if point["value"] == value}
        shown = [
            f"{c['step_ms']:.2f} ({c['compile']:.1f} s, {c['memory']:.0f} MiB)"
            for c in (cells[name] for name in CELLS if name in cells)
        ]
        rows.append(f"| {AXES[axis][0]} | {value} | {' | '.join(shown)} |")
    return rows


def draw(runs: Points, sizes: Mapping[str, Points], paths: Sequence[Path]) -> None:
    """Draw a panel for the harness's seconds, its memory, and each size of a run."""
    with new_figure(10.0, 6.0, "What grows with what") as figure:
        axes = figure.subplots(2, 3).flat
        _draw_seconds(axes[0], runs)
        _draw_memory(axes[1], runs)
        for panel, axis in zip(axes[2:], AXES, strict=True):
            _draw_size(panel, axis, sizes.get(axis, ()))
        draw_legend(axes[2])
        write(figure, paths)


def _draw_seconds(axes: Axes, runs: Points) -> None:
    counts = [point["runs"] for point in runs]
    for key, style, label in (("user", "o-", "all"), ("last_user", "s--", "the last tenth")):
        axes.plot(counts, [point[key] for point in runs], style, color="#333333", label=label)
    axes.legend(frameon=False, fontsize=8)
    _finish(axes, "runs of the sweep", "driver, user s a run")
    _count_axis(axes, counts)


def _draw_memory(axes: Axes, runs: Points) -> None:
    counts = [point["runs"] for point in runs]
    for key, style, label in (("memory_peak", "o-", "at most"), ("memory_last", "s--", "last run")):
        axes.plot(counts, [point[key] for point in runs], style, color="#333333", label=label)
    axes.legend(frameon=False, fontsize=8)
    _finish(axes, "runs of the sweep", "memory of the driver, MiB")
    _count_axis(axes, counts)


def _count_axis(axes: Axes, counts: Sequence[int]) -> None:
    axes.set_xscale("log")
    axes.set_xticks(counts, [f"{count:,}" for count in counts])
    axes.minorticks_off()


def _draw_size(axes: Axes, axis: str, points: Points) -> None:
    key, values = AXES[axis]
    for cell in CELLS:
        own = [point for point in points if point["cell"] == cell]
        axes.plot(
            [point["value"] for point in own],
            [point["step_ms"] for point in own],
            color=colour(cell),
            marker=marker(cell),
            label=cell,
        )
    _finish(axes, key, "training step, ms")
    axes.set_xticks(values)


def _finish(axes: Axes, x: str, y: str) -> None:
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.set_ylim(0, 1.08 * axes.get_ylim()[1])
    axes.grid(alpha=0.25)

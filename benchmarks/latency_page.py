"""The page that :mod:`benchmarks.latency` writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.side_by_side.machine import machine, told

Times = dict[str, float]


def table_row(cells: Sequence[str]) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(cells)} |"


def _most(spent: Times) -> list[tuple[str, float]]:
    return sorted(spent.items(), key=lambda item: -item[1])[:8]


def page(
    rows: Sequence[str],
    trained: Sequence[str],
    imports: Mapping[str, Times],
    what: str,
    repeats: int,
    against: str | None,
) -> str:
    """Return the text of latency.md; ``what`` is trained, ``against`` the commit before."""
    is_compared = against is not None
    before = ["before s", "before processor s", "ratio", "ratio of processor"]
    heads = ["command", "warm s", "range", "processor s", *(before if is_compared else [])]
    heads += ["cold s", "imports s", "imports TensorFlow"]
    marks = ["", "warm s", *(["before s", "ratio"] if is_compared else []), "cold s"]
    lines = [
        "# From a command to its answer",
        "",
        f"`python -m benchmarks.latency`: warm, the median of {repeats}, and their range; "
        "cold, with the files to be read from the disk again. Importing is part of the seconds "
        "before it.",
        "",
    ]
    if is_compared:
        named = against if not Path(against).is_dir() else "an earlier commit"
        lines += [
            f"Before is {named}, which took turns with this one; below 1, a ratio says that this "
            "one is faster. It has no `runs`: that is compared with its `plan` of the same store.",
            "",
        ]
    lines += [
        table_row(heads),
        table_row([":--", *["--:"] * (len(heads) - 2), ":--"]),
        *rows,
        "",
        f"{what}, seconds since the command: after `train` with its data prepared and "
        "the store there, after `sweep` with neither:",
        "",
        table_row(marks),
        table_row([":--", *["--:"] * (len(marks) - 1)]),
        *trained,
        "",
        "What is imported, in milliseconds by package (its own modules, without what they import; "
        "under `-X importtime`, which slows imports down a little):",
        "",
    ]
    for name, spent in imports.items():
        most = ", ".join(f"{package} {value:.0f}" for package, value in _most(spent))
        lines.append(f"- `{name}`: {sum(spent.values()):.0f} in all: {most}")
    return "\n".join([*lines, "", f"Machine: {told(machine())}", ""])

"""Descriptions of sweeps and arms in MLflow: the question, a table, and what to type next.

MLflow shows the tag ``mlflow.note.content`` as GitHub's Markdown with HTML. Names come from
configurations and files: nothing in them is taken for either.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence

from rnnbench.config.metrics import METRICS, TOLD
from rnnbench.formatting.printable import printable
from rnnbench.formatting.redact import redacted
from rnnbench.tracking import names
from rnnbench.tracking.record import Record
from rnnbench.tracking.run_names import Subject, listed, shown

_LONGEST = 8000  # letters of a tag; MLflow cuts or refuses a longer one
_ROWS = (30, 20, 10, 5, 2)  # as many of a table as there is room for
_LONGEST_NAME = 100  # letters of a label or a data set's name
_LONGEST_COMMAND = 1500
_WIDTH = 72  # letters of a line of a command: MLflow's page grows with a longer one
_WORD = re.compile(r"(?:[^\s'\"]|'[^']*'|\"[^\"]*\"|['\"])+")
_SPACE = "&emsp;"  # between columns, which MLflow sets without any

SHOWN_METRICS = ("seeds", *TOLD, *(f"{metric}_sd" for metric in TOLD))
_MARKDOWN = re.compile(r"[\\`*_{}\[\]()+!~]|(?<!&)#")
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;", "|": "&#124;"}


def sweep_note(subject: Subject, command: str, key: str, arms: Sequence[tuple[str, Record]]) -> str:
    """Return the description of a sweep's parent.

    Args:
        subject: what it is about.
        command: what was typed, without secrets.
        key: content key of the sweep.
        arms: label and summary run of each arm that has finished runs.
    """
    told = sorted(arms, key=lambda arm: _place(arm[1].metrics))
    rows = [[label, f"{r.metrics.get('seeds', 0):.0f}", *_cells(r.metrics)] for label, r in told]
    under = "Mean over the seeds ± standard deviation. Which difference counts, the report tells."
    if not rows:
        under = "The table of the arms comes when the sweep ends."
    return _fitting(
        lambda most: [
            f"**{question(subject)}**",
            *_table(["arm", "seeds"], rows, most),
            under,
            *_commands(command, key),
        ]
    )


def arm_note(
    subject: Subject, key: str, replicates: Sequence[Record], metrics: Mapping[str, float]
) -> str:
    """Return the description of an arm's summary: its seeds, then their mean.

    Args:
        subject: the arm and its data set.
        key: content key of the arm.
        replicates: its finished runs, in the order of their seeds.
        metrics: the mean of each metric, and its standard deviation as ``NAME_sd``.
    """
    rows = [["mean ± sd", *_cells(metrics)]]
    rows += [[str(record.seed), *_cells(record.metrics)] for record in replicates]
    newest = max(replicates, key=lambda record: (record.start_time, record.run_id))
    return _fitting(
        lambda most: [
            f"**{question(subject)}**",
            *_table(["seed"], rows, most),
            *_commands(newest.tags.get(names.COMMAND, ""), key),
        ]
    )


def _fitting(parts: Callable[[int], list[str]]) -> str:
    """Return paragraphs as one text, with as many rows of their table as a tag has room for."""
    text = ""
    for most in _ROWS:
        text = "\n\n".join(parts(most))
        if len(text) <= _LONGEST:
            break
    return text[:_LONGEST]


def question(subject: Subject) -> str:
    """Return what is asked, as Markdown."""
    labels = [escaped(label) for label in subject.labels]
    where = escaped(subject.data_sets)
    where = re.sub(r" (\d+)(?=,|$| and)", r" (\1 time steps)", where)
    if len(labels) == 1:
        return f"How good is {labels[0]} on {where}?"
    if len(labels) > 4:
        return f"Which of {len(labels)} arms is best on {where}: {listed(labels)}?"
    better = "better" if len(labels) == 2 else "best"
    return f"Which is {better} on {where}: {', '.join(labels[:-1])} or {labels[-1]}?"


def escaped(text: str) -> str:
    """Return a user's text such that Markdown and HTML show it as it is, in one line."""
    text = shown(text)
    text = text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 1]}…"
    text = "".join(_HTML.get(letter, letter) for letter in text)
    text = _MARKDOWN.sub(r"\\\g<0>", text)
    return text.replace("://", "&#58;//").replace("www.", "www&#46;")


def _place(metrics: Mapping[str, float]) -> tuple[int, float]:
    """Return by what arms are sorted, best first: by the first metric of those that they have."""
    for number, metric in enumerate(TOLD):
        if metric in metrics:
            return number, -METRICS[metric].sign * metrics[metric]
    return len(TOLD), 0.0


def _cells(metrics: Mapping[str, float]) -> list[str]:
    cells = []
    for metric in TOLD:
        mean, sd = metrics.get(metric), metrics.get(f"{metric}_sd", math.nan)
        told = "" if mean is None else METRICS[metric].shown_mean(mean, sd)
        cells.append(told.replace(" ", "\N{NO-BREAK SPACE}"))
    return cells


def _table(first: Sequence[str], rows: Sequence[Sequence[str]], most: int) -> list[str]:
    """Return a table without the columns that nothing was measured for, and with what is left out.

    Each row has the cells of ``first``, then one for each metric.
    """
    if not rows:
        return []
    kept = [n for n in range(len(rows[0])) if n < len(first) or any(row[n] for row in rows)]
    heads = [*first, *(METRICS[metric].words for metric in TOLD)]
    lines = [[heads[n] + _SPACE for n in kept], ["---"] * len(kept)]
    lines += [
        [(escaped(row[n]) if n < len(first) else row[n]) + _SPACE for n in kept]
        for row in rows[:most]
    ]
    text = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return [text, f"and {len(rows) - most} more"] if len(rows) > most else [text]


def _commands(command: str, key: str) -> list[str]:
    """Return how to repeat it, and how to make the report of the same runs."""
    typed = printable(redacted(command))
    if not typed:
        return []
    before, sweep, words = typed.partition(" sweep")
    name = f"report_{key[:6]}"
    report = f"{before} report {name}{words}" if sweep else f"python -m rnnbench report {name}"
    if len(typed) > _LONGEST_COMMAND:
        return ["The command is in the tag `rnnbench.command`."]
    return ["To repeat it:", _block(typed), "To write its report:", _block(report)]


def _block(command: str) -> str:
    text = _wrapped(command)
    longest = max(map(len, re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"


def _wrapped(command: str) -> str:
    """Return a command on lines that a shell reads as one, broken between its words."""
    lines = [""]
    for word in _WORD.findall(command):
        if lines[-1] and len(lines[-1]) + len(word) > _WIDTH:
            lines.append("   ")
        lines[-1] += f" {word}" if lines[-1] else word
    return " \\\n".join(lines)

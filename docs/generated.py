"""Sphinx directives whose tables come from the code: keys, metrics, commands, tags, presets.

``{generated} keys training`` in a page becomes the table of the keys under ``training``. The
functions here return Markdown, which tests read, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import rnnbench
from rnnbench.cli.commands import COMMANDS
from rnnbench.cli.described import key_descriptions
from rnnbench.config.describe import KeyDescription
from rnnbench.config.metric import SPREAD
from rnnbench.config.metrics import EPOCH_METRICS, METRICS, SUMMARY
from rnnbench.config.option_files import OptionFiles
from rnnbench.models.cells import CELLS
from rnnbench.results.rows import COLUMNS
from rnnbench.tracking import names

# The tags of rnnbench's own. A test compares them with those that runs have.
TAGS = {
    names.KIND: "run, trial, arm (a summary), sweep (a parent) or baseline",
    names.KEY: "content key of the run",
    names.ARM: "name of the arm in its sweep, as in `gru model.depth=2`",
    names.ARM_KEY: "content key without the seed",
    names.CELL: "recurrent cell",
    names.SWEEP: "which sweep the run was trained by",
    names.COMMAND: "the command, without secrets",
    names.TRAINING_VERSION: "version of the training code; an older one is stale",
    names.DATA_DIGEST: "SHA-256 of the prepared arrays",
    names.MAJORITY: "test samples of the most frequent class, of all: what guessing gets right",
    names.VECTORS: "the word vectors: digest, source, coverage (JSON)",
    names.PATH: "execution path: xla, xla fused (rnnbench's own loops), cudnn or graph",
    names.REASON: "why the run failed",
    names.LOST: "how the worker of a killed run was lost: exited, killed, silent or node",
    names.SEEDS: "the seed of every random stream (JSON)",
    names.WORK: "relative cost, for scheduling",
    names.HOST: "machine that trained the run",
    names.OWNER: "machine and home folder that trained the run",
    names.PROCESS: "process that trained the run",
    names.REPLICATES: "of an arm's summary: ids of the runs that it is over",
    names.LOOKS: "of a sweep's parent, numbered from `rnnbench.looks.0`: with how many seeds its "
    "arms were looked at (JSON)",
    names.DIAGNOSED: "which diagnostics were added afterwards, by `diagnose`",
    names.STUDY: "the search's study in Optuna",
    names.SEARCH: "space and sampler of that search (JSON)",
    names.TRIAL: "number of the trial, from 0",
    names.TRIAL_STATE: "how the trial ended: COMPLETE, PRUNED or FAIL",
    names.ALSO: "further searches that drew the same trial (JSON)",
    "rnnbench.threads": "threads of the process",
    "rnnbench.version": "version of rnnbench",
    "rnnbench.versions": "versions of TensorFlow, Keras, NumPy and MLflow",
    "rnnbench.python": "version of Python",
    "rnnbench.hardware": "processor and number of cores",
}


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; a cell may hold anything but a line break."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(text: str) -> str:
    return re.sub(r"(?<!\\)\|", r"\\|", " ".join(text.split()))


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def keys(section: str) -> str:
    """Return the keys of a section as a definition list; ``top`` for those without a section."""
    of_section = [
        one
        for one in key_descriptions()
        if (one.key.split(".")[0] if "." in one.key else "top") == section
    ]
    return "\n".join(_definition(one) for one in of_section)


def _definition(one: KeyDescription) -> str:
    """Return a key as a term and its description."""
    default = _code(one.default) if one.default not in ("none", "required") else one.default
    facts = [f"Takes {_plain(one.allowed)}.", f"Default: {default}."]
    facts += [f"Unit: {one.unit}."] if one.unit else []
    facts += [f"Role: {_plain(one.role)}."] if one.role else []
    if one.options:
        options = ", ".join(map(_code, one.options))
        facts.append(f"Only with `{one.key.split('.')[0]}` {options}.")
    return f"`{one.key}`\n: {_plain(one.meaning)}\n\n  {' '.join(facts)}\n"


def _plain(text: str) -> str:
    """Return a sentence of the schema with keys, names of files and brackets as code."""
    code = r"[\w.]+=[^\s,;)]+|\[[^\]]*\]|\{[^}]*\}|\b\w+_\w[\w.]*|\b[a-z]+\.[a-z_.]+\b|\w+/"
    return re.sub(code, lambda found: f"`{found[0]}`", text)


def options(group: str) -> str:
    """Return the options of a group with a line about each."""
    files = OptionFiles()
    rows = [(_code(name), _plain(files.line(group, name))) for name in files.groups[group]]
    return markdown_table(("option", "is"), rows)


def commands() -> str:
    """Return what each command does, with an example."""
    rows = [
        (_code(name), command.does, _code(command.examples[0]))
        for name, command in COMMANDS.items()
    ]
    return markdown_table(("command", "does", "example"), rows)


def own_words() -> str:
    """Return the words and flags of single commands."""
    rows = [
        (_code(name), _code(one.form), _plain(one.does))
        for name, command in COMMANDS.items()
        for one in command.own
    ]
    return markdown_table(("command", "word", "does"), rows)


def metrics(logged: str) -> str:
    """Return the catalogue's metrics that are logged at one time."""
    rows = [
        (
            _code(metric.name),
            _code_maths(metric.meaning),
            metric.unit or "–",
            "–" if metric.better == "neither" else metric.better,
            "yes" if metric.repeats else "no",
            f"{metric.significant} digits" if metric.significant else f"{metric.digits}",
        )
        for metric in METRICS.values()
        if metric.logged == logged
    ]
    return markdown_table(("metric", "meaning", "unit", "better", "repeats", "decimals"), rows)


def _code_maths(text: str) -> str:
    """Return words with what is no Markdown, such as ``|dL/dh|``, as code."""
    return re.sub(r"\|[^|]+\||\b\w+_\w+\b", lambda found: f"`{found[0]}`", text)


def arm() -> str:
    """Return the metrics of an arm with their suffixes, in the order in which MLflow lists them."""
    rows = [
        *(
            (name, METRICS[name].meaning, ", ".join(map(_code, place.spread)))
            for name, place in SUMMARY.items()
        ),
        *((name, METRICS[name].meaning, "by epoch") for name in EPOCH_METRICS),
        ("seeds", METRICS["seeds"].meaning, ""),
    ]
    return markdown_table(
        ("metric", "meaning", "beside the mean"),
        [(_code(name), _code_maths(meaning), of or "–") for name, meaning, of in rows],
    )


def spread() -> str:
    """Return the suffixes of an arm's metrics."""
    return markdown_table(("suffix", "meaning"), [(_code(k), v) for k, v in SPREAD.items()])


def columns() -> str:
    """Return the columns of ``load_runs()`` that are no metrics."""
    rows = [
        (_code(column.name), column.meaning, column.dtype, column.unit or "–")
        for column in COLUMNS
        if column.source != "metric"
    ]
    return markdown_table(("column", "meaning", "type", "unit"), rows)


def cells() -> str:
    """Return the cells with their formulas."""
    rows = [
        (
            _code(name),
            cell.title,
            f"{len(cell.gates)}",
            cell.formula(128, 32),
            cell.paper,
        )
        for name, cell in CELLS.items()
    ]
    header = ("cell", "layer", "weight blocks", "parameters of 32 units on 128 inputs", "source")
    return markdown_table(header, rows)


def tags() -> str:
    """Return the tags that the store is read by."""
    return markdown_table(("tag", "meaning"), [(_code(k), v) for k, v in TAGS.items()])


def functions() -> str:
    """Return the documentation of the functions of the package, which it imports late."""
    names_ = [name for name in rnnbench.__all__ if not name.startswith("_")]
    lines = [f".. autofunction:: rnnbench.{name}" for name in names_]
    return "\n".join(["```{eval-rst}", ".. module:: rnnbench", "", *lines, "```"])


GENERATED: dict[str, Callable[..., str]] = {
    "commands": commands,
    "own_words": own_words,
    "metrics": metrics,
    "arm": arm,
    "spread": spread,
    "columns": columns,
    "cells": cells,
    "keys": keys,
    "options": options,
    "tags": tags,
    "functions": functions,
}


# Pages that show a file of the repository, which is read where it is.
SHOWN = {
    "project/reports": "reports/README.md",
    "project/benchmarks": "benchmarks/README.md",
    "project/contributing": "CONTRIBUTING.md",
    "project/changelog": "CHANGELOG.md",
}
ROOT = Path(__file__).resolve().parent.parent


def shown_file(page: str) -> str:
    """Return the text of the file that a page shows.

    Links to other such files lead to their pages; links to files that have none become plain text.
    """
    path = ROOT / SHOWN[page]

    def relinked(found: re.Match[str]) -> str:
        text, target = found.groups()
        linked = (path.parent / target).resolve()
        for other, file in SHOWN.items():
            if linked == (ROOT / file).resolve():
                return f"[{text}](/{other}.md)"
        return f"*{text}*" if linked.exists() else found[0]

    text = path.read_text(encoding="utf-8")
    return re.sub(r"\[([^\]]+)\]\(([^)#:]+)\)", relinked, text)


def _show_file(app: Sphinx, page: str, source: list[str]) -> None:
    if page in SHOWN:
        app.env.note_dependency(str(ROOT / SHOWN[page]))
        source[0] = shown_file(page)


class Generated(SphinxDirective):
    """``{generated} NAME [ARGUMENT]``: the table of that name."""

    required_arguments = 1
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the parsed table."""
        name, *arguments = self.arguments
        return self.parse_text_to_nodes(GENERATED[name](*arguments))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive; pages with it are always read again."""
    app.add_directive("generated", Generated)
    app.connect("source-read", _show_file)
    return {"version": Path(__file__).name, "parallel_read_safe": True}

"""``runs``: what is in the store, newest first; ``runs delete``: runs that count no longer."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from rnnbench.cli.asked_runs import FILES, AskedRuns
from rnnbench.cli.console import paste, show, stderr, stdout, tell
from rnnbench.cli.endings import command_line, store_place
from rnnbench.cli.words import Words
from rnnbench.config.metric import Samples
from rnnbench.config.metrics import METRICS, TOLD
from rnnbench.errors import ConfigError
from rnnbench.formatting.printable import printable
from rnnbench.formatting.redact import redacted
from rnnbench.formatting.spreadsheet import csv_line, guarded
from rnnbench.formatting.tables import MISSING, Table
from rnnbench.stored.deletion import (
    Deleted,
    check_deletable,
    delete_runs,
    find_all,
    restore_command,
)
from rnnbench.stored.listing import Run, age, flat, short_ids
from rnnbench.tracking import names

FORMATS = ("table", *FILES)
# Columns that may be left out of a narrow terminal, the least important first, and those of words.
_OPTIONAL = ("age", "val", "data", "seed")
_WORDS = ("data", "arm", "status")
_MOST_ROWS = 50
_MOST_REASONS = 3


def runs(words: Words) -> int:
    """List the runs that the words restrict the store to, or delete some."""
    format_ = words.options.get("format")
    format_ = "table" if format_ is None else format_
    if format_ not in FORMATS:
        raise ConfigError(
            "--format", f"one of {', '.join(FORMATS)}", format_ or "nothing", "choose one"
        )
    if words.names:
        return _delete(words)
    if words.options.get("yes") is not None:
        raise ConfigError("--yes", "runs delete ID ... before it", "it alone", "leave it out")
    asked = AskedRuns.of(words)
    found = asked.find()
    if format_ == "table":
        _show(asked, found)
        return 0
    if not found:
        tell(_nothing(asked))
    (_print_csv if format_ == "csv" else _print_json)(list(map(flat, found)))
    return 0


def _show(asked: AskedRuns, found: Sequence[Run]) -> None:
    if not found:
        stdout().print(_nothing(asked))
        return
    show(_table(asked, found, found[:_MOST_ROWS]))
    tell("Next:")
    paste(_next(asked, found), stderr())


def _table(asked: AskedRuns, found: Sequence[Run], shown: Sequence[Run]) -> Table:
    digits = short_ids(asked.everything)
    columns = ("id", "data", "arm", "seed", "status", "val", "test", "age")
    rows = tuple(
        (
            run.run_id[:digits],
            run.data or MISSING,
            _name(run),
            run.record.params.get("seed", MISSING),
            run.status,
            _result(run, "validation"),
            _result(run, "test"),
            age(run),
        )
        for run in asked.named(shown)
    )
    count = f"{len(found):,} run{'s' if len(found) > 1 else ''}"
    return Table(
        f"{count}, newest first: {store_place(asked.store)}",
        columns,
        rows,
        _note(asked, found, shown),
        optional=_OPTIONAL,
        words=_WORDS,
    )


def _name(run: Run) -> str:
    if run.kind == "trial":
        return f"{run.arm} trial {run.record.tags.get(names.TRIAL, '')}".rstrip()
    return f"{run.arm} (baseline)" if run.kind == "baseline" else run.arm


def _result(run: Run, samples: Samples) -> str:
    """Return what a run reached on some samples: the first metric of those that tables tell."""
    for metric in map(METRICS.__getitem__, TOLD):
        value = run.metric(metric.name)
        if metric.on == samples and value is not None:
            is_possible = metric.low <= value <= metric.high
            return metric.shown(value) if is_possible else f"{value:.4g}"  # of any length
    return MISSING


def _note(asked: AskedRuns, found: Sequence[Run], shown: Sequence[Run]) -> str:
    lines = []
    if len(shown) < len(found):
        lines.append(
            f"The newest {len(shown)} of {len(found):,}: words such as data=imdb restrict the "
            "list, --format csv gives all."
        )
    others = [r for r in asked.everything if r.kind not in asked.kinds and asked.passes(r)]
    for kind, count in Counter(run.kind for run in others).items():
        lines.append(f"Not listed: {count:,} {kind}{'s' if count > 1 else ''} (kind={kind}).")
    failed = [run for run in shown if run.status == "FAILED" and run.reason]
    digits = short_ids(asked.everything)
    lines += [f"{run.run_id[:digits]} failed: {run.reason}" for run in failed[:_MOST_REASONS]]
    return "\n".join(lines)


def _nothing(asked: AskedRuns) -> str:
    """Return what the store has where nothing in it is what was asked for."""
    if not asked.everything:
        return f"The store has no runs. Train some: {command_line('sweep', '+cell=gru')}"
    listed = [run for run in asked.everything if run.kind in asked.kinds]
    if not listed:
        counts = Counter(f"kind={run.kind}" for run in asked.everything)
        told = ", ".join(f"{count:,} with {kind}" for kind, count in counts.items())
        return f"No run is of this kind. The store has {told}."
    told = "; ".join(
        f"{name} {', '.join(f'{value} ({count:,})' for value, count in counts.most_common(5))}"
        for name, counts in (
            ("data", Counter(run.data or "none" for run in listed)),
            ("cell", Counter(run.record.params.get("cell.name", "none") for run in listed)),
            ("status", Counter(run.status for run in listed)),
        )
    )
    return f"No run matches these words. The store has {len(listed):,}: {told}."


def _next(asked: AskedRuns, found: Sequence[Run]) -> str:
    """Return the command that a reader of the list is likely to type next."""
    if any(run.kind == "run" and run.status == "FINISHED" for run in found):
        return asked.command("report", "all")
    id_ = found[0].run_id[: short_ids(asked.everything)]
    return asked.command("runs", "delete", id_)


def _print_csv(rows: Sequence[dict[str, Any]]) -> None:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    lines = [list(map(_field, columns)), *([_field(row.get(k)) for k in columns] for row in rows)]
    print("".join(map(csv_line, lines)) if rows else "", end="")


def _field(value: object) -> str:
    if value is None:
        return ""
    return guarded(_shown(value)) if isinstance(value, str) else str(value)


@cache
def _shown(text: str) -> str:
    """Return text without secrets and control characters; most of it comes in every run."""
    return printable(redacted(text))


def _print_json(rows: Sequence[dict[str, Any]]) -> None:
    shown = [
        {_shown(k): _shown(v) if isinstance(v, str) else v for k, v in row.items()} for row in rows
    ]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in shown)
    print(f"[\n{lines}\n]" if rows else "[]")


def _delete(words: Words) -> int:
    verb, *ids = words.names
    if verb != "delete":
        action = "type runs delete ID" if ids else f"type {verb}=..., or runs delete ID"
        raise ConfigError("runs", "overrides of the form key=value, or delete", verb, action)
    asked = AskedRuns.of(words)
    is_restricted = bool(asked.filters) or words.options.get("kind") is not None
    if bool(ids) == is_restricted:
        received = "both" if ids else "neither"
        raise ConfigError(
            "runs delete",
            "ids, or words such as status=failed that restrict the runs",
            received,
            "python -m rnnbench runs lists the ids",
        )
    found = find_all(asked.store, asked.everything, ids) if ids else asked.find()
    if not found:
        stdout().print(_nothing(asked))
        return 0
    check_deletable(asked.store, found)
    table = _table(asked, found, found)
    show(replace(table, title=f"To be deleted: {len(found):,}", note=""))
    if words.options.get("yes") is None and not _confirmed(len(found)):
        stdout().print("nothing was deleted")
        return 0
    done = Deleted()
    try:
        delete_runs(asked.store, found, done)
    finally:
        for line in _told(asked, len(found), done):
            stdout().print(line, soft_wrap=True)
    return 0


def _confirmed(count: int) -> bool:
    if sys.stdin is None or not sys.stdin.isatty():
        raise ConfigError(
            "--yes",
            "an answer, or --yes where no terminal asks for one",
            "neither",
            "add --yes to delete these runs",
        )
    this = f"these {count:,} runs" if count > 1 else "this run"
    print(f"Delete {this}? [y/N] ", end="", flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _told(asked: AskedRuns, wanted: int, done: Deleted) -> list[str]:
    """Return what was deleted, what follows from that, and how it is undone."""
    if not done.runs:
        return ["nothing was deleted"]
    several = wanted > 1
    count = (
        f"{len(done.runs):,}" if len(done.runs) == wanted else f"{len(done.runs):,} of {wanted:,}"
    )
    lines = [f"deleted {count} run{'s' if several else ''}"]
    if any(run.status == "FINISHED" for run in done.runs):
        what = "They count as not done" if several else "It counts as not done"
        lines[0] += f". {what}: the same command trains {'them' if several else 'it'} again."
    lines += [
        f"The mean of {arm} over {seeds} seed{'s' if seeds > 1 else ''} in MLflow's UI was "
        "deleted, too: the next sweep with this arm writes it again."
        for arm, seeds in done.means.items()
    ]
    what = "one of them" if len(done.runs) > 1 else "it"
    restore = restore_command(asked.store, done.runs[0])
    return [*lines, f"Files stay until mlflow gc. To restore {what}: {restore}"]

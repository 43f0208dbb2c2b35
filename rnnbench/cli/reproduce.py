"""``reproduce``: a run trained again, and whether it gives the same."""

from __future__ import annotations

from rnnbench.cli.console import show, stdout
from rnnbench.cli.endings import tell_home
from rnnbench.cli.live import live
from rnnbench.cli.words import Words
from rnnbench.config.expand import load
from rnnbench.formatting.tables import MISSING, Table
from rnnbench.stored.lookup import find_run
from rnnbench.stored.reproduce import Difference, Reproduction, reproduce_run
from rnnbench.tracking import names
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store

_COLUMNS = (
    ("epochs_trained", "epochs", 0),
    ("final_loss", "loss", 6),
    ("final_accuracy", "accuracy", 6),
    ("best_val_accuracy", "best validation", 6),
    ("test_loss", "test loss", 6),
    ("test_accuracy", "test accuracy", 6),
)
_OPTIONAL = ("accuracy", "loss", "epochs", "best validation", "test loss")
_MOST_DIFFERENCES = 12


def reproduce(words: Words) -> int:
    """Train the run's logged configuration again; 0 where both agree exactly, else 1."""
    words.refuse_names()
    allowed = ("home", "tracking", "data.path")
    words.refuse_others(allowed, "the rest is as the run was trained")
    config = load(words.overrides, config_dirs=words.config_dirs, cell=False)
    tell_home(config)
    store = Store.open(config, create=False)
    record = find_run(store, words.required("run", "the id of a run, as in run=3f2a"))
    found = reproduce_run(store, record, config, live())
    title = f"{record.tags.get(names.ARM, '')} seed={record.seed}: run {record.run_id}"
    columns = ("run", *(name for _, name, _ in _COLUMNS))
    rows = (_row("logged", record), _row("again", found.again))
    show(Table(title, columns, rows, optional=_OPTIONAL))
    for line in _verdict(found):
        stdout().print(line, markup=False)
    return 0 if found.agrees else 1


def _row(name: str, record: Record) -> tuple[str, ...]:
    shown = [
        f"{record.metrics[metric]:,.{digits}f}" if metric in record.metrics else MISSING
        for metric, _, digits in _COLUMNS
    ]
    return (name, *shown)


def _verdict(found: Reproduction) -> list[str]:
    if not found.again.is_finished:
        return [f"The run ended without a result: {found.again.reason or found.again.status}"]
    if found.agrees:
        return [f"They agree exactly, in all {found.compared} values."]
    count = len(found.differences)
    lines = [f"They differ in {count} of {found.compared} values:"]
    lines += [f"  {_told(one)}" for one in found.differences[:_MOST_DIFFERENCES]]
    if count > _MOST_DIFFERENCES:
        lines.append(f"  and {count - _MOST_DIFFERENCES} more")
    if found.conditions:
        lines += ["What else differs:", *(f"  {text}" for text in found.conditions)]
    return lines


def _told(difference: Difference) -> str:
    logged, again = (
        "not measured" if value is None else repr(value)
        for value in (difference.logged, difference.again)
    )
    return f"{difference.what}: {logged} logged, {again} again"

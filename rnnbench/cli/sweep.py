"""``sweep``: every combination that is not finished yet."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from rnnbench.cli.console import show, stderr
from rnnbench.cli.words import DEFAULT_CELLS, Words
from rnnbench.config.expand import expand
from rnnbench.config.schema import Config
from rnnbench.results.frame import frame
from rnnbench.runspec import RunSpec
from rnnbench.search.summary import search_tables
from rnnbench.stored import has_weights
from rnnbench.summary import sweep_table
from rnnbench.sweep import Swept, run_arms
from rnnbench.tables import Table
from rnnbench.tracking.store import Store

# What a run has once the diagnostic was measured in it.
_MEASURED = {"order": "order_changed", "gradient_flow": "gradient_reach"}


def sweep(words: Words) -> int:
    """Train a sweep and print a row for each arm."""
    words.refuse_names()
    arms = expand(words.overrides, config_dirs=words.config_dirs, default_cells=DEFAULT_CELLS)
    console = stderr()
    swept = run_arms(arms, console, words.typed)
    skipped = sum(record.is_finished for record in swept.records.values())
    skipped -= len(swept.trained)
    if skipped:
        console.print(f"{skipped} of {len(swept.specs)} runs were finished already", markup=False)
    for name, metric in _MEASURED.items():
        if not getattr(arms[0].config.diagnostics, name):
            continue
        before = [
            record
            for key, record in swept.records.items()
            if key not in swept.trained and record.is_finished and metric not in record.metrics
        ]
        if before:
            console.print(
                f"finished before, and so without diagnostics.{name}: {len(before)} of "
                f"{len(swept.specs)} runs",
                markup=False,
            )
    if arms[0].config.tracking.save_model != "none":
        _tell_models(arms[0].config, swept, console)
    for table in search_tables(swept.searched):
        show(table)
    _show(swept.specs, swept)
    return 0 if swept.all_finished else 1


def _tell_models(config: Config, swept: Swept, console: Console) -> None:
    """Say which runs were finished without their models being kept."""
    store = Store.open(config, create=False)
    bare = sum(
        record.is_finished and key not in swept.trained and not has_weights(store, record.run_id)
        for key, record in swept.records.items()
    )
    if bare:
        console.print(
            f"finished before, and so without a stored model: {bare} of {len(swept.specs)} runs; "
            f"another seed, such as seed={config.seed + 10}, makes runs that have one",
            markup=False,
        )


def _show(specs: Sequence[RunSpec], swept: Swept) -> None:
    """Print the arms in the words of this sweep, then what did not finish."""
    done = [spec for spec in specs if swept.is_finished(spec)]
    if done:
        runs = frame(swept.records[spec.key] for spec in done)
        show(sweep_table(runs.assign(arm=[spec.label for spec in done])))
    rows = [(spec.name, *_failure(swept, spec)) for spec in specs if not swept.is_finished(spec)]
    if rows:
        retry = "Failed runs are trained again with sweep.retry_failed=true, killed ones anyway."
        show(Table("Runs without a result", ("run", "status", "reason"), tuple(rows), retry))


def _failure(swept: Swept, spec: RunSpec) -> tuple[str, str]:
    record = swept.records.get(spec.key)
    return (record.status, record.reason) if record else ("PENDING", "not started")

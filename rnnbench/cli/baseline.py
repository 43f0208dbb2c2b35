"""``baseline``: models without recurrence on the same data."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from rnnbench.baselines import BASELINES, Baseline, get_baseline, own_baselines
from rnnbench.baselines.strategy import Baselines
from rnnbench.cli.console import show
from rnnbench.cli.endings import baseline_command, sweep_command, tell_home, tell_next, ui_command
from rnnbench.cli.live import live
from rnnbench.cli.summaries import mean_of
from rnnbench.cli.unfinished import show_unfinished
from rnnbench.cli.words import Words
from rnnbench.config.expand import expand
from rnnbench.extensions.registry import load_named
from rnnbench.formatting.tables import Table, whole
from rnnbench.results.measure import ACCURACIES, ERRORS
from rnnbench.sweep.result import Swept
from rnnbench.sweep.run import run_arms
from rnnbench.tracking.record import Record
from rnnbench.training.spec import RunSpec

_OPTIONAL = ("parameters", "seconds", "data", "seeds", "best validation")


def baseline(words: Words) -> int:
    """Train the baselines that are not finished yet, and print a row for each."""
    arms = expand(words.overrides, config_dirs=words.config_dirs, default_cells=(None,))
    chosen = tuple(_typed(name) for name in words.names)
    config = arms[0].config
    tell_home(config)
    # Without a name rnnbench's, and those of --config-dir.
    wanted = chosen or (*BASELINES.values(), *own_baselines())
    strategy = Baselines(wanted, is_typed=bool(chosen))
    preload = strategy.needs_tensorflow
    swept = run_arms(arms, live(), words.typed, strategy, parent=False, preload=preload)
    show_unfinished(swept, partial(baseline_command, words))
    if any(map(swept.is_finished, swept.specs)):
        show(_table(swept))
    # Baselines are shown beside the cells that were trained on the same data.
    tell_next(config, [sweep_command(words), ui_command(words)])
    return 0 if swept.all_finished else 1


def _typed(name: str) -> Baseline:
    if name not in BASELINES:
        load_named("baseline", name)
    return get_baseline(name)


def _scores(records: Iterable[Record]) -> tuple[str, str]:
    """Return what runs are measured by: in validation, and on the test set."""
    measured = {name for record in records for name in record.metrics}
    usual = ERRORS if {ERRORS.asked, ERRORS.validated} & measured else ACCURACIES
    return usual.validated, usual.asked


def _table(swept: Swept) -> Table:
    specs: dict[str, RunSpec] = {}
    groups: dict[str, list[Record]] = {}
    for spec in filter(swept.is_finished, swept.specs):
        specs.setdefault(spec.arm_key, spec)
        groups.setdefault(spec.arm_key, []).append(swept.records[spec.key])
    rows = [
        (
            specs[arm_key].label,
            f"{specs[arm_key].data.name} maxlen {specs[arm_key].config.data.maxlen}",
            str(len(records)),
            whole(records[0].metrics.get("parameters_total", float("nan"))),
            *(mean_of(records, metric) for metric in (*_scores(records), "fit_seconds")),
        )
        for arm_key, records in groups.items()
    ]
    columns = ("baseline", "data", "seeds", "parameters", "best validation", "test", "seconds")
    note = "None of them is recurrent. Reports show them beside the cells."
    title = "Baselines, mean ± standard deviation over seeds"
    return Table(title, columns, tuple(rows), note, optional=_OPTIONAL, words=columns[1:2])

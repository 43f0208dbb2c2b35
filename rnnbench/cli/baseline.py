"""``baseline``: models without recurrence on the same data."""

from __future__ import annotations

from collections.abc import Sequence

from rnnbench.baselines import get_baseline
from rnnbench.baselines.runs import run_baselines
from rnnbench.baselines.spec import BaselineSpec, declare_baselines
from rnnbench.cli.console import show, stderr
from rnnbench.cli.endings import sweep_command, tell_home, tell_next, ui_command
from rnnbench.cli.words import Words
from rnnbench.config.expand import expand
from rnnbench.errors import ConfigError
from rnnbench.formatting.tables import Table, mean_and_spread, whole
from rnnbench.stats import statistic
from rnnbench.tracking.address import tracking_uri
from rnnbench.tracking.home import Home
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store

_OPTIONAL = ("parameters", "seconds", "data", "seeds", "best validation")


def baseline(words: Words) -> int:
    """Train the baselines that are not finished yet, and print a row for each."""
    chosen = [get_baseline(name) for name in words.names]
    arms = expand(words.overrides, config_dirs=words.config_dirs, default_cells=(None,))
    config = arms[0].config
    if config.until is not None:
        action = "leave it out, or type seeds=5 for as many"
        raise ConfigError("until", "null for baselines", config.until, action)
    tell_home(config)
    tracking_uri(config)  # a wrong address is told before any data is prepared
    news = Store.news(config)  # and so is one that does not answer
    home = Home.of(config.home)
    console = stderr()

    def report(text: str) -> None:
        console.print(text, markup=False)

    with home.made():
        specs = declare_baselines(arms, home.path, chosen, report)
        if news:
            report(news)
        store = Store.open(config)
        trained = run_baselines(store, specs, words.typed, report)
    show(_table(trained))
    # Baselines are shown beside the cells that were trained on the same data.
    tell_next(config, [sweep_command(words), ui_command(words)])
    return 0


def _table(runs: Sequence[tuple[BaselineSpec, Record]]) -> Table:
    groups: dict[str, list[tuple[BaselineSpec, Record]]] = {}
    for spec, record in runs:
        groups.setdefault(spec.arm_key, []).append((spec, record))
    rows = []
    for group in groups.values():
        spec = group[0][0]
        data = f"{spec.data.name} maxlen {spec.config.data.maxlen}"
        measured = [
            statistic([r.metrics.get(metric, float("nan")) for _, r in group])
            for metric in ("best_val_accuracy", "test_accuracy", "fit_seconds")
        ]
        parameters = group[0][1].metrics.get("parameters_total", float("nan"))
        rows.append(
            (
                spec.baseline.title,
                data,
                str(len(group)),
                whole(parameters),
                mean_and_spread(measured[0]),
                mean_and_spread(measured[1]),
                mean_and_spread(measured[2], 1),
            )
        )
    columns = ("baseline", "data", "seeds", "parameters", "best validation", "test", "seconds")
    note = "None of them knows the order of the tokens. Reports show them beside the cells."
    title = "Baselines, mean ± standard deviation over seeds"
    return Table(title, columns, tuple(rows), note, optional=_OPTIONAL, words=columns[1:2])

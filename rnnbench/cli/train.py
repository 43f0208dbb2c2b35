"""``train``: one run."""

from __future__ import annotations

from rnnbench.cli.console import show, stderr
from rnnbench.cli.words import Words
from rnnbench.config.expand import Arm, load
from rnnbench.errors import ConfigError
from rnnbench.results.arms import add_arm_names
from rnnbench.results.frame import frame
from rnnbench.stored import has_weights
from rnnbench.summary import sweep_table
from rnnbench.sweep import run_arms
from rnnbench.tables import Table
from rnnbench.tracking.store import Store


def train(words: Words) -> int:
    """Train one configuration, or show the finished run that it already has."""
    words.refuse_names()
    config = load(words.overrides, config_dirs=words.config_dirs)
    if config.search.sampler != "none":
        raise ConfigError("search", "none for one run", config.search.sampler, "use sweep")
    # Asking for one run by name is asking for it again where it failed.
    options = config.sweep.model_copy(update={"retry_failed": True})
    config = config.model_copy(update={"sweep": options})
    console = stderr()
    swept = run_arms([Arm(config, {})], console, words.typed, seeds=1, parent=False)
    (spec,) = swept.specs
    record = swept.records[spec.key]
    if not record.is_finished:
        return 1
    if not swept.trained:
        console.print("this run is finished already; nothing was trained", markup=False)
        asked = config.tracking.save_model != "none"
        if asked and not has_weights(Store.open(config, create=False), record.run_id):
            action = f"another seed, such as seed={config.seed + 10}, makes a run that has one"
            console.print(f"it keeps no model; {action}", markup=False)
    table = sweep_table(add_arm_names(frame([record])))
    show(Table(f"{spec.name}: run {record.run_id}", table.columns, table.rows))
    return 0

"""``train``: one run."""

from __future__ import annotations

from dataclasses import replace

from rnnbench.cli.console import paste, show, stdout, tell
from rnnbench.cli.endings import (
    command_line,
    predict_command,
    report_command,
    tell_home,
    tell_next,
    ui_command,
)
from rnnbench.cli.live import live
from rnnbench.cli.summaries import answer, sweep_table
from rnnbench.cli.words import Words
from rnnbench.config.expand import Arm, load
from rnnbench.data.new_text import reads_text
from rnnbench.errors import ConfigError
from rnnbench.stored.run import has_weights
from rnnbench.sweep.fixed import FixedSeeds
from rnnbench.sweep.run import run_arms
from rnnbench.tracking.store import Store


def train(words: Words) -> int:
    """Train one configuration, or show the finished run that it already has."""
    words.refuse_names()
    config = load(words.overrides, config_dirs=words.config_dirs)
    if config.search.sampler != "none":
        raise ConfigError("search", "none for one run", config.search.sampler, "use sweep")
    if config.until is not None:
        raise ConfigError("until", "null for one run", config.until, "use sweep")
    # Asking for one run by name is asking for it again where it failed.
    options = config.sweep.model_copy(update={"retry_failed": True})
    config = config.model_copy(update={"sweep": options})
    tell_home(config)
    arm = Arm(config, {})
    swept = run_arms([arm], live(), words.typed, FixedSeeds(1), parent=False)
    (spec,) = swept.specs
    record = swept.records[spec.key]
    if not record.is_finished:
        reason = record.reason or record.status
        stdout().print(f"The run has no result: {reason}\nTo train it again:")
        paste(command_line("train", *words.arguments), stdout())
        return 1
    keeps_model = has_weights(Store.open(config, create=False), record.run_id)
    if not swept.trained:
        tell("this run is finished already; nothing was trained")
        if config.tracking.save_model != "none" and not keeps_model:
            action = f"another seed, such as seed={config.seed + 10}, makes a run that has one"
            tell(f"it keeps no model; {action}")
    arms = {spec.label: [record]}
    show(replace(sweep_table(arms), title=f"{spec.name}: run {record.run_id}"))
    stdout().print(answer(arms))
    commands = [report_command(words, [arm], one_seed=True), ui_command(words)]
    if keeps_model and reads_text(config.data):
        commands.insert(0, predict_command(words, record.run_id))
    tell_next(config, commands)
    return 0

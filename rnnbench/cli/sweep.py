"""``sweep``: every combination that is not finished yet."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from rnnbench.cli.console import show, stdout, tell
from rnnbench.cli.endings import report_command, sweep_command, tell_home, tell_next, ui_command
from rnnbench.cli.live import live
from rnnbench.cli.strategy import strategy_of
from rnnbench.cli.summaries import answer, by_arm, sweep_table
from rnnbench.cli.unfinished import show_unfinished
from rnnbench.cli.words import DEFAULT_CELLS, Words
from rnnbench.config.expand import expand
from rnnbench.config.schema import Config
from rnnbench.search.outcome import Searched
from rnnbench.search.summary import search_table
from rnnbench.stored.run import has_weights
from rnnbench.sweep.at_hand import at_hand
from rnnbench.sweep.result import Swept
from rnnbench.sweep.run import run_arms
from rnnbench.tracking.store import Store
from rnnbench.until.course import Course
from rnnbench.until.words import decisions_table, saved_words

# What a run has once the diagnostic was measured in it.
_MEASURED = {"order": "order_changed", "gradient_flow": "gradient_reach"}


def sweep(words: Words) -> int:
    """Train a sweep and print a row for each arm."""
    words.refuse_names()
    arms = expand(words.overrides, config_dirs=words.config_dirs, default_cells=DEFAULT_CELLS)
    tell_home(arms[0].config)
    arms = at_hand(arms, tell)
    swept = run_arms(arms, live(), words.typed, strategy_of(arms[0].config))
    searched = [one for one in swept.found if isinstance(one, Searched)]
    courses = [one for one in swept.found if isinstance(one, Course)]
    skipped = sum(record.is_finished for record in swept.records.values())
    skipped -= len(swept.trained)
    if skipped:
        tell(f"{skipped} of {len(swept.specs)} runs were finished already")
    for name, metric in _MEASURED.items():
        if not getattr(arms[0].config.diagnostics, name):
            continue
        before = sum(
            key not in swept.trained and record.is_finished and metric not in record.metrics
            for key, record in swept.records.items()
        )
        if before:
            tell(
                f"finished before, and so without diagnostics.{name}: {before} of "
                f"{len(swept.specs)} runs"
            )
    if arms[0].config.tracking.save_model != "none":
        _tell_models(arms[0].config, swept)
    left = [(f"search of {s.search.label}", *_trouble(s)) for s in searched if not s.is_over]
    show_unfinished(swept, partial(sweep_command, words), left)
    if searched:
        show(search_table(searched))
    finished = by_arm(
        (spec.label, swept.records[spec.key]) for spec in swept.specs if swept.is_finished(spec)
    )
    commands = []
    if finished:
        show(sweep_table(finished))
        stdout().print(answer(finished))
        if any(course.looks for course in courses):
            show(decisions_table(courses))
            stdout().print(saved_words(courses))
        elif not courses:
            _show_verdicts(arms[0].config, swept, finished)
        commands = [report_command(words, arms), ui_command(words)]
    tell_next(arms[0].config, commands)
    return 0 if swept.all_finished else 1


def _show_verdicts(config: Config, swept: Swept, finished: Collection[str]) -> None:
    """Say how the arms compare, as their report does."""
    if len(finished) < 2:
        return
    from rnnbench.report.terminal import verdict_lines

    store = Store.open(config, create=False)
    for line in verdict_lines(store, swept.specs, swept.records, config.report):
        stdout().print(line)


def _tell_models(config: Config, swept: Swept) -> None:
    """Say which runs were finished without their models being kept."""
    store = Store.open(config, create=False)
    bare = sum(
        record.is_finished and key not in swept.trained and not has_weights(store, record.run_id)
        for key, record in swept.records.items()
    )
    if bare:
        tell(
            f"finished before, and so without a stored model: {bare} of {len(swept.specs)} runs; "
            f"another seed, such as seed={config.seed + 10}, makes runs that have one"
        )


def _trouble(searched: Searched) -> tuple[str, str]:
    failed, budget = searched.count("FAIL"), searched.search.config.search.n_trials
    if searched.ended < budget:
        return "PENDING", f"{searched.ended} of {budget} trials have ended"
    return "FAILED", f"{failed} of {budget} trials failed, and no other has a result"

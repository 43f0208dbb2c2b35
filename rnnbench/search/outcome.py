"""What the searches of a sweep have come to, and its files."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rnnbench.search.declared import Search, storage_of
from rnnbench.search.storage import close_storage, has_storage, open_storage, studied
from rnnbench.search.study import Study, Trial
from rnnbench.tracking import names
from rnnbench.tracking.home import Home
from rnnbench.tracking.parent import SweepParent
from rnnbench.tracking.record import Record
from rnnbench.tracking.recorder import search_tags
from rnnbench.tracking.store import Store
from rnnbench.tracking.writer import RunEntry
from rnnbench.training.spec import RunSpec

_ENDED = ("COMPLETE", "PRUNED", "FAIL")
_TAG = "rnnbench.search_files"


@dataclass(frozen=True)
class Searched:
    """The search of one arm as it stands.

    Attributes:
        search: what is searched.
        trials: those that the budget counts.
        winner: the best trial, once all have ended; ``None`` also where all of them failed.
        replicates: the winner's runs with fresh seeds.
        importance: share of the metric's variance by key, where it can be told.
    """

    search: Search
    trials: tuple[Trial, ...] = ()
    winner: Trial | None = None
    replicates: tuple[RunSpec, ...] = ()
    importance: Mapping[str, float] = field(default_factory=dict)

    def declared(self, count: int) -> list[RunSpec]:
        """Return so many of the winner's runs; none without a winner."""
        return [] if self.winner is None else self.search.replicates(self.winner, count)

    @property
    def is_over(self) -> bool:
        """Whether there is a winner."""
        return self.winner is not None

    @property
    def ended(self) -> int:
        """How many trials have ended."""
        return sum(trial.state in _ENDED for trial in self.trials)

    def count(self, state: str) -> int:
        """Return the number of trials in a state of Optuna's."""
        return sum(trial.state == state for trial in self.trials)

    @property
    def work_left(self) -> float:
        """Relative cost of the trials and replicates to come, as if none were drawn."""
        config = self.search.config
        left = config.search.n_trials - self.ended + config.seeds
        return left * self.search.trial(0, config).work


def look_up(searches: Sequence[Search], home: Home) -> list[Searched]:
    """Return every search as it stands; nothing is changed."""
    address = storage_of(searches)
    if not has_storage(home, address):
        return [Searched(search) for search in searches]
    storage = open_storage(home, address)
    try:
        with studied(home, address):
            return [_look_up(search, storage) for search in searches]
    finally:
        close_storage(storage)


def _look_up(search: Search, storage: Any) -> Searched:
    study = Study.find(storage, search.key, search.config)
    if study is None:
        return Searched(search)
    trials = study.counted()[: search.config.search.n_trials]
    winner = search.winner(trials)
    if winner is None:
        return Searched(search, tuple(trials))
    replicates = tuple(search.replicates(winner))
    return Searched(search, tuple(trials), winner, replicates, study.importance(trials))


def tag_winners(store: Store, specs: Sequence[RunSpec], records: Mapping[str, Record]) -> None:
    """Tell runs that were finished before a search chose their values that it did."""
    for spec in specs:
        record = records.get(spec.key)
        if record is not None and names.STUDY not in record.tags:
            store.add(RunEntry(record.run_id, tags=search_tags(spec)))


def save_artifacts(store: Store, searched: Sequence[Searched], parent: SweepParent) -> None:
    """Log trials, best configuration, history and importance of each search to the parent run.

    What was logged for as many trials already is left as it is.
    """
    known = parent.find()
    if known is None:
        return
    for result in searched:
        if not result.trials:
            continue
        tag = f"{_TAG}.{result.search.key[:12]}"
        # A trial that is tried again gets a number of its own.
        state = f"{result.ended} up to number {result.trials[-1].number}"
        if known.tags.get(tag) == state:
            continue
        with store.home.search_files() as folder:
            slug = re.sub(r"[^A-Za-z0-9_.=-]+", "_", result.search.label)
            (files := folder / "search" / slug).mkdir(parents=True)
            write_files(result, files)
            store.writer.keep_files(known.run_id, folder)
        store.add(RunEntry(known.run_id, tags={tag: state}))


def write_files(result: Searched, folder: Path) -> None:
    """Write ``trials.csv``, ``best.json``, and the figures that the trials allow."""
    from rnnbench.plots.trials import Shares, save_history, save_importances

    keys = list(result.search.config.search.space)
    metric = result.search.config.search.metric
    with (folder / "trials.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["number", "state", metric, "epochs_reported", "seconds", *keys])
        for trial in result.trials:
            values = [trial.params.get(key) for key in keys]
            reported = max(trial.intermediate, default="")
            writer.writerow(
                [trial.number, trial.state, trial.value, reported, trial.seconds, *values]
            )
    if result.winner is not None:
        best = {"trial": result.winner.number, metric: result.winner.value}
        (folder / "best.json").write_text(
            json.dumps(best | {"params": result.winner.params}, indent=1) + "\n", encoding="utf-8"
        )
    name = f"{result.search.label}, {result.search.config.search.sampler}"
    save_history(
        [(t.number, t.value, t.state) for t in result.trials if t.value is not None],
        metric,
        name,
        folder / "history.png",
    )
    if result.importance:
        (folder / "importance.json").write_text(
            json.dumps(result.importance, indent=1) + "\n", encoding="utf-8"
        )
        cell = result.search.config.cell
        shares = Shares(result.search.label, "" if cell is None else cell.name, result.importance)
        save_importances([shares], name, [folder / "importance.png"])

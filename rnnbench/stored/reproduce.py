"""A finished run trained again from what it logged, beside what it gave.

The second run goes into a store of its own that is removed afterwards: in the first one a finished
run exists once.
"""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from rnnbench.config.expand import Arm
from rnnbench.config.metrics import EPOCH_METRICS, METRICS, RUN_METRICS
from rnnbench.config.schema import Config
from rnnbench.errors import StoreError
from rnnbench.stored.run import run_config
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.fixed import FixedSeeds
from rnnbench.sweep.run import run_arms
from rnnbench.tracking import names
from rnnbench.tracking.reader import History
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store
from rnnbench.training import TRAINING_VERSION

# Of what was measured, that which the same training gives again; seconds and memory are not.
_REPEATED = tuple(
    name
    for name in RUN_METRICS
    if METRICS[name].repeats and METRICS[name].logged in ("end", "diagnostic")
)
_CONDITIONS = (
    ("rnnbench.versions", "packages"),
    ("rnnbench.python", "Python"),
    ("rnnbench.hardware", "hardware"),
    ("rnnbench.threads", "threads"),
    (names.PATH, "computed by"),
    ("mlflow.source.git.commit", "commit of the code"),
)


@dataclass(frozen=True)
class Difference:
    """A value that the second run did not give again; ``None`` where it was not measured."""

    what: str
    logged: float | None
    again: float | None


@dataclass(frozen=True)
class Reproduction:
    """A logged run and the same run again.

    Attributes:
        logged: the run as the store has it.
        again: the run as it was trained now, or failed.
        compared: how many values were compared.
        differences: those that are not exactly equal, epochs first.
        conditions: what else differs, in words.
    """

    logged: Record
    again: Record
    compared: int
    differences: tuple[Difference, ...]
    conditions: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether the run ended well and gave every value again, to the last bit."""
        return self.again.is_finished and self.compared > 0 and not self.differences


def reproduce_run(store: Store, record: Record, now: Config, console: Console) -> Reproduction:
    """Train a finished run again and compare every epoch and every result.

    Args:
        store: where the run is; nothing is written to it.
        record: the run.
        now: the configuration of the command; its ``data.path`` is used where it has one.
        console: where progress is shown.

    Raises:
        StoreError: for a run that is not finished or whose configuration cannot be read.
        DataError: where the data set is not the one that the run was trained on.
    """
    if not record.is_finished:
        received = f"{record.run_id}, which is {record.status}"
        raise StoreError("run", "a finished run", received, "choose one that is finished")
    config = _again(run_config(store, record, now), now)
    if names.DIAGNOSED in record.tags:
        # What was measured afterwards is measured again.
        diagnostics = config.diagnostics.model_copy(update={"order": True})
        config = config.model_copy(update={"diagnostics": diagnostics})
    with tempfile.TemporaryDirectory(prefix="rnnbench-reproduce-") as folder:
        scratch = Path(folder)
        shelf = store.home.path / "data"
        shelf.mkdir(parents=True, exist_ok=True)
        # Data that is prepared already is not prepared again.
        (scratch / "data").symlink_to(shelf, target_is_directory=True)
        config = config.model_copy(update={"home": folder})
        DataCache(scratch).ready(config)[1].must_be(record.tags.get(names.DATA_DIGEST, ""))
        command = f"python -m rnnbench reproduce run={record.run_id}"
        arm = Arm(config, {})
        swept = run_arms([arm], console, command, FixedSeeds(1), parent=False, tell_store=False)
        again = swept.records[swept.specs[0].key]
        fresh = Store.open(config, create=False)
        (logged_epochs,) = store.histories([record.run_id], EPOCH_METRICS).values()
        (again_epochs,) = fresh.histories([again.run_id], EPOCH_METRICS).values()
    compared, differences = compare_values(record, again, logged_epochs, again_epochs)
    return Reproduction(record, again, compared, differences, _conditions(record, again))


def _again(config: Config, now: Config) -> Config:
    """Return the run's configuration for one run in a store of its own."""
    tracking = now.tracking.model_copy(
        update={"uri": None, "save_model": "none", "save_predictions": False}
    )
    executor = config.executor.model_copy(update={"workers": 1})
    return config.model_copy(update={"tracking": tracking, "executor": executor, "seeds": 1})


def compare_values(
    logged: Record, again: Record, logged_epochs: History, again_epochs: History
) -> tuple[int, tuple[Difference, ...]]:
    """Return how many values two runs have, and those that differ, epochs first."""
    pairs: list[tuple[str, float | None, float | None]] = []
    points = [{m: dict(v) for m, v in epochs.items()} for epochs in (logged_epochs, again_epochs)]
    steps = sorted({step for values in points for points_ in values.values() for step in points_})
    # Earlier versions logged fewer metrics.
    logged_then = [metric for metric in EPOCH_METRICS if metric in logged_epochs]
    for step in steps:
        for metric in logged_then:
            first, second = (values.get(metric, {}).get(step) for values in points)
            pairs.append((f"{metric} of epoch {step}", first, second))
    known_then = [name for name in _REPEATED if name in logged.metrics]
    pairs += [(name, logged.metrics[name], again.metrics.get(name)) for name in known_then]
    known = [pair for pair in pairs if pair[1:] != (None, None)]
    return len(known), tuple(Difference(*pair) for pair in known if not _equal(pair[1], pair[2]))


def _equal(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is b
    return a == b or (math.isnan(a) and math.isnan(b))


def _conditions(logged: Record, again: Record) -> tuple[str, ...]:
    """Return what may be why two runs differ."""
    found = [
        f"{words}: {logged.tags[tag]} then, {again.tags[tag]} now"
        for tag, words in _CONDITIONS
        if tag in logged.tags and tag in again.tags and logged.tags[tag] != again.tags[tag]
    ]
    version = logged.tags.get(names.TRAINING_VERSION, "")
    if version != str(TRAINING_VERSION):
        found.insert(0, f"training code version: {version} then, {TRAINING_VERSION} now")
    return tuple(found)

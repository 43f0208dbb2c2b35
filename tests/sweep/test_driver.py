"""What the driver makes of events, and that no end of a sweep undoes a result."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from rnnbench.config.expand import expand, load
from rnnbench.errors import StoreError
from rnnbench.interrupt import Interruption
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import declare
from rnnbench.sweep.driver import Driver
from rnnbench.sweep.executors.events import (
    EpochEnded,
    Event,
    Failed,
    Finished,
    Idle,
    Lost,
    Started,
)
from rnnbench.sweep.executors.protocol import TaskSource
from rnnbench.sweep.ownership import Ownership
from rnnbench.sweep.progress import SweepProgress
from rnnbench.sweep.queue import Ending, RunQueue
from rnnbench.tracking import names
from rnnbench.tracking.store import Store
from rnnbench.tracking.writer import RunEntry
from rnnbench.training.history import Epoch, Outcome
from rnnbench.training.spec import RunSpec
from tests.sweep.conftest import SMALL

WORDS = ["+cell=gru", *SMALL, "seeds=2"]
EPOCHS = (Epoch(1, 0.6, 0.7, 0.65, 0.68, 0.1),)
OUTCOME = Outcome(EPOCHS, {"fit_seconds": 1.0, "test_accuracy": 0.7}, "xla", "a summary")


class Executor:
    """Tells a list of events, the tasks taken first; an exception in it is raised.

    It leaves a file for each of them, as those do who train.
    """

    def __init__(self, events: Sequence[Event | type[BaseException]]) -> None:
        self._events = events

    def run(self, source: Any, _: Interruption) -> Iterator[Event]:
        while (task := source.take([], set())) is not None:
            yield Started(task.key)
            task.folder.mkdir(parents=True)
            (task.folder / "history.csv").write_text("epoch,loss\n")
        for event in self._events:
            if isinstance(event, type):
                raise event
            yield event


class BrokenQueue(RunQueue):
    """A queue that cannot hear of a result."""

    def ended(self, spec: RunSpec, how: Ending, outcome: Outcome | None = None) -> None:
        raise KeyboardInterrupt


@pytest.fixture
def specs(store: Store) -> list[RunSpec]:
    return declare(expand(WORDS), DataCache(store.home.path))


def drive(
    store: Store,
    specs: Sequence[RunSpec],
    *events: Event | type[BaseException],
    queue: type[RunQueue] = RunQueue,
    parent: Any = None,
    executor: Any = None,
) -> None:
    """Have events handled, those of an executor where there is one, as a sweep does."""
    ownership = Ownership(store, load([], cell=False).sweep, "some-sweep", "rnnbench sweep")
    with SweepProgress(Console(quiet=True)) as progress, Interruption() as interruption:
        driver = Driver(store, ownership, progress, parent, "some-sweep")
        with driver:
            trains: Any = executor or Executor(events)
            driver.train(trains, queue(ownership, progress, specs), interruption)


def statuses(store: Store, spec: RunSpec) -> list[str]:
    return [record.status for record in store.records() if record.key == spec.key]


def test_a_result_that_was_stored_stays_whatever_goes_wrong_next(
    store: Store, specs: list[RunSpec]
) -> None:
    done = Finished(specs[0].key, OUTCOME)
    with pytest.raises(KeyboardInterrupt):
        drive(store, specs, done, Idle(), queue=BrokenQueue)
    assert statuses(store, specs[0]) == ["FINISHED"]
    assert statuses(store, specs[1]) == ["KILLED"]


def test_a_result_that_has_come_in_is_stored_before_an_interruption_ends_the_sweep(
    store: Store, specs: list[RunSpec]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        drive(store, specs, Finished(specs[1].key, OUTCOME), KeyboardInterrupt)
    assert [statuses(store, spec) for spec in specs] == [["KILLED"], ["FINISHED"]]
    (finished,) = (record for record in store.records() if record.is_finished)
    folder = store.artifact_folders([finished.run_id])[finished.run_id]
    assert (Path(folder.removeprefix("file://")) / "history.csv").is_file()


def test_a_run_whose_worker_dies_again_and_again_is_kept_as_failed(
    store: Store, specs: list[RunSpec]
) -> None:
    for _ in range(3):
        drive(store, specs[:1], Lost(specs[0].key, "killed", "SIGKILL"))
    assert statuses(store, specs[0]) == ["KILLED", "KILLED", "FAILED"]


class LosesNodes:
    """Loses its node with the first tasks, and trains the others."""

    def __init__(self, times: int) -> None:
        self._left = times

    def run(self, source: TaskSource, interruption: Interruption) -> Iterator[Event]:
        while (task := source.take([], [])) is not None:
            yield Started(task.key)
            self._left -= 1
            yield Finished(task.key, OUTCOME) if self._left < 0 else Lost(task.key, "node", "n7")
        yield Idle()


@pytest.mark.parametrize(
    ("times", "ends"),
    [(1, ["FINISHED", "KILLED"]), (2, ["FINISHED", *["KILLED"] * 2]), (3, ["FAILED", "KILLED"])],
)
def test_a_run_that_loses_its_node_is_trained_again_by_the_same_sweep(
    store: Store, specs: list[RunSpec], times: int, ends: list[str]
) -> None:
    drive(store, specs[:1], executor=LosesNodes(times))
    found = sorted(statuses(store, specs[0]))
    assert found == sorted([*ends, *["KILLED"] * (times == 3)])
    lost = [r for r in store.records() if names.LOST in r.tags]
    assert [record.tags[names.LOST] for record in lost] == ["node"] * times


def test_interruptions_of_a_sweep_never_make_a_run_fail(store: Store, specs: list[RunSpec]) -> None:
    for _ in range(4):
        with pytest.raises(KeyboardInterrupt):
            drive(store, specs[:1], KeyboardInterrupt)
    assert statuses(store, specs[0]) == ["KILLED"] * 4


class BrokenParent:
    """A parent run that cannot be opened."""

    def open(self) -> str:
        raise StoreError("home", "a parent run", "none", "run the command again")

    def close(self, status: str) -> None:
        pass


def test_a_run_that_was_begun_and_could_not_be_started_is_not_left_behind_as_running(
    store: Store, specs: list[RunSpec]
) -> None:
    with pytest.raises(StoreError):
        drive(store, specs[:1], parent=BrokenParent())
    assert statuses(store, specs[0]) == ["KILLED"]


def test_why_a_run_failed_holds_nothing_that_was_taken_from_the_environment(
    store: Store, work_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORPUS", "private-folder")
    (work_dir / "private-folder").mkdir()
    path = work_dir / "private-folder" / "texts.csv"
    path.write_text("text,label\n" + "a good film,yes\na bad film,no\n" * 20)
    words = ["+cell=gru", "data=csv", "data.path=${oc.env:CORPUS}/texts.csv", "model.units=2"]
    specs = declare(
        expand([*words, "seeds=1", "data.test_fraction=0.5"]), DataCache(store.home.path)
    )
    drive(store, specs, Failed(specs[0].key, f"OSError: cannot read {path}"))
    (record,) = store.records()
    assert record.reason == "OSError: cannot read ${oc.env:CORPUS}/texts.csv"


@pytest.mark.parametrize("how", ["lock lost", "run deleted"])
def test_a_run_that_is_lost_has_no_result_and_is_trained_once_its_new_owner_gives_it_up(
    store: Store, specs: list[RunSpec], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    def lose(*_: object) -> bool:
        monkeypatch.undo()
        if how == "run deleted":
            (record,) = store.records(status="RUNNING")
            store.delete(record.run_id)
        return how == "run deleted"

    monkeypatch.setattr(Ownership, "holds", lose)
    key = specs[0].key
    drive(store, specs[:1], Finished(key, OUTCOME), Idle())
    done = ["KILLED"] if how == "lock lost" else []
    assert statuses(store, specs[0]) == [*done, "FINISHED"]


class InTurn:
    """Has one task trained after the other, and tells of an epoch of each."""

    def __init__(self, look: Callable[[], object], *, interrupted: bool = False) -> None:
        self._look = look
        self._is_interrupted = interrupted

    def run(self, source: TaskSource, _: Interruption) -> Iterator[Event]:
        while (task := source.take([], [])) is not None:
            yield Started(task.key)
            yield EpochEnded(task.key, EPOCHS[0])
            self._look()
            yield Finished(task.key, OUTCOME)
            yield Idle()
            if self._is_interrupted:
                raise KeyboardInterrupt


class SomeParent:
    """A parent run of which only its id is needed."""

    def open(self) -> str:
        return "some-parent"

    def close(self, status: str) -> None:
        pass


def test_the_summary_of_an_arm_is_written_once_all_of_its_runs_have_ended(
    store: Store, specs: list[RunSpec]
) -> None:
    seen: list[int] = []
    executor = InTurn(lambda: seen.append(len(store.records(kind="arm"))))
    drive(store, specs, executor=executor, parent=SomeParent())
    assert seen == [0, 0]
    (summary,) = store.records(kind="arm")
    assert summary.metrics["seeds"] == 2


def test_an_interrupted_sweep_leaves_the_summaries_of_the_runs_that_it_has_trained(
    store: Store, specs: list[RunSpec]
) -> None:
    executor = InTurn(lambda: None, interrupted=True)
    with pytest.raises(KeyboardInterrupt):
        drive(store, specs, executor=executor, parent=SomeParent())
    (summary,) = store.records(kind="arm")
    assert summary.metrics["seeds"] == 1


def test_epochs_are_shown_while_their_run_is_being_trained(
    store: Store, specs: list[RunSpec]
) -> None:
    seen = []

    def look() -> None:
        (record,) = store.records(status="RUNNING")
        seen.append(store.histories([record.run_id], ["val_loss"])[record.run_id])

    drive(store, specs[:1], executor=InTurn(look))
    assert seen == [{"val_loss": [(1, 0.65)]}]
    (record,) = store.records()
    assert store.histories([record.run_id], ["val_loss"])[record.run_id] == seen[0]


def test_a_run_that_is_deleted_in_the_middle_is_trained_again(
    store: Store, specs: list[RunSpec]
) -> None:
    deleted: list[str] = []

    def delete() -> None:
        if not deleted:
            (record,) = store.records(status="RUNNING")
            deleted.append(record.run_id)
            store.delete(record.run_id)

    drive(store, specs[:1], executor=InTurn(delete))
    assert statuses(store, specs[0]) == ["FINISHED"]
    assert store.records()[0].run_id not in deleted


def test_results_that_come_in_at_once_are_written_at_once(
    store: Store, specs: list[RunSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    add = Store.add

    def count(store: Store, *entries: RunEntry) -> set[str]:
        written.append(sum(entry.status == "FINISHED" for entry in entries))
        return add(store, *entries)

    monkeypatch.setattr(Store, "add", count)
    drive(store, specs, *(Finished(spec.key, OUTCOME) for spec in specs), Idle())
    assert [statuses(store, spec) for spec in specs] == [["FINISHED"]] * 2
    assert sorted(written) == [0, 0, 2]


@pytest.mark.slow
def test_a_driver_of_a_store_that_is_there_imports_no_mlflow(work_dir: Path) -> None:
    """Neither to record runs nor to replace summaries, or to keep that results were looked at."""
    code = "import sys; from tests.sweep.simulated_driver import main; status = main(sys.argv[1:]);"
    code += "print(status, *(name in sys.modules for name in ('mlflow', 'matplotlib')))"
    told = []
    for seeds in (1, 2):
        words = ["+cell=simple_rnn,gru", "data=digits", f"seeds={seeds}"]
        told.append(
            subprocess.run(
                [sys.executable, "-c", code, *words],
                env=os.environ | {"RNNBENCH_TEST_SECONDS": "0"},
                capture_output=True,
                text=True,
                check=True,
            ).stdout.splitlines()[-1]
        )
    assert told[1] == "0 False False"

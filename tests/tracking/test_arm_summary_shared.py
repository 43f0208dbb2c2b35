"""Summaries of an arm that several homes train: one is left, about all replicates."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from rnnbench.config.expand import expand
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import declare
from rnnbench.tracking import arm_summary, names
from rnnbench.tracking.arm_summary import update_arm_summary
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store
from rnnbench.training.history import Epoch, Outcome
from rnnbench.training.spec import RunSpec
from tests.sweep.conftest import SMALL, begin
from tests.tracking.conftest import OpenShared

EPOCHS = (Epoch(1, 0.6, 0.7, 0.65, 0.68, 0.1),)
OUTCOME = Outcome(EPOCHS, {"fit_seconds": 1.0, "test_accuracy": 0.7}, "xla", "a summary")


@pytest.fixture
def stores(open_shared: OpenShared) -> list[Store]:
    return [open_shared("first"), open_shared("second")]


@pytest.fixture
def specs(work_dir: Path) -> list[RunSpec]:
    return declare(expand(["+cell=gru", *SMALL, "seeds=3"]), DataCache(work_dir / "data"))


def finish(store: Store, spec: RunSpec) -> None:
    (files := store.home.path / "files").mkdir(exist_ok=True)
    (files / "history.csv").write_text("epoch,loss\n")
    recorder = begin(store, spec)
    recorder.write(recorder.finished(OUTCOME, files))


def summaries(store: Store) -> list[Record]:
    return store.records(kind="arm")


def replicates(summary: Record) -> set[str]:
    return set(summary.tags[names.REPLICATES].split())


def test_one_that_another_home_is_writing_is_left_to_it(
    stores: list[Store], specs: list[RunSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(stores[0], specs[0])
    write = stores[0].client.set_terminated

    def meanwhile(store: Store, run_id: str, status: str) -> None:
        monkeypatch.undo()
        update_arm_summary(stores[1], specs[0], "some-sweep")
        write(run_id, status)

    monkeypatch.setattr(
        type(stores[0].client),
        "set_terminated",
        lambda client, run_id, status: meanwhile(client, run_id, status),
        raising=False,
    )
    update_arm_summary(stores[0], specs[0], "some-sweep")
    (summary,) = summaries(stores[0])
    assert summary.is_finished


def test_two_that_are_written_at_once_are_one_in_the_end(
    stores: list[Store], specs: list[RunSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    for spec in specs:
        finish(stores[0], spec)
    both_have_written = Barrier(2)
    write = arm_summary._write

    def write_together(*args: Any) -> None:
        write(*args)
        both_have_written.wait(timeout=60)

    monkeypatch.setattr(arm_summary, "_write", write_together)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda store: update_arm_summary(store, specs[0], "some-sweep"), stores))
    (summary,) = summaries(stores[0])
    assert len(replicates(summary)) == 3


def test_one_that_another_home_has_written_about_more_replicates_stays(
    stores: list[Store], specs: list[RunSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    for spec in specs[:2]:
        finish(stores[0], spec)
    write = arm_summary._write

    def meanwhile(*args: Any) -> None:
        monkeypatch.undo()
        finish(stores[1], specs[2])
        update_arm_summary(stores[1], specs[0], "some-sweep")
        write(*args)

    monkeypatch.setattr(arm_summary, "_write", meanwhile)
    update_arm_summary(stores[0], specs[0], "some-sweep")
    (summary,) = summaries(stores[0])
    assert len(replicates(summary)) == 3


def test_one_that_another_home_deletes_first_is_no_error(
    stores: list[Store], specs: list[RunSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(stores[0], specs[0])
    update_arm_summary(stores[0], specs[0], "some-sweep")
    (old,) = summaries(stores[0])
    finish(stores[0], specs[1])
    delete = Store.delete

    def twice(store: Store, run_id: str) -> None:
        delete(stores[1], run_id)
        delete(store, run_id)

    monkeypatch.setattr(Store, "delete", twice)
    update_arm_summary(stores[0], specs[0], "some-sweep")
    (summary,) = summaries(stores[0])
    assert summary.run_id != old.run_id
    assert len(replicates(summary)) == 2


def test_one_whose_answer_was_lost_on_the_way_is_not_the_one_that_stays(
    stores: list[Store], specs: list[RunSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that fails after it has created a run is asked again, and creates another."""
    finish(stores[0], specs[0])
    create = Store.begin

    def create_twice(store: Store, *args: Any) -> str:
        create(store, *args)
        return create(store, *args)

    monkeypatch.setattr(Store, "begin", create_twice)
    update_arm_summary(stores[0], specs[0], "some-sweep")
    (summary,) = summaries(stores[0])
    assert summary.is_finished
    assert summary.metrics["seeds"] == 1

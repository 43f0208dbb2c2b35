"""Whose locks tell if a running run's owner lives: those of the home that it was begun in."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from rnnbench.config.expand import load
from rnnbench.tracking import names
from rnnbench.tracking.abandoned import reap
from rnnbench.tracking.store import Store
from tests.tracking.conftest import OpenShared

TAGS = {names.KIND: "run", names.KEY: "some-key"}


def begin(store: Store) -> str:
    return store.begin(TAGS, "a run")


def markers(home: Path) -> list[Path]:
    return list((home / "owners").glob("*"))


def die(store: Store) -> None:
    """Leave the marker as a process does that is killed."""
    lock = store.marker._lock
    assert lock is not None
    lock.close()


def test_homes_of_the_same_path_and_host_know_their_own_runs_from_those_of_the_other(
    open_shared: OpenShared, work_dir: Path
) -> None:
    """As in two containers of one image: each has its own folder under the same name."""
    first = open_shared("runs")
    run_id = begin(first)
    (work_dir / "runs").rename(work_dir / "in-another-container")
    second = open_shared("runs")
    assert second.home.owner == first.home.owner
    assert reap(second) == []
    begin(second)
    (record, _) = second.records(status="RUNNING")
    assert record.run_id == run_id
    assert not second.is_ours(record)


def test_a_copy_of_a_home_does_not_end_runs_of_the_original(
    open_shared: OpenShared, work_dir: Path
) -> None:
    begin(open_shared("runs"))
    shutil.copytree(work_dir / "runs", work_dir / "copy")
    assert reap(open_shared("copy")) == []


def test_runs_of_a_home_that_was_renamed_are_still_its_own(
    open_shared: OpenShared, work_dir: Path
) -> None:
    store = open_shared("runs")
    run_id = begin(store)
    die(store)
    (work_dir / "runs").rename(work_dir / "moved")
    assert reap(open_shared("moved")) == [run_id]


def test_runs_of_a_home_that_was_copied_with_its_database_are_ended_in_the_copy(
    store: Store, work_dir: Path
) -> None:
    begin(store)
    shutil.copytree(work_dir / "runs", work_dir / "copy")
    copy = Store.open(load([f"home={work_dir / 'copy'}"], cell=False))
    assert len(reap(copy)) == 1
    assert [record.status for record in store.records()] == ["RUNNING"]


def test_a_run_that_another_home_has_begun_in_our_database_is_not_ours(
    store: Store, work_dir: Path
) -> None:
    words = [f"home={work_dir / 'other'}", f"tracking.uri=sqlite:///{store.home.database}"]
    begin(Store.open(load(words, cell=False)))
    assert reap(store) == []


@pytest.mark.parametrize("tag", ["", "../../x:1", "0123abcd-" + "0" * 32, "0" * 8 + ":1"])
def test_a_marker_that_is_none_is_nobodys(store: Store, tag: str) -> None:
    store.client.create_run(store.experiment_id, tags=TAGS | {names.PROCESS: tag})
    assert reap(store) == []


class TestMarker:
    def test_is_there_while_its_process_may_own_runs(self, store: Store) -> None:
        assert markers(store.home.path) == []
        with store.marker.kept():
            run_id = begin(store)
            assert len(markers(store.home.path)) == 1
            store.client.set_terminated(run_id)
        assert markers(store.home.path) == []

    def test_stays_where_an_error_may_have_left_a_run_and_goes_when_that_is_ended(
        self, store: Store
    ) -> None:
        with contextlib.suppress(KeyboardInterrupt), store.marker.kept():
            run_id = begin(store)
            raise KeyboardInterrupt
        die(store)
        assert len(markers(store.home.path)) == 1
        assert reap(store) == [run_id]
        assert markers(store.home.path) == []

    def test_of_a_living_process_is_left_alone(self, store: Store) -> None:
        begin(store)
        reap(store)
        assert len(markers(store.home.path)) == 1

    def test_that_looked_dead_before_its_process_had_locked_it_stays(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begin(store)
        (marker,) = markers(store.home.path)
        store.client.set_terminated(store.records()[0].run_id)
        monkeypatch.setattr(store.marker, "of_the_dead", lambda: [marker.name])
        reap(store)
        assert marker.exists()

    def test_of_a_dead_one_stays_while_a_process_is_about_to_end_its_run(
        self, store: Store
    ) -> None:
        begin(store)
        die(store)
        with store.locks.acquire("some-key"):
            assert reap(store) == []
            assert len(markers(store.home.path)) == 1


def test_a_run_that_ends_while_the_dead_are_looked_for_keeps_its_result(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = begin(store)
    after_the_look(store, monkeypatch, lambda: store.client.set_terminated(run_id, "FINISHED"))
    assert reap(store) == []
    assert [record.status for record in store.records()] == ["FINISHED"]


def test_a_run_that_is_withdrawn_while_the_dead_are_looked_for_is_no_error(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = begin(store)
    after_the_look(store, monkeypatch, lambda: store.delete(run_id))
    assert reap(store) == []


def after_the_look(
    store: Store, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]
) -> None:
    """Have something happen between the look for running runs and what follows from it."""
    is_ours = store.marker.is_ours

    def late(tags: Mapping[str, str]) -> bool:
        happens()
        return is_ours(tags)

    monkeypatch.setattr(store.marker, "is_ours", late)


def test_a_run_of_the_user_s_own_in_the_same_experiment_is_left_alone(store: Store) -> None:
    store.client.create_run(store.experiment_id, run_name="by hand")
    assert reap(store) == []

"""The parent run of a sweep, and the end of whatever has lost its owner."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Timer

import pytest

from rnnbench.config.expand import load
from rnnbench.errors import StoreError
from rnnbench.tracking import names
from rnnbench.tracking import parent as parent_module
from rnnbench.tracking.abandoned import reap
from rnnbench.tracking.parent import SweepParent
from rnnbench.tracking.record import Record
from rnnbench.tracking.run_names import Subject
from rnnbench.tracking.store import Store, arm_lock

Open = Callable[[], SweepParent]
SUBJECT = Subject(("gru",), ("imdb 500",))


@pytest.fixture
def driver(store: Store) -> Iterator[Open]:
    """A sweep's parent as one more driver holds it; left as a driver leaves it."""
    made: list[SweepParent] = []

    def another() -> SweepParent:
        made.append(SweepParent(store, "some-key", SUBJECT, "sweep of 2 runs", "rnnbench sweep"))
        return made[-1]

    yield another
    for parent in made:
        parent.close("FINISHED")


def parents(store: Store) -> list[Record]:
    return store.records(kind="sweep")


class TestSweepParent:
    def test_says_which_sweep_it_is_of_and_who_owns_it(self, driver: Open, store: Store) -> None:
        run_id = driver().open()
        (record,) = parents(store)
        assert (record.run_id, record.status) == (run_id, "RUNNING")
        assert record.tags[names.SWEEP] == "some-key"
        assert record.tags[names.COMMAND] == "rnnbench sweep"
        assert record.tags["mlflow.runName"] == "imdb 500: gru, sweep of 2 runs (some-k)"
        assert store.is_ours(record)

    def test_is_one_for_all_drivers_that_begin_at_once(self, driver: Open, store: Store) -> None:
        drivers = [driver() for _ in range(4)]
        barrier = Barrier(len(drivers))

        def begin(parent: SweepParent) -> str:
            barrier.wait()
            return parent.open()

        with ThreadPoolExecutor(len(drivers)) as pool:
            ids = set(pool.map(begin, drivers))
        assert ids == {record.run_id for record in parents(store)}
        assert len(ids) == 1

    def test_is_ended_by_its_owner_and_by_nobody_before(self, driver: Open, store: Store) -> None:
        first, second = driver(), driver()
        assert first.open() == second.open()
        second.close("KILLED")
        assert [record.status for record in parents(store)] == ["RUNNING"]
        assert reap(store) == []
        first.close("FINISHED")
        assert [record.status for record in parents(store)] == ["FINISHED"]

    def test_is_ended_by_a_driver_that_outlives_the_owner(self, driver: Open, store: Store) -> None:
        first, second = driver(), driver()
        first.open()
        second.open()
        first.close("KILLED")
        second.close("FINISHED")
        assert [record.status for record in parents(store)] == ["FINISHED"]

    def test_is_the_same_one_again_after_an_end(self, driver: Open, store: Store) -> None:
        first = driver()
        run_id = first.open()
        first.close("KILLED")
        assert [record.status for record in parents(store)] == ["KILLED"]
        later = driver()
        assert later.open() == run_id
        assert [record.status for record in parents(store)] == ["RUNNING"]
        assert reap(store) == []
        later.close("FINISHED")
        (record,) = parents(store)
        assert (record.run_id, record.status) == (run_id, "FINISHED")

    def test_is_made_by_the_next_driver_where_the_first_died_before_it_could(
        self, driver: Open, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(parent_module, "_WAIT_SECONDS", 3)
        lock = store.locks.acquire(store.sweep_lock("some-key"))
        death = Timer(1, lock.release)
        death.start()
        assert driver().open() == parents(store)[0].run_id
        death.join()

    def test_is_not_made_for_a_sweep_that_trains_nothing(self, driver: Open, store: Store) -> None:
        parent = driver()
        assert parent.find() is None
        parent.close("FINISHED")
        assert parents(store) == []

    def test_of_another_sweep_is_another_one(self, driver: Open, store: Store) -> None:
        other = SweepParent(store, "other-key", SUBJECT, "sweep of 2 runs", "rnnbench sweep")
        assert other.open() != driver().open()
        other.close("KILLED")
        assert sorted(record.status for record in parents(store)) == ["KILLED", "RUNNING"]

    def test_of_a_store_that_fails_while_it_is_ended_is_told_in_one_message(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(run_id: str) -> str:
            raise sqlite3.OperationalError("disk I/O error")

        tags = {names.KIND: "sweep", names.SWEEP: "some-key", names.OWNER: store.home.owner}
        store.client.create_run(store.experiment_id, tags=tags)
        monkeypatch.setattr(store.writer, "status", fail)
        with pytest.raises(StoreError, match=r"^tracking\.uri: .*disk I/O error"):
            reap(store)

    def test_whose_owner_was_killed_is_ended_and_then_taken_over(
        self, driver: Open, store: Store
    ) -> None:
        tags = {names.KIND: "sweep", names.SWEEP: "some-key", names.OWNER: store.home.owner}
        run_id = store.client.create_run(store.experiment_id, tags=tags).info.run_id
        assert reap(store) == [run_id]
        (record,) = parents(store)
        assert (record.status, record.reason) == ("KILLED", "the process that trained it is gone")
        assert driver().open() == run_id


# For each kind of run, the tag that names its lock.
TAGS = {"run": names.KEY, "trial": names.KEY, "arm": names.ARM_KEY, "sweep": names.SWEEP}


def locks(store: Store) -> dict[str, str]:
    """The lock of a run of each kind whose tag is the kind."""
    own = {"run": "run", "trial": "trial"}
    return {**own, "arm": arm_lock("arm"), "sweep": store.sweep_lock("sweep")}


@pytest.fixture
def shared(store: Store, tmp_path: Path) -> Store:
    """A store whose database is another home's, as a server's is."""
    words = [f"home={tmp_path / 'other'}", f"tracking.uri=sqlite:///{store.home.database}"]
    return Store.open(load(words, cell=False))


def begin_all(store: Store, owner: str | None) -> dict[str, str]:
    """Create a run of each kind that is shown as running; returns the ids by kind."""
    owned = {} if owner is None else {names.OWNER: owner}
    ids = {}
    for kind, tag in TAGS.items():
        run = store.client.create_run(
            store.experiment_id, tags={names.KIND: kind, tag: kind} | owned
        )
        ids[kind] = str(run.info.run_id)
    return ids


def statuses(store: Store, ids: dict[str, str]) -> set[str]:
    return {store.client.get_run(run_id).info.status for run_id in ids.values()}


class TestReap:
    def test_ends_what_has_lost_its_owner(self, store: Store) -> None:
        ids = begin_all(store, store.home.owner)
        assert set(reap(store)) == set(ids.values())
        for run_id in ids.values():
            run = store.client.get_run(run_id)
            assert run.info.status == "KILLED"
            assert run.info.end_time is not None
            assert "is gone" in run.data.tags[names.REASON]
        assert reap(store) == []

    def test_leaves_what_has_a_living_owner(self, store: Store) -> None:
        for kind, lock in locks(store).items():
            ids = begin_all(store, store.home.owner)
            with store.locks.acquire(lock):
                assert set(reap(store)) == set(ids.values()) - {ids[kind]}
                assert store.client.get_run(ids[kind]).info.status == "RUNNING"
            assert reap(store) == [ids[kind]]

    def test_leaves_what_others_own(self, shared: Store) -> None:
        for owner in ("elsewhere:/home/anna/runs", "", None):
            ids = begin_all(shared, owner)
            assert reap(shared) == []
            assert statuses(shared, ids) == {"RUNNING"}

    def test_ends_what_was_started_under_another_host_or_path(self, store: Store) -> None:
        """The locks lie beside the database, so they tell, as after a move of the folder."""
        ids = begin_all(store, "the-container-before:/data/runs")
        assert set(reap(store)) == set(ids.values())

    def test_leaves_what_has_ended_and_what_is_deleted(self, store: Store) -> None:
        ended, deleted = (begin_all(store, store.home.owner) for _ in range(2))
        for run_id in ended.values():
            store.client.set_terminated(run_id, "FAILED")
        for run_id in deleted.values():
            store.client.delete_run(run_id)
        assert reap(store) == []
        assert statuses(store, ended) == {"FAILED"}
        assert statuses(store, deleted) == {"RUNNING"}


def test_a_sweep_has_one_lock_whatever_path_leads_to_its_home(store: Store, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(store.home.path, target_is_directory=True)
    linked = Store.open(load([f"home={tmp_path / 'link'}"], cell=False))
    parent = SweepParent(store, "some-key", SUBJECT, "sweep", "rnnbench sweep")
    run_id = parent.open()
    assert reap(linked) == []
    assert SweepParent(linked, "some-key", SUBJECT, "sweep", "rnnbench sweep").open() == run_id
    parent.close("FINISHED")


def test_sweeps_of_two_experiments_have_parents_of_their_own(store: Store) -> None:
    other = Store.open(load(["tracking.experiment=other"], cell=False))
    opened = [
        SweepParent(each, "some-key", SUBJECT, "sweep", "rnnbench sweep") for each in (store, other)
    ]
    ids = {parent.open() for parent in opened}
    assert len(ids) == 2
    for parent in opened:
        parent.close("FINISHED")
    assert [len(parents(each)) for each in (store, other)] == [1, 1]

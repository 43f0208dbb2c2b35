"""Two homes on one store: a run is trained by one of them, whoever is faster, and exactly once."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from rnnbench.config.expand import expand, load
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import declare
from rnnbench.sweep.ownership import Claim, Ownership
from rnnbench.tracking import begin as begin_module
from rnnbench.tracking import names
from rnnbench.tracking.begin import begin_alone
from rnnbench.tracking.recorder import Recorder, run_tags
from rnnbench.tracking.store import Store
from rnnbench.training.history import Epoch, Outcome
from rnnbench.training.spec import RunSpec, TrialOf
from tests.sweep.conftest import SMALL
from tests.tracking.conftest import OpenShared

EPOCHS = (Epoch(1, 0.6, 0.7, 0.65, 0.68, 0.1),)
OUTCOME = Outcome(EPOCHS, {"fit_seconds": 1.0, "test_accuracy": 0.7}, "xla", "a summary")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(begin_module, "_POLL_SECONDS", 0.05)


@pytest.fixture
def stores(open_shared: OpenShared) -> list[Store]:
    return [open_shared("first"), open_shared("second")]


@pytest.fixture(params=["run", "trial"])
def spec(request: pytest.FixtureRequest, work_dir: Path) -> RunSpec:
    (found,) = declare(expand(["+cell=gru", *SMALL, "seeds=1"]), DataCache(work_dir / "data"))
    return found if request.param == "run" else replace(found, trial=TrialOf("study", 3, True))


def ownership(store: Store) -> Ownership:
    return Ownership(store, load([], cell=False).sweep, "some-sweep", "rnnbench sweep")


def running(store: Store, spec: RunSpec) -> list[str]:
    return [r.run_id for r in store.records(kind=spec.kind, status="RUNNING")]


def begin(store: Store, spec: RunSpec) -> str | None:
    """Begin a run as one who has seen nobody else."""
    tags = run_tags(spec, "some-sweep", "rnnbench sweep")
    return begin_alone(store, tags, spec.name, spec.kind, [])


def start_later(run_id: str, hours: int) -> None:
    """Change a run's start, as if the clock of its machine were wrong."""
    with closing(sqlite3.connect("shared.db")) as connection, connection:
        connection.execute(
            "UPDATE runs SET start_time = start_time + ? WHERE run_uuid = ?",
            [hours * 3_600_000, run_id],
        )


def test_of_two_who_claim_at_the_same_moment_one_trains(
    stores: list[Store], spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_have_begun = Barrier(2)
    create = Store.begin

    def begin_together(store: Store, *args: Any) -> str:
        run_id = create(store, *args)
        both_have_begun.wait(timeout=60)
        return run_id

    monkeypatch.setattr(Store, "begin", begin_together)
    drivers = [ownership(store) for store in stores]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda driver: driver.claim(spec), drivers))
    assert sorted(answers, key=str) == [Claim.ELSEWHERE, Claim.OWNED]
    winner = answers.index(Claim.OWNED)
    assert running(stores[0], spec) == [drivers[winner].run_ids[spec.key]]
    # Who withdrew waits, and claims again what the other gives up.
    loser = drivers[1 - winner]
    assert loser.is_elsewhere(spec)
    Recorder(stores[winner], spec, drivers[winner].run_ids[spec.key], None).fail("", killed=True)
    monkeypatch.undo()
    assert not loser.is_elsewhere(spec)
    assert loser.claim(spec) is Claim.OWNED


@pytest.mark.parametrize("hours", [-1, 1])
def test_whoever_is_at_work_stays_whatever_the_clocks_say(
    stores: list[Store], spec: RunSpec, hours: int
) -> None:
    run_id = begin(stores[0], spec)
    assert run_id is not None
    Recorder(stores[0], spec, run_id, None)
    start_later(run_id, hours)
    assert begin(stores[1], spec) is None
    assert running(stores[0], spec) == [run_id]


def test_who_started_earlier_waits_for_one_who_has_not_decided_yet(
    stores: list[Store], spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other may have looked before this one began: it is not known yet who goes on."""
    undecided = stores[0].begin(run_tags(spec, "some-sweep", "rnnbench sweep"), spec.name)
    start_later(undecided, 1)
    looks = 0
    look = begin_module.runs_of

    def decides_at_last(*args: Any) -> Any:
        nonlocal looks
        looks += 1
        if looks == 3:
            Recorder(stores[0], spec, undecided, None)
        return look(*args)

    monkeypatch.setattr(begin_module, "runs_of", decides_at_last)
    assert begin(stores[1], spec) is None
    assert looks == 3
    assert running(stores[0], spec) == [undecided]


def test_who_is_left_alone_after_the_other_withdrew_trains(
    stores: list[Store], spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = stores[0].begin(run_tags(spec, "some-sweep", "rnnbench sweep"), spec.name)
    start_later(other, 1)
    look = begin_module.runs_of

    def withdraws(*args: Any) -> Any:
        found = look(*args)
        stores[0].delete(other)
        return found

    monkeypatch.setattr(begin_module, "runs_of", withdraws)
    run_id = begin(stores[1], spec)
    assert run_id is not None
    assert running(stores[0], spec) == [run_id]


def test_what_another_home_ends_between_look_and_beginning_is_not_trained_again(
    stores: list[Store], spec: RunSpec, tmp_path: Path
) -> None:
    run_id = begin(stores[0], spec)
    assert run_id is not None
    files = tmp_path / "files"
    files.mkdir()
    (files / "history.csv").write_text("epoch,loss\n")
    recorder = Recorder(stores[0], spec, run_id, None)
    recorder.write(recorder.finished(OUTCOME, files))
    assert begin(stores[1], spec) is None
    assert running(stores[0], spec) == []
    assert ownership(stores[1]).claim(spec) is Claim.DONE


def test_a_run_whose_answer_was_lost_on_the_way_is_ended(
    stores: list[Store], spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that fails after it has created a run is asked again, and creates another."""
    create = Store.begin
    lost = ""

    def create_twice(store: Store, *args: Any) -> str:
        nonlocal lost
        lost = create(store, *args)
        return create(store, *args)

    monkeypatch.setattr(Store, "begin", create_twice)
    driver = ownership(stores[0])
    assert driver.claim(spec) is Claim.OWNED
    assert running(stores[0], spec) == [driver.run_ids[spec.key]]
    assert stores[0].client.get_run(lost).info.status == "KILLED"
    assert names.REASON in stores[0].client.get_run(lost).data.tags

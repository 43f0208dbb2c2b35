"""A sweep that ends when its comparisons are decided: what it trains, records and says."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import rnnbench.cli
from rnnbench.config.expand import load
from rnnbench.stored.lookup import run_file
from rnnbench.tracking import looks, names
from rnnbench.tracking.parent import SweepParent
from rnnbench.tracking.run_names import Subject
from rnnbench.tracking.store import Store
from tests.conftest import Run
from tests.printed import printed_rows
from tests.sweep.conftest import SMALL
from tests.sweep.processes import check_finished_once

ARMS = ("+cell=simple_rnn,gru", "executor=in_process", *SMALL[:-1], "training.epochs=1")
# Any two arms are equivalent within nine tenths, and hardly any within a millionth.
EQUAL = ("sweep", *ARMS, "until=decided", "most_seeds=7", "report.margin=0.9")
OPEN = ("sweep", *ARMS, "until=decided", "most_seeds=6", "report.margin=1e-6")


def trained(folder: Path, words: tuple[str, ...]) -> str:
    """Run a sweep in a folder and return what it printed."""
    with pytest.MonkeyPatch.context() as patch, io.StringIO() as out:
        patch.chdir(folder)
        patch.setenv("COLUMNS", "200")
        with contextlib.redirect_stdout(out):
            assert rnnbench.cli.run(words) == 0
        return out.getvalue()


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with a sweep that was decided at its first look, and what it printed."""
    folder = tmp_path_factory.mktemp("decided")
    return folder, trained(folder, EQUAL)


@pytest.fixture(scope="module")
def undecided(original: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a sweep that went on to its limit, from the runs of the other."""
    folder = tmp_path_factory.mktemp("undecided")
    shutil.copytree(original[0] / "runs", folder / "runs")
    trained(folder, OPEN)
    return folder


@pytest.fixture
def decided(original: tuple[Path, str], work_dir: Path) -> str:
    """The decided sweep in a folder of the test's own; returns what it printed."""
    shutil.copytree(original[0] / "runs", work_dir / "runs")
    return original[1]


def open_store(folder: Path) -> Store:
    store = Store.find(load([f"home={folder / 'runs'}"], cell=False))
    assert store is not None
    return store


def details(store: Store) -> list[Any]:
    """What the parents of sweeps keep of each look, without what differs between two trainings."""
    found = []
    for parent in store.records(kind="sweep"):
        with run_file(store, parent.run_id, looks.FILE) as path:
            if path is not None:
                found.append(json.loads(path.read_text()))
    return found


class TestDecided:
    def test_trains_the_seeds_of_the_first_look(self, decided: str, store: Store) -> None:
        done = check_finished_once(store, 10)
        assert {record.seed for record in done} == set(range(5))

    def test_says_what_is_decided_and_what_was_saved(self, decided: str) -> None:
        ((pair, verdict, *_, seeds, runs),) = printed_rows(decided, "Comparisons by")
        assert set(pair.split(" − ")) == {"simple_rnn", "gru"}
        assert (verdict, seeds, runs) == ("equivalent", "5", "10 of 14")
        assert "The comparison is decided. 10 runs instead of 14 (7 seeds of each arm)" in decided
        assert ": 4 saved." in decided

    def test_records_the_look_before_anyone_acts_on_it(self, decided: str, store: Store) -> None:
        (looked,) = looks.looks_of(store)
        assert (looked.seeds, looked.most_seeds, looked.margin) == ((5,), 7, 0.9)
        assert len(looked.alpha) == len(looked.at) == 1
        ((family,),) = details(store)
        (look,) = family["looks"]
        assert [c["verdict"] for c in look["comparisons"]] == ["equivalent"]

    def test_typed_again_trains_nothing_and_says_the_same(
        self, decided: str, run: Run, store: Store
    ) -> None:
        again = run(*EQUAL)
        assert again.status == 0
        assert "10 of 10 runs were finished already" in again.err
        assert again.out == decided
        check_finished_once(store, 10)

    def test_trains_the_runs_of_fixed_seeds(self, decided: str, run: Run, store: Store) -> None:
        fixed = run("sweep", *ARMS, "seeds=5")
        assert fixed.status == 0
        assert "10 of 10 runs were finished already" in fixed.err
        check_finished_once(store, 10)


class TestUndecided:
    def test_goes_on_to_the_limit(self, undecided: Path) -> None:
        store = open_store(undecided)
        done = check_finished_once(store, 12)
        assert {record.seed for record in done} == set(range(6))
        assert [one.seeds for one in looks.looks_of(store)] == [(5,), (5, 6)]

    def test_is_no_proof_of_equality(self, undecided: Path) -> None:
        out = trained(undecided, OPEN)
        assert "The comparison is undecided after 6 seeds, which does not show that" in out
        assert "none saved" in out


@pytest.mark.parametrize(
    ("where", "kept", "recorded"),
    [
        ("rnnbench.until.rounds.record_looks", 10, []),  # the runs are there, and no look was taken
        ("rnnbench.sweep.queue.RunQueue.ended", 11, [(5,)]),  # one run of the second look
    ],
)
def test_is_resumed_with_the_same_looks(
    where: str,
    kept: int,
    recorded: list[tuple[int, ...]],
    decided: str,
    undecided: Path,
    run: Run,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    def looked() -> list[tuple[int, ...]]:
        return [one.seeds for one in looks.looks_of(store) if one.most_seeds == 6]

    with monkeypatch.context() as patch:
        patch.setattr(where, killed)
        assert run(*OPEN).status == 130
    before = {record.run_id for record in store.records() if record.is_finished}
    assert (len(before), looked()) == (kept, recorded)
    assert run(*OPEN).status == 0
    assert before < {record.run_id for record in check_finished_once(store, 12)}
    assert looked() == [(5, 6)]
    assert details(store)[-1] == details(open_store(undecided))[-1]


def test_a_look_that_was_recorded_before_a_crash_stays_as_it_was(
    undecided: Path, run: Run, work_dir: Path
) -> None:
    shutil.copytree(undecided / "runs", work_dir / "runs")
    store = open_store(work_dir)
    before = looks.looks_of(store)
    assert run(*OPEN).status == 0
    assert looks.looks_of(store) == before


def test_says_with_how_many_seeds_finished_sweeps_have_shown_the_arms(
    decided: str, run: Run, store: Store
) -> None:
    keys = [record.tags[names.ARM_KEY] for record in store.records()]
    subject = Subject(("simple_rnn", "gru"), ("digits 8",))
    for seeds in (3, 2):
        parent = SweepParent(
            store, f"by hand {seeds}", subject, "sweep", "python -m rnnbench sweep"
        )
        parent.open()
        record = parent.find()
        assert record is not None
        looked = looks.Looked(looks.short_keys(keys), (seeds,), 0)
        looks.record_looks(store, record, [looked])
        parent.close("FINISHED")
    assert looks.seeds_by_hand(looks.looks_of(store), keys) == (2, 3)
    assert looks.seeds_by_hand(looks.looks_of(store), keys[:1]) == ()
    assert "finished sweeps have shown these arms with 2 and 3 seeds before" in run(*EQUAL).err


def test_looks_at_several_data_sets_are_recorded_each_in_its_place(store: Store) -> None:
    parent = SweepParent(store, "two", Subject(("gru",), ("digits 8",)), "sweep", "python")
    parent.open()
    first = looks.Looked(looks.short_keys(["a" * 32, "b" * 32]), (), 0, 8, 0.01, 0.95)
    second = looks.Looked(looks.short_keys(["c" * 32, "d" * 32]), (5,), 0, 8, 0.01, 0.95)
    for state in ([first, second], [replace(first, seeds=(5,)), replace(second, seeds=(5, 6))]):
        record = parent.find()
        assert record is not None
        looks.record_looks(store, record, state)
        found = {one.arms: one.seeds for one in looks.looks_of(store)}
        assert found == {one.arms: one.seeds for one in state if one.seeds}
    parent.close("FINISHED")


def test_of_arms_that_a_report_does_not_compare_is_refused_before_a_store_is_made(
    run: Run, work_dir: Path
) -> None:
    answer = run("sweep", "+cell=gru", "data=digits,temporal_order", "until=decided")
    assert (answer.status, answer.out) == (2, "")
    told = answer.err.splitlines()[-1]
    assert told.startswith("error: until: expected two arms that differ in one thing")
    assert "gru data=digits and gru data=temporal_order, which differ in their data sets" in told
    assert not (work_dir / "runs" / "mlflow.db").exists()

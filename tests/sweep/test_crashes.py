"""Sweeps and searches whose processes are killed at random moments, or that start all at once.

What trains is simulated but where all is tried: ``make stress``.
"""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from rnnbench.config.expand import load
from rnnbench.search.storage import close_storage, open_storage
from rnnbench.testing.waiting import wait_for
from rnnbench.tracking import names
from rnnbench.tracking.home import Home
from rnnbench.tracking.looks import looks_of
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store
from tests.sweep.processes import (
    SIMULATED,
    Command,
    Commands,
    check_finished_once,
    finished,
    running,
    workers,
)

pytestmark = pytest.mark.slow

EPOCHS = 20
TINY = (
    "data=digits",
    "data.limit=200",
    "data.test_limit=50",
    "model.units=4",
    f"training.epochs={EPOCHS}",
    "training.jit_compile=false",  # compiling takes longer than training
    "executor.workers=2",
)
ARMS = ("+cell=simple_rnn,gru", "optimizer.learning_rate=0.001,0.01")
SEARCH = ("sweep", "+cell=simple_rnn,gru", *TINY, "search=random", "~search.space.model.units")

# Another seed gives other moments: RNNBENCH_CRASH_SEED=7 pytest tests/sweep/test_crashes.py
SEED = int(os.environ.get("RNNBENCH_CRASH_SEED", "0"))
# Twenty kills at random moments, and four drivers at once, take minutes: `make stress`.
ALL = os.environ.get("RNNBENCH_CRASH_KILLS") == "all"
PHASES = {"starting": 3, "loading": 4, "training": 7, "writing": 6}
SEEDS = 6 if ALL else 2  # of each of four arms: enough to be hit so often, and some more
DRIVERS = 4 if ALL else 2

FILES = {"config.yaml", "history.csv", "model_summary.txt", "learning_curves.png"}


@pytest.fixture
def commands(
    request: pytest.FixtureRequest, work_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Commands]:
    """Starts commands in the working directory."""
    monkeypatch.setenv("RNNBENCH_TEST_SECONDS", "0.02")
    trains = ALL or request.node.get_closest_marker("stress")
    started = Commands(work_dir, "rnnbench" if trains else SIMULATED)
    yield started
    started.kill()


def find_store() -> Store | None:
    """The store of the working directory, where a sweep has made one already."""
    return Store.find(load([], cell=False))


def begun() -> int:
    """How many runs and trials were ever started."""
    store = find_store()
    if store is None:
        return 0
    kinds: tuple[names.Kind, ...] = ("run", "trial")
    return sum(len(store.records(kind=kind, only=[names.KEY])) for kind in kinds)


@dataclass(frozen=True)
class Kill:
    """When something is killed, and what: the driver, one worker, or all that the driver started.

    A moment is so many seconds after the command was started (``starting``), after the fork server
    began to load TensorFlow (``loading``), after further runs were started (``training``), or after
    the files of a run were begun (``writing``).
    """

    phase: str
    runs: int
    delay: float
    victim: str


# The suite makes do with three, each as soon as its phase has begun.
FEW = [Kill(phase, 1, 0.0, "driver") for phase in ("loading", "training", "writing")]

LONGEST = {"starting": 4.0, "loading": 6.0, "training": 1.0, "writing": 1.0}


def kills(chance: random.Random, **phases: int) -> list[Kill]:
    """Draw moments, so many in each phase, in random order, with equally many of each victim."""
    drawn = []
    for phase, count in phases.items():
        victims = ["driver", "all", *(["worker"] if phase in ("training", "writing") else [])]
        for number in range(count):
            delay = chance.uniform(0, LONGEST[phase])
            victim = victims[number % len(victims)]
            drawn.append(Kill(phase, chance.randint(1, 2), delay, victim))
    chance.shuffle(drawn)
    return drawn


class Crashing:
    """One command that is killed, and started again, and killed."""

    def __init__(self, commands: Commands, words: tuple[str, ...], seed: int) -> None:
        print(f"killed at moments drawn with seed {seed}")
        self._commands = commands
        self._words = words
        self.chance = random.Random(seed)
        self._command = commands.start(*words)
        self._lost_a_worker = False
        self.made: Counter[str] = Counter()

    def suffer(self, kill: Kill) -> bool:
        """Start the command where it is not running, and kill; whether it was alive to be hit."""
        if not self._command.is_running:
            self._command = self._commands.start(*self._words)
            self._lost_a_worker = False
        command = self._command
        self._wait(kill)
        time.sleep(kill.delay)
        if not command.is_running:
            # Nothing was left, or a run had lost its worker.
            assert command.status() in ((0, 1) if self._lost_a_worker else (0,)), command.said
            return False
        if kill.victim == "driver":
            command.kill()
        elif kill.victim == "all":
            command.kill_all()
        else:
            command.kill_one_worker(self.chance.choice)
            self._lost_a_worker = True
        assert "Traceback" not in command.said, command.said
        print(kill)
        self.made[f"{kill.phase} {kill.victim}"] += 1
        return True

    def _wait(self, kill: Kill) -> None:
        command = self._command
        if kill.phase == "loading":
            wait_for(lambda: not command.is_running or command.fork_servers)
        elif kill.phase == "training":
            enough = begun() + kill.runs
            wait_for(lambda: not command.is_running or begun() >= enough, poll=0.05)
        elif kill.phase == "writing":
            staging = Path("runs", "staging")
            wait_for(
                lambda: not command.is_running or (staging.is_dir() and any(staging.iterdir())),
                poll=0.01,
            )

    def finish(self) -> Command:
        """Let the command go on to its end, starting it once more if it must."""
        if self._command.is_running:
            self._command.status()
        last = self._commands.start(*self._words)
        assert last.status() == 0, last.said
        assert "Traceback" not in last.said
        wait_for(lambda: not self._commands.survivors())
        return last


def check_never_trained_again(store: Store, kind: names.Kind = "run") -> None:
    """Check that no run of a key began after one of that key was finished."""
    records = store.records(kind=kind)
    done = {record.key: record for record in records if record.is_finished}
    for record in records:
        known = done[record.key]
        assert record is known or record.start_time <= known.start_time, record


def check_whole(store: Store, done: list[Record]) -> None:
    """Check that finished runs have all that belongs to one."""
    histories = store.histories([record.run_id for record in done], ["val_loss"])
    for record in done:
        assert [step for step, _ in histories[record.run_id]["val_loss"]] == [*range(1, EPOCHS + 1)]
        assert "test_accuracy" in record.metrics
        assert {file.path for file in store.client.list_artifacts(record.run_id)} >= FILES


def check_summaries(store: Store, done: list[Record]) -> None:
    """Check that every arm has one summary, which counts all of its seeds."""
    arms: dict[str, set[str]] = {}
    for record in done:
        arms.setdefault(record.tags[names.ARM_KEY], set()).add(record.run_id)
    summaries = store.records(kind="arm")
    assert {r.tags[names.ARM_KEY]: set(r.tags[names.REPLICATES].split()) for r in summaries} == arms
    assert len(summaries) == len(arms)
    for summary in summaries:
        assert summary.status == "FINISHED"
        assert summary.metrics["seeds"] == len(arms[summary.tags[names.ARM_KEY]])


def check_parent(store: Store, done: list[Record]) -> None:
    """Check that there is one parent, under which all runs are."""
    (parent,) = store.records(kind="sweep")
    assert parent.status == "FINISHED"
    assert {record.tags[names.PARENT] for record in done} == {parent.run_id}


class TestSweepKilledAtRandomMoments:
    def test_finishes_every_run_once_and_trains_no_finished_run_again(
        self, commands: Commands
    ) -> None:
        crashing = Crashing(commands, ("sweep", *ARMS, *TINY, f"seeds={SEEDS}"), SEED)
        known: set[str] = set()
        planned = kills(crashing.chance, **PHASES) if ALL else FEW
        for kill in planned:
            hit = crashing.suffer(kill)
            store = find_store()
            now = set() if store is None else set(finished(store))
            assert known <= now
            known = now
            if not hit and len(known) == 4 * SEEDS:
                break
        assert crashing.made.total() >= 0.75 * len(planned), crashing.made
        crashing.finish()
        store = find_store()
        assert store is not None
        assert known <= set(finished(store))
        done = check_finished_once(store, 4 * SEEDS)
        check_never_trained_again(store)
        check_whole(store, done)
        check_summaries(store, done)
        check_parent(store, done)
        assert list(Path("runs", "staging").iterdir()) == []


def trials(folder: Path) -> dict[str, list[tuple[int, str, dict[str, Any], float | None]]]:
    """By study the number, state, values and result of each of its trials."""
    import optuna

    storage = open_storage(Home(folder / "runs"))
    try:
        return {
            study.study_name: [
                (trial.number, trial.state.name, trial.params, trial.value)
                for trial in study.get_trials(deepcopy=False)
            ]
            for name in optuna.get_all_study_names(storage)
            for study in [optuna.load_study(study_name=name, storage=storage)]
        }
    finally:
        close_storage(storage)


@pytest.mark.stress
class TestSearchKilledAtRandomMoments:
    def test_draws_and_finds_what_an_uninterrupted_one_does(
        self, commands: Commands, work_dir: Path
    ) -> None:
        words = (*SEARCH, "search.n_trials=6", "seeds=2")
        calm_folder = work_dir / "calm"
        calm_folder.mkdir()
        calm = commands.start(*words, folder=calm_folder)
        assert calm.status() == 0, calm.said

        crashing = Crashing(commands, words, SEED)
        for kill in kills(crashing.chance, loading=1, training=2, writing=2):
            crashing.suffer(kill)
        assert crashing.made.total() >= 4, crashing.made
        crashing.finish()

        found = trials(work_dir)
        assert found == trials(calm_folder)
        assert len(found) == 2
        for study in found.values():
            assert [(number, state) for number, state, *_ in study] == [
                (number, "COMPLETE") for number in range(6)
            ]
        store = find_store()
        assert store is not None
        check_finished_once(store, 2 * 6, "trial")
        check_never_trained_again(store, "trial")
        done = check_finished_once(store, 2 * 2)
        check_never_trained_again(store)
        check_whole(store, done)
        check_summaries(store, done)
        check_parent(store, done)


@pytest.mark.stress
class TestUntilDecidedKilledAtRandomMoments:
    def test_takes_the_looks_of_an_uninterrupted_one(
        self, commands: Commands, work_dir: Path
    ) -> None:
        words = ("sweep", "+cell=simple_rnn,gru", *TINY, "until=decided", "most_seeds=8")
        words = (*words, "report.margin=1e-6")  # hardly anything is decided by that
        calm_folder = work_dir / "calm"
        calm_folder.mkdir()
        calm = commands.start(*words, folder=calm_folder)
        assert calm.status() == 0, calm.said
        expected = Store.find(load([f"home={calm_folder / 'runs'}"], cell=False))
        assert expected is not None

        crashing = Crashing(commands, words, SEED)
        known: set[str] = set()
        for kill in kills(crashing.chance, loading=1, training=4, writing=3):
            crashing.suffer(kill)
            store = find_store()
            now = set() if store is None else set(finished(store))
            assert known <= now
            known = now
        crashing.finish()

        store = find_store()
        assert store is not None
        (found,), (wanted,) = looks_of(store), looks_of(expected)
        assert (found.seeds, found.alpha) == (wanted.seeds, wanted.alpha)
        assert found.seeds[-1] == 8
        done = check_finished_once(store, len(finished(expected)))
        assert {record.key for record in done} == {r.key for r in finished(expected).values()}
        check_never_trained_again(store)
        check_whole(store, done)
        check_summaries(store, done)
        check_parent(store, done)


@pytest.mark.stress
class TestKilledBetweenTwoWrites:
    """Moments too short to be hit by chance: their state is made by hand."""

    def test_leaves_one_summary_where_the_one_before_was_not_deleted_yet(
        self, commands: Commands
    ) -> None:
        words = ("sweep", "+cell=simple_rnn", *TINY, "seeds=2")
        finish(commands, (*words[:-1], "seeds=1"))
        done = finish(commands, words)
        store = find_store()
        assert store is not None
        from mlflow.entities import ViewType

        gone = store.client.search_runs([store.experiment_id], "", ViewType.DELETED_ONLY)
        assert len(gone) == 1
        store.client.restore_run(gone[0].info.run_id)
        assert len(store.records(kind="arm")) == 2
        assert finish(commands, words) == done
        check_summaries(store, list(done.values()))

    def test_tells_the_study_of_a_trial_that_the_store_has_already(
        self, commands: Commands, work_dir: Path
    ) -> None:
        words = ("sweep", "+cell=simple_rnn", *SEARCH[2:], "search.n_trials=2", "seeds=1")
        done = finish(commands, words)
        before = trials(work_dir)
        with closing(sqlite3.connect(Path("runs", "optuna.db"))) as connection, connection:
            trial = "(SELECT trial_id FROM trials WHERE number = 1)"
            connection.execute("UPDATE trials SET state = 'RUNNING' WHERE number = 1")
            connection.execute(f"DELETE FROM trial_values WHERE trial_id = {trial}")
        assert trials(work_dir) != before
        assert finish(commands, words) == done
        assert trials(work_dir) == before
        store = find_store()
        assert store is not None
        assert len(store.records(kind="trial")) == 2


@pytest.mark.stress
class TestForkServerKilled:
    def test_while_tensorflow_loads_is_one_message(self, commands: Commands) -> None:
        words = ("sweep", "+cell=simple_rnn", *TINY, "seeds=1")
        command = commands.start(*words)
        while command.is_running:  # one that dies before it is needed is started again
            for server in command.fork_servers:
                with suppress(psutil.NoSuchProcess):
                    server.kill()
            time.sleep(0.2)
        assert command.status() == 1, command.said
        assert "\nerror: the process that loads TensorFlow was killed" in f"\n{command.said}"
        assert "Traceback" not in command.said
        assert len(finish(commands, words)) == 1

    def test_while_a_run_is_trained_starts_another(self, commands: Commands) -> None:
        words = ("sweep", "+cell=simple_rnn", *TINY, "seeds=3")
        command = commands.start(*words)
        wait_for(lambda: begun() >= 2)
        command.fork_servers[0].kill()
        assert command.status() in (0, 1)
        assert "Traceback" not in command.said, command.said
        assert len(finish(commands, words)) == 3


@pytest.mark.stress
class TestStoppedWorker:
    def test_is_killed_after_its_time_and_costs_one_run(self, commands: Commands) -> None:
        words = ("sweep", "+cell=simple_rnn", *TINY, "seeds=2")
        # Only where one is stopped: beside other work TensorFlow may take longer to load.
        command = commands.start(*words, "executor.timeout=5")
        wait_for(lambda: workers(command.process), poll=0.01)
        workers(command.process)[0].suspend()
        assert command.status() == 1, command.said
        assert "the worker gave no sign for 5 s (executor.timeout) and was killed" in command.said
        assert len(finish(commands, words)) == 2


def finish(commands: Commands, words: tuple[str, ...]) -> dict[str, Record]:
    """Run a command to its end and return the finished runs."""
    command = commands.start(*words)
    assert command.status() == 0, command.said
    assert "Traceback" not in command.said
    store = find_store()
    assert store is not None
    assert running(store) == []
    return finished(store)


class TestDriversAtOnce:
    @pytest.fixture
    def start_all(self, commands: Commands) -> Any:
        def start(*words: str) -> Store:
            started = [commands.start(*words) for _ in range(DRIVERS)]
            for command in started:
                assert command.status() == 0, command.said
                assert "database is locked" not in command.said
                assert "Traceback" not in command.said
            wait_for(lambda: not commands.survivors())
            store = find_store()
            assert store is not None
            return store

        return start

    def test_share_the_runs_of_a_sweep(self, start_all: Any) -> None:
        store = start_all("sweep", *ARMS, *TINY, "seeds=2")
        done = check_finished_once(store, 8)
        assert len(store.records()) == 8
        check_whole(store, done)
        check_summaries(store, done)
        check_parent(store, done)

    @pytest.mark.stress
    def test_share_the_trials_and_replicates_of_a_search(
        self, start_all: Any, work_dir: Path
    ) -> None:
        store = start_all(*SEARCH, "search.n_trials=3", "seeds=1")
        assert [[trial[1] for trial in study] for study in trials(work_dir).values()] == [
            ["COMPLETE"] * 3,
            ["COMPLETE"] * 3,
        ]
        check_finished_once(store, 2 * 3, "trial")
        assert len(store.records(kind="trial")) == 6
        done = check_finished_once(store, 2)
        assert len(store.records()) == 2
        check_whole(store, done)
        check_summaries(store, done)
        check_parent(store, done)

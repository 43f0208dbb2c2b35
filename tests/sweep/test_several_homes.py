"""Drivers with homes of their own that work on one store at once, in PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnnbench.config.expand import load
from rnnbench.testing.waiting import wait_for
from rnnbench.tracking import names
from rnnbench.tracking.store import Store
from tests.sweep.postgresql import Postgres, postgres
from tests.sweep.processes import (
    Commands,
    check_finished_once,
    finished,
    free_address,
    start_server,
)

pytestmark = [pytest.mark.slow, pytest.mark.stress, pytest.mark.postgresql]

# More of them: RNNBENCH_RUNS=60 pytest -m stress tests/sweep/test_several_homes.py
RUNS = int(os.environ.get("RNNBENCH_RUNS", "8"))
TINY = (
    "data=reviews",
    "data.limit=60",
    "data.test_limit=20",
    "data.maxlen=8",
    "model.units=2",
    "model.embedding.dim=2",
    "training.epochs=1",
    "training.jit_compile=false",
    "executor.workers=1",
)
SWEEP = ("sweep", "+cell=simple_rnn", *TINY, f"seeds={RUNS}")
SEARCH = ("sweep", "+cell=simple_rnn", *TINY, "seeds=2", "search=random")


@pytest.fixture
def commands(work_dir: Path) -> Iterator[Commands]:
    """Starts commands in the working directory."""
    started = Commands(work_dir)
    yield started
    started.kill()


@pytest.fixture
def server() -> Iterator[Postgres]:
    with postgres() as started:
        yield started


def open_store(uri: str) -> Store:
    return Store.open(load([uri, "home=looking"], cell=False))


def quoted(address: str) -> str:
    return f'tracking.uri="{address}"'


def check_together(commands: Commands, uri: str, *words: str) -> Store:
    """Have two homes run a command at once, on a store that nobody has used yet."""
    drivers = [commands.start(*words, uri, f"home={name}") for name in ("first", "second")]
    for driver in drivers:
        assert driver.status() == 0, driver.said
        assert "Traceback" not in driver.said
        assert "View run" not in driver.said
    store = open_store(uri)
    for name in ("first", "second"):
        assert list(Path(name, "owners").glob("*")) == []
    return store


def check_runs(store: Store, count: int, kind: names.Kind = "run") -> None:
    check_finished_once(store, count, kind)
    assert [r.status for r in store.records(kind=kind)] == ["FINISHED"] * count


def check_shared(store: Store) -> None:
    """Check that both homes have trained, and that there is one summary of all."""
    owners = [record.tags[names.OWNER] for record in store.records()]
    print({owner: owners.count(owner) for owner in owners})
    assert len(set(owners)) == 2
    (summary,) = store.records(kind="arm")
    assert summary.metrics["seeds"] == RUNS
    (parent,) = store.records(kind="sweep")
    assert parent.status == "FINISHED"


def test_share_the_runs_of_a_sweep_through_a_server(
    commands: Commands, server: Postgres, work_dir: Path
) -> None:
    address = free_address()
    start_server(commands, address, server.address, work_dir)
    store = check_together(commands, f"tracking.uri={address}", *SWEEP)
    check_runs(store, RUNS)
    check_shared(store)


def test_share_the_runs_of_a_sweep_in_a_database_that_both_make_the_tables_of(
    commands: Commands, server: Postgres
) -> None:
    store = check_together(commands, quoted(server.address), *SWEEP)
    check_runs(store, RUNS)
    check_shared(store)


CONNECT = """
import sys
import alembic.command, mlflow.store.tracking.sqlalchemy_store
from rnnbench.tracking.address import connect
print("ready", flush=True)
sys.stdin.readline()
print(len(connect(sys.argv[1]).search_experiments()))
"""


def test_who_connects_while_the_tables_are_being_made_finds_them(server: Postgres) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", CONNECT, server.address],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(3)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate()[0] for process in started] == ["1\n"] * 3


def test_share_the_trials_of_a_search(commands: Commands, server: Postgres) -> None:
    words = (*SEARCH, "search.n_trials=6", "search.space={optimizer.learning_rate: {type: float")
    words = (*words[:-1], f"{words[-1]}, low: 1e-4, high: 1e-1, log: true}}}}")
    store = check_together(commands, quoted(server.address), *words)
    check_runs(store, 6, "trial")
    check_runs(store, 2)


def test_a_database_that_is_stopped_and_started_in_the_middle_is_waited_for(
    commands: Commands, server: Postgres
) -> None:
    uri = quoted(server.address)
    driver = commands.start(*SWEEP, uri, "home=first")
    store = open_store(uri)
    wait_for(lambda: finished(store))
    server.stop("fast")
    time.sleep(20)
    assert driver.is_running, driver.said
    server.start()
    assert driver.status() == 0, driver.said
    assert "Traceback" not in driver.said
    check_runs(open_store(uri), RUNS)

"""Drivers with homes of their own on one store, while its server restarts and they are killed.

Their training is made up (:mod:`tests.sweep.simulated_driver`); claims, records and locks are not.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import optuna
import pytest

from rnnbench.config.expand import load
from rnnbench.testing.waiting import wait_for
from rnnbench.tracking import names
from rnnbench.tracking.locking import claims
from rnnbench.tracking.locking.server import ServerRegistry
from rnnbench.tracking.store import Store
from tests.sweep.postgresql import Postgres, postgres
from tests.sweep.processes import (
    Command,
    Commands,
    finished,
    free_address,
    running,
    start_server,
)

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]
FEW = 8


@pytest.fixture
def commands(work_dir: Path) -> Iterator[Commands]:
    """Starts drivers in the working directory."""
    started = Commands(work_dir)
    yield started
    started.kill()


@pytest.fixture
def server() -> Iterator[Postgres]:
    with postgres() as started:
        yield started


def start(commands: Commands, name: str, *words: str) -> Command:
    """Start a driver whose home is in a folder of that name."""
    folder = Path(name).absolute()
    folder.mkdir(exist_ok=True)
    words = ("data=digits", "model.units=4", *words)
    module = "tests.sweep.simulated_driver"
    return commands.start(*words, f"home={folder / 'runs'}", module=module, folder=folder)


def open_store(uri: str) -> Store:
    return Store.open(load([uri, f"home={Path('looking').absolute()}"], cell=False))


def check_once(store: Store, count: int, kind: names.Kind = "run") -> None:
    """Check that so many runs are finished, none twice, and nothing is shown as running."""
    done = Counter(record.key for record in finished(store, kind).values())
    assert len(done) == count
    assert set(done.values()) == {1}
    assert running(store) == []


def check_ended(*drivers: Command) -> None:
    for driver in drivers:
        assert driver.status() == 0, driver.said
        assert "Traceback" not in driver.said, driver.said


OWNERS = pytest.mark.parametrize("owner", ["", "host:/runs"], ids=["own names", "equal names"])


@pytest.mark.parametrize(
    ("owner", "count"),
    [
        pytest.param("", FEW, id="few"),
        pytest.param("", 60, id="own names", marks=pytest.mark.stress),
        pytest.param("host:/runs", 60, id="equal names", marks=pytest.mark.stress),
    ],
)
def test_in_postgresql_each_run_is_finished_once_whatever_restarts_and_dies(
    commands: Commands,
    server: Postgres,
    owner: str,
    count: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if owner:
        monkeypatch.setenv("RNNBENCH_TEST_OWNER", owner)

    def restart() -> None:
        server.stop("immediate")
        time.sleep(1)
        server.start()

    check_together(commands, f'tracking.uri="{server.address}"', count, restart)


@pytest.mark.stress
@OWNERS
def test_on_an_mlflow_server_each_run_is_finished_once_whatever_restarts_and_dies(
    commands: Commands, owner: str, work_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if owner:
        monkeypatch.setenv("RNNBENCH_TEST_OWNER", owner)
    monkeypatch.setenv("RNNBENCH_TEST_HEARTBEAT", "2")
    monkeypatch.setenv("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false")
    address, backend = free_address(), f"sqlite:///{work_dir / 'server.db'}"
    servers = [start_server(commands, address, backend, work_dir)]

    def restart() -> None:
        servers[-1].kill_all()
        time.sleep(1)
        servers.append(start_server(commands, address, backend, work_dir))

    uri = f"tracking.uri={address}"
    check_together(commands, uri, 60, restart)
    # All entries are gone but that of this process, which has just looked.
    (own,) = ServerRegistry(address).look()
    assert own in {process._entry for process in claims._processes.values()}


def check_together(commands: Commands, uri: str, count: int, restart: Callable[[], None]) -> None:
    """Have two drivers train, kill one of them once, and restart the server twice."""
    words = ("+cell=gru,lstm", uri, f"seeds={count // 2}")
    drivers = [start(commands, name, *words) for name in ("first", "second")]
    store = open_store(uri)

    def wait_for_more() -> None:
        before = len(finished(store))
        wait_for(lambda: len(finished(store)) >= min(before + count // 6, count - 3))

    wait_for(lambda: finished(store))
    drivers[0].kill_all()
    wait_for_more()
    if count == FEW:
        del drivers[0]
    else:
        drivers[0] = start(commands, "first", *words)
    for _ in range(2):
        wait_for_more()
        restart()
    check_ended(*drivers)
    check_once(open_store(uri), count)
    (parent,) = store.records(kind="sweep")
    assert parent.status == "FINISHED"
    summaries = store.records(kind="arm")
    assert [summary.metrics["seeds"] for summary in summaries] == [count // 2] * 2
    if count != FEW:
        owners = Counter(record.tags[names.OWNER] for record in finished(store).values())
        print(owners)
        assert len(owners) == (1 if "RNNBENCH_TEST_OWNER" in os.environ else 2)


SPACE = "{optimizer.learning_rate: {type: float, low: 1e-4, high: 1e-1, log: true}}"


@pytest.mark.parametrize(
    ("trials", "restarts"),
    [pytest.param(2, 1, id="few"), pytest.param(20, 3, id="many", marks=pytest.mark.stress)],
)
def test_a_search_of_three_arms_has_exactly_the_declared_trials_whatever_restarts(
    commands: Commands, server: Postgres, trials: int, restarts: int
) -> None:
    uri, storage = f'tracking.uri="{server.address}"', server.create("optuna")
    words = (
        *("+cell=simple_rnn,gru,lstm", uri, "seeds=1", "search=tpe", f"search.n_trials={trials}"),
        *(f"search.space={SPACE}", f'search.storage="{storage}"'),
    )
    drivers = [start(commands, name, *words) for name in ("first", "second")]
    store = open_store(uri)
    for number in range(restarts):
        wait_for(lambda: len(finished(store, "trial")) > number * trials)  # noqa: B023
        server.stop("fast" if number % 2 else "immediate")
        time.sleep(1)
        server.start()
    check_ended(*drivers)
    check_once(store, 3 * trials, "trial")
    check_once(store, 3)
    for kind in ("run", "trial"):
        assert {record.status for record in store.records(kind=kind)} == {"FINISHED"}
    studies = optuna.get_all_study_summaries(storage)
    assert sorted(study.n_trials for study in studies) == [trials] * 3
    owners = {record.tags[names.OWNER] for record in finished(store, "trial").values()}
    assert trials < 20 or len(owners) == 2  # the first driver may be done with a few before
    assert not any("secret" in driver.said for driver in drivers)
    assert not list(Path().rglob("optuna.db"))
    described = [record.tags[names.SEARCH] for record in store.records(kind="trial")]
    assert not any("secret" in text or "storage" in text for text in described)

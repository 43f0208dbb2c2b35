"""Executor and commands on a Ray cluster whose nodes die and come: each run once, equal numbers.

What commands train is simulated but in tests marked ``stress``, which train.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

import rnnbench.cli
from rnnbench.config.expand import load
from rnnbench.config.metrics import entry
from rnnbench.config.schema import ExecutorConfig
from rnnbench.search.storage import close_storage, open_storage
from rnnbench.sweep.executors.choice import make_executor
from rnnbench.sweep.executors.protocol import Executor
from rnnbench.sweep.executors.ray_cluster import Cluster
from rnnbench.sweep.executors.ray_executor import RayExecutor
from rnnbench.system.machine import this_machine
from rnnbench.testing.executors import ExecutorConformance
from rnnbench.testing.waiting import wait_for
from rnnbench.tracking import names
from rnnbench.tracking.home import Home
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store
from tests.conftest import Run
from tests.sweep.executors import simulated
from tests.sweep.executors.clusters import Nodes
from tests.sweep.processes import SIMULATED, Commands

DATA = ("data=digits", "data.limit=200", "data.test_limit=50", "training.epochs=3")
GRID = ("+cell=gru,simple_rnn", *DATA, "model.units=4,5,6")  # 6 arms
HERE = ("executor=in_process",)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Nodes]:
    """A node that only holds the cluster, and two with a slot each."""
    with pytest.MonkeyPatch.context() as patch, Nodes(0, 1, 1) as nodes:
        patch.setenv("RAY_AUTH_MODE", "disabled")
        yield nodes


@pytest.fixture(scope="class")
def connection(cluster: Nodes) -> Iterator[Cluster]:
    """Executors use a connection that their process has: Ray takes seconds for another one."""
    connection = Cluster(on(cluster))
    connection.connect()
    yield connection
    connection.close()


class TestRayExecutor(ExecutorConformance):
    @pytest.fixture(autouse=True)
    def use(self, cluster: Nodes, connection: Cluster, request: pytest.FixtureRequest) -> None:
        self.cluster = cluster
        if "leaves_nothing_behind" in request.node.name:
            connection.close()  # this one and those after it have connections of their own

    def make(self) -> Executor:
        executor = make_executor(on(self.cluster), preload=False)
        assert isinstance(executor, RayExecutor)
        return executor

    def processes(self) -> set[int]:
        return {process.pid for process in self.cluster.training()}


def on(cluster: Nodes) -> ExecutorConfig:
    words = ["executor=ray", f"executor.address={cluster.address}", "executor.workers=1"]
    return load(words, cell=False).executor


@pytest.fixture
def there(cluster: Nodes) -> tuple[str, str]:
    return ("executor=ray", f"executor.address={cluster.address}")


@pytest.fixture
def commands(work_dir: Path) -> Iterator[Commands]:
    started = Commands(work_dir)
    yield started
    for command in started.all:
        command.kill_all()


def store_of(folder: Path) -> Store | None:
    return Store.find(load([f"home={folder}"], cell=False))


def finished(folder: Path) -> list[Record]:
    store = store_of(folder)
    return [] if store is None else [r for r in store.records() if r.is_finished]


def measured(records: list[Record]) -> dict[str, dict[str, float]]:
    """Metrics by content key that the same run has every time."""
    return {
        record.key: {n: v for n, v in record.metrics.items() if entry(n).repeats}
        for record in records
    }


def check_each_once(folder: Path, runs: int) -> list[Record]:
    store = store_of(folder)
    assert store is not None
    found = store.records()
    done = [record for record in found if record.is_finished]
    assert len({record.key for record in done}) == len(done) == runs
    assert {record.status for record in found} <= {"FINISHED", "KILLED"}
    return done


@pytest.mark.parametrize(
    ("module", "seeds"), [(SIMULATED, 2), pytest.param("rnnbench", 4, marks=pytest.mark.stress)]
)
@pytest.mark.slow
def test_a_node_that_dies_and_one_that_comes_cost_no_run_and_no_digit(
    module: str,
    seeds: int,
    cluster: Nodes,
    there: tuple[str, str],
    commands: Commands,
    work_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    remote, local = work_dir / "remote", work_dir / "local"
    runs, grid = 6 * seeds, (*GRID, f"seeds={seeds}")
    sweep = commands.start("sweep", *grid, *there, f"home={remote}", module=module)
    wait_for(lambda: not sweep.is_running or len(finished(remote)) >= runs // 6)
    cluster.kill(1)
    wait_for(lambda: not sweep.is_running or len(finished(remote)) >= runs // 3)
    cluster.add(1)
    assert sweep.status() == 0, sweep.said
    done = check_each_once(remote, runs)
    if module == SIMULATED:
        monkeypatch.setattr(simulated, "EPOCH_SECONDS", 0)
        assert simulated.main(["sweep", *grid, *HERE, f"home={local}"]) == 0
    else:
        assert rnnbench.cli.run(["sweep", *grid, f"home={local}"]) == 0
    assert measured(done) == measured(check_each_once(local, runs))
    assert "Traceback" not in sweep.said
    assert "raylet" not in sweep.said
    assert {record.tags[names.HOST] for record in done} == {this_machine().host}


def test_a_search_with_pruning_draws_and_ends_the_same_trials(
    there: tuple[str, str], work_dir: Path
) -> None:
    words = (
        *("sweep", "+cell=gru", *DATA, "model.units=4", "seeds=1", "search=tpe"),
        *("search.n_trials=6", "search.pruner=median", "search.n_startup_trials=2"),
        "search.space={optimizer.learning_rate: {type: float, low: 1e-3, high: 1e-1}}",
    )
    assert simulated.main([*words, *HERE, f"home={work_dir / 'local'}"]) == 0
    one = (*there, "executor.workers=1")
    assert simulated.main([*words, *one, f"home={work_dir / 'remote'}"]) == 0
    trials = []
    for home in ("local", "remote"):
        storage = open_storage(Home.of(str(work_dir / home)))
        try:
            (study,) = storage.get_all_studies()
            trials.append(
                [
                    (t.number, t.state, t.params, t.value, t.intermediate_values)
                    for t in storage.get_all_trials(study._study_id)
                ]
            )
        finally:
            close_storage(storage)
    assert trials[0] == trials[1]
    assert {state.name for _, state, *_ in trials[0]} == {"COMPLETE", "PRUNED"}


def test_a_sweep_until_decided_looks_at_the_same_runs(
    there: tuple[str, str], work_dir: Path
) -> None:
    words = (
        *("sweep", "+cell=gru,simple_rnn", *DATA, "model.units=4", "until=decided"),
        *("most_seeds=7", "report.margin=0.9"),
    )
    assert simulated.main([*words, *HERE, f"home={work_dir / 'local'}"]) == 0
    assert simulated.main([*words, *there, f"home={work_dir / 'remote'}"]) == 0
    local, remote = (measured(finished(work_dir / home)) for home in ("local", "remote"))
    assert local == remote
    assert len(local) >= 10


@pytest.mark.stress
def test_a_driver_that_is_no_node_trains_there_too(
    cluster: Nodes, commands: Commands, work_dir: Path
) -> None:
    few = ("+cell=gru", *DATA, "model.units=4", "seeds=3")
    there = ("executor=ray", f"executor.address={cluster.client}")
    sweep = commands.start("sweep", *few, *there, "home=runs", module=SIMULATED)
    assert sweep.status() == 0, sweep.said
    check_each_once(work_dir / "runs", 3)
    wait_for(lambda: not cluster.training())  # the node ends them, and nobody waits for it


def test_a_model_that_was_trained_on_a_node_has_the_numbers_of_one_trained_here_and_answers(
    there: tuple[str, str], run: Run, work_dir: Path
) -> None:
    words = (
        *("train", "+cell=gru", "data=reviews", "data.limit=60", "data.test_limit=20"),
        *("model.units=4", "training.epochs=1", "tracking.save_model=last"),
    )
    one = (*there, "executor.workers=1")  # each worker loads TensorFlow
    assert run(*words, *one, "home=remote").status == 0
    assert run(*words, *HERE, "home=local").status == 0
    (remote,), (local,) = finished(work_dir / "remote"), finished(work_dir / "local")
    assert measured([remote]) == measured([local])
    answers = [
        run("predict", f"run={record.run_id[:8]}", "text=a fine film", f"home={home}")
        for home, record in (("remote", remote), ("local", local))
    ]
    assert answers[0].status == answers[1].status == 0, answers
    shown = [answer.out.splitlines()[1:] for answer in answers]  # without the run's own id
    assert shown[0] == shown[1] != []


@pytest.mark.stress
def test_an_interrupted_sweep_leaves_nothing_behind_and_the_same_command_resumes(
    commands: Commands, work_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a Ray of its own, which ends with it."""
    monkeypatch.delenv("RAY_AUTH_MODE", raising=False)
    temporary = work_dir / "t"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    few = ("+cell=gru", *DATA[:3], "model.units=4", "seeds=3", "training.epochs=60", "home=runs")
    words = ("sweep", *few, "executor=ray", "executor.workers=2")
    sweep = commands.start(*words, module=SIMULATED)
    home = work_dir / "runs"

    def has_begun() -> bool:
        store = store_of(home) if (home / "mlflow.db").exists() else None
        return store is not None and any("loss" in r.metrics for r in store.records())

    wait_for(lambda: not sweep.is_running or has_begun())
    assert sweep.is_running, sweep.said
    os.killpg(sweep.process.pid, signal.SIGINT)  # as a terminal does
    assert sweep.status() == 130, sweep.said
    wait_for(lambda: not sweep.family())
    assert "interrupted" in sweep.said
    assert not {"ray", "Ray", "actor"} & set(sweep.said.split()), sweep.said
    assert [*temporary.iterdir()] == []
    again = commands.start("sweep", *few, module=SIMULATED)
    assert again.status() == 0, again.said
    check_each_once(home, 3)


@pytest.mark.stress
def test_a_driver_that_loses_its_cluster_says_so_and_the_same_command_resumes(
    commands: Commands, work_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    few = ("+cell=gru", *DATA[:3], "model.units=4", "seeds=3", "training.epochs=60", "home=runs")
    with Nodes(0, 1) as nodes:
        there = ("executor=ray", f"executor.address={nodes.client}")
        sweep = commands.start("sweep", *few, *there, module=SIMULATED)
        wait_for(lambda: not sweep.is_running or len(finished(work_dir / "runs")) >= 1)
    assert sweep.status() == 1, sweep.said
    assert "the connection to the Ray cluster is lost" in sweep.said
    assert "Traceback" not in sweep.said
    again = commands.start("sweep", *few, module=SIMULATED)
    assert again.status() == 0, again.said
    check_each_once(work_dir / "runs", 3)

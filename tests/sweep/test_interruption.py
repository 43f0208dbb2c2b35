"""Workers and drivers that die: one run is lost, and the next sweep makes up for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from rnnbench.testing.waiting import PATIENCE, wait_for
from rnnbench.tracking.store import Store
from tests.stress import stressed
from tests.sweep.conftest import SMALL
from tests.sweep.processes import SIMULATED, workers

# Long enough to be caught in the middle, short enough to be finished afterwards.
SWEEP = ("sweep", "+cell=simple_rnn", *SMALL[:-1], "training.epochs=300", "seeds=2")


@pytest.fixture
def module() -> str:
    """What trains; a test may take another."""
    return "rnnbench"


@pytest.fixture
def driver(module: str, work_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """A sweep in a process of its own, with two workers at work."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *SWEEP],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def wait_for_training(driver: subprocess.Popen[str], store: Store) -> None:
    """Wait until both runs have logged an epoch."""

    def both_train() -> bool:
        assert driver.poll() is None, driver.communicate()
        return len([r for r in store.records() if "val_loss" in r.metrics]) == 2

    wait_for(both_train)


def finish(store: Store) -> None:
    """Type the same command again and check that every declared run is finished exactly once."""
    again = subprocess.run(
        [sys.executable, "-m", SIMULATED, *SWEEP],
        env=os.environ | {"RNNBENCH_TEST_SECONDS": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 0, again.stderr
    records = store.records()
    done = [record for record in records if record.status == "FINISHED"]
    assert len({record.key for record in done}) == len(done) == 2
    assert not [record for record in records if record.status == "RUNNING"]


@pytest.mark.slow
@pytest.mark.stress
class TestKilledWorker:
    def test_costs_one_run_which_the_next_sweep_makes_up_for(
        self, driver: subprocess.Popen[str], store: Store
    ) -> None:
        wait_for_training(driver, store)
        workers(driver)[0].kill()
        out, err = driver.communicate(timeout=PATIENCE)
        assert driver.returncode == 1, err
        assert "SIGKILL" in out
        statuses = sorted(record.status for record in store.records())
        assert statuses == ["FINISHED", "KILLED"]
        finish(store)


@pytest.mark.slow
class TestInterruptedDriver:
    @pytest.mark.parametrize(
        ("number", "module"), [(signal.SIGHUP, SIMULATED), *stressed([(signal.SIGINT, "rnnbench")])]
    )
    def test_ends_cleanly_on_ctrl_c_and_with_its_terminal(
        self, driver: subprocess.Popen[str], store: Store, number: signal.Signals
    ) -> None:
        wait_for_training(driver, store)
        family = workers(driver)
        os.killpg(driver.pid, number)  # as a terminal tells all that it has started
        _, err = driver.communicate(timeout=PATIENCE)
        assert driver.returncode == 130, err
        assert "interrupted" in err
        assert "Traceback" not in err
        wait_for(lambda: not any(process.is_running() for process in family))
        assert [record.status for record in store.records()] == ["KILLED", "KILLED"]
        if number == signal.SIGINT:
            finish(store)

    def test_ends_cleanly_on_ctrl_c_while_tensorflow_loads(
        self, driver: subprocess.Popen[str], store: Store
    ) -> None:
        wait_for(lambda: bool(psutil.Process(driver.pid).children()) or driver.poll() is not None)
        time.sleep(1)
        os.killpg(driver.pid, signal.SIGINT)
        _, err = driver.communicate(timeout=PATIENCE)
        assert (driver.returncode, "Traceback" in err) == (130, False), err
        assert all(record.status == "KILLED" for record in store.records())

    @pytest.mark.stress
    def test_killed_takes_its_workers_along_and_leaves_no_run_running(
        self, driver: subprocess.Popen[str], store: Store
    ) -> None:
        wait_for_training(driver, store)
        family = workers(driver)
        driver.kill()
        driver.communicate(timeout=PATIENCE)
        wait_for(lambda: not any(process.is_running() for process in family))
        finish(store)


@pytest.mark.slow
def test_a_killed_driver_leaves_no_temporary_file_once_another_command_has_run(
    work_dir: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    temporary = tmp_path_factory.mktemp("t")
    monkeypatch.setenv("TMPDIR", str(temporary))
    words = [sys.executable, "-m", "rnnbench"]
    driver = subprocess.Popen([*words, *SWEEP], stderr=subprocess.PIPE, start_new_session=True)
    # The socket of the server that starts its workers.
    wait_for(lambda: list(temporary.glob("*/listener-*")) or driver.poll() is not None)
    assert driver.poll() is None
    family = psutil.Process(driver.pid).children(recursive=True)
    driver.kill()
    driver.communicate(timeout=PATIENCE)
    assert len(list(temporary.iterdir())) == 1
    wait_for(lambda: not any(process.is_running() for process in family))
    subprocess.run([*words, "data", "data=digits"], capture_output=True, check=True)
    assert list(temporary.iterdir()) == []
    assert not list(Path("runs").rglob("*.lock"))
    assert not list(Path("runs").rglob("*.tmp"))

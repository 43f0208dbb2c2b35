"""The process of ``ui``: what others see of it, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from rnnbench.config.expand import load
from rnnbench.testing.waiting import PATIENCE
from rnnbench.tracking.store import Store
from tests.sweep.processes import free_address, wait_for_server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Query string argument"),
]


@pytest.fixture
def server(work_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[bytes]]:
    """A running ``ui`` of a store whose address has a password, which its environment holds."""
    monkeypatch.setenv("STORE", f"sqlite:///{work_dir}/store.db?password=Xword1")
    words = "tracking.uri=${oc.env:STORE}"
    Store.open(load([words], cell=False))
    address, log_path = free_address(), work_dir / "ui.log"
    with log_path.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "rnnbench", "ui", "--port", address.rsplit(":", 1)[1], words],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    wait_for_server(address, process, log_path)
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


def test_shows_no_secret_and_leaves_nothing_behind_when_its_terminal_goes(
    server: subprocess.Popen[bytes], work_dir: Path
) -> None:
    family = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
    assert len(family) >= 3, "the command, MLflow's, and the server's process"
    assert not any("Xword1" in word for process in family for word in process.cmdline())
    server.send_signal(signal.SIGHUP)  # to the command alone
    assert server.wait(timeout=PATIENCE) == 130
    _, living = psutil.wait_procs(family[1:], timeout=30)
    assert living == []
    assert "Xword1" not in (work_dir / "ui.log").read_text()

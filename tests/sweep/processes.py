"""Commands in processes of their own, for tests that kill them and look at what is left."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, get_args

import psutil

from rnnbench.testing.waiting import PATIENCE, wait_for
from rnnbench.tracking import names
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store

# A module for ``python -m``, in which no run takes computing or loads TensorFlow.
SIMULATED = "tests.sweep.executors.simulated"


def workers(driver: subprocess.Popen[str]) -> list[psutil.Process]:
    """The fork server's children."""
    try:
        servers = psutil.Process(driver.pid).children()
        return [child for server in servers for child in server.children()]
    except psutil.NoSuchProcess:
        return []


class Command:
    """A Python module with its arguments, in a session of its own.

    What it says goes to a file: a pipe would stay open for as long as any of its children lives.
    """

    def __init__(self, module: str, words: Sequence[str], folder: Path, log: Path) -> None:
        self.log = log
        with log.open("wb") as file:
            self.process: subprocess.Popen[str] = subprocess.Popen(
                [sys.executable, "-m", module, *words],
                cwd=folder,
                stdout=file,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        """Output and errors so far."""
        return self.log.read_text(encoding="utf-8")

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    @property
    def fork_servers(self) -> list[psutil.Process]:
        """The process that has TensorFlow loaded, or is loading it, where there is one."""
        try:
            children = psutil.Process(self.process.pid).children()
            return [child for child in children if "forkserver" in " ".join(child.cmdline())]
        except psutil.Error:
            return []

    def status(self) -> int:
        """Wait for the end and return the exit status."""
        return self.process.wait(timeout=2 * PATIENCE)

    def family(self) -> list[psutil.Process]:
        """Every living process of the session, whoever its parent is by now."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(OSError, psutil.Error):
                same = os.getsid(process.pid) == self.process.pid
                if same and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    def kill(self) -> None:
        """Kill the process itself and no other."""
        self.process.kill()
        self.process.wait()

    def kill_one_worker(self, choose: Callable[[list[psutil.Process]], psutil.Process]) -> None:
        """Kill the worker that is chosen, where there is any."""
        if found := workers(self.process):
            with contextlib.suppress(psutil.NoSuchProcess):
                choose(found).kill()

    def kill_all(self) -> None:
        """Kill the whole family at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        """Ask the whole family to end, and wait until it has."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(timeout=PATIENCE)
        wait_for(lambda: not self.family())


class Commands:
    """Starts commands in a folder, and kills at the end what still runs."""

    def __init__(self, folder: Path, module: str = "rnnbench") -> None:
        self._folder = folder
        self._module = module
        self.all: list[Command] = []

    def start(self, *words: str, module: str | None = None, folder: Path | None = None) -> Command:
        """Start ``python -m rnnbench WORDS...``, or another module."""
        log = self._folder / f"command-{len(self.all)}.log"
        command = Command(module or self._module, words, folder or self._folder, log)
        self.all.append(command)
        return command

    def kill(self) -> None:
        """Kill every family."""
        for command in self.all:
            command.kill_all()

    def survivors(self) -> list[psutil.Process]:
        """Every living process of any command."""
        return [process for command in self.all for process in command.family()]


def free_address() -> str:
    """Return an address on which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def wait_for_server(address: str, process: subprocess.Popen[Any], log: Path) -> None:
    """Wait until MLflow's server on an address answers; fail with its log where it has ended."""

    def answers() -> bool:
        assert process.poll() is None, log.read_text(encoding="utf-8")
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    wait_for(answers)


def start_server(commands: Commands, address: str, backend: str, folder: Path) -> Command:
    """Start MLflow's server on an address, with files in a folder, and wait until it answers."""
    command = commands.start(
        *("server", "--host", "127.0.0.1", "--port", address.rsplit(":", 1)[1]),
        *("--workers", "1", "--backend-store-uri", backend),
        *("--artifacts-destination", str(folder / "server-artifacts")),
        module="mlflow",
        folder=folder,
    )

    wait_for_server(address, command.process, command.log)
    return command


def running(store: Store) -> list[Record]:
    """What the store shows as running, of any kind."""
    kinds: tuple[names.Kind, ...] = get_args(names.Kind)
    return [record for kind in kinds for record in store.records(kind=kind, status="RUNNING")]


def finished(store: Store, kind: names.Kind = "run") -> dict[str, Record]:
    """The finished runs of a kind by their ids."""
    return {r.run_id: r for r in store.records(kind=kind) if r.is_finished}


def check_finished_once(store: Store, count: int, kind: names.Kind = "run") -> list[Record]:
    """Check that so many runs are finished, each once, and that nothing is shown as running."""
    done = list(finished(store, kind).values())
    assert len({record.key for record in done}) == len(done) == count
    assert running(store) == []
    return done

"""A command with its children, and what they take: seconds, and memory of the whole tree."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

INTERVAL = 2.0  # seconds between two looks at the memory


@dataclass(frozen=True)
class Watched:
    """How a command went.

    ``begun`` is in seconds since the epoch, ``wall`` in seconds, ``memory`` in MiB: the largest sum
    of proportional set sizes, in which pages that processes share count once. ``cpu`` are pairs
    of seconds after the beginning and the processor seconds of the first process alone.
    """

    status: int
    begun: float
    wall: float
    memory: float
    cpu: tuple[tuple[float, float], ...]

    def cpu_after(self, seconds: float) -> float:
        """Return the first process's processor seconds from that moment on."""
        before = max((used for at, used in self.cpu if at <= seconds), default=0.0)
        return max((used for _, used in self.cpu), default=0.0) - before


def watch(command: Sequence[str], environment: dict[str, str], folder: Path, log: Path) -> Watched:
    """Run a command in a folder, its output into a file; nothing that it started outlives it."""
    with log.open("w", encoding="utf-8") as output:
        begun, start = time.time(), time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        with _Watcher(process.pid) as watcher:
            status = process.wait()
            wall = time.perf_counter() - start
    return Watched(status, begun, wall, watcher.memory, tuple(watcher.cpu))


class _Watcher:
    """Looks at a process and its descendants until told to stop, and ends what is left of them."""

    def __init__(self, pid: int) -> None:
        self.memory = 0.0
        self.cpu: list[tuple[float, float]] = []
        self._begun = time.perf_counter()
        self._root = psutil.Process(pid)
        self._family: set[psutil.Process] = {self._root}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> _Watcher:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        for process in self._family:
            with contextlib.suppress(psutil.Error):
                process.kill()

    def _watch(self) -> None:
        while not self._stop.wait(INTERVAL):
            with contextlib.suppress(psutil.Error):
                self._look()

    def _look(self) -> None:
        times = self._root.cpu_times()
        self.cpu.append((time.perf_counter() - self._begun, times.user + times.system))
        family = {self._root, *self._root.children(recursive=True)}
        self._family |= family
        self.memory = max(self.memory, sum(map(_memory, family)))


def _memory(process: psutil.Process) -> float:
    """Return the proportional set size in MiB; 0 for a process that has just ended."""
    try:
        text = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return next(int(line.split()[1]) for line in text.splitlines() if line[:4] == "Pss:") / 1024


def environment(**changes: str) -> dict[str, str]:
    """Return this process's environment without settings that a contender should choose itself."""
    dropped = (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "XLA_FLAGS",
        "MALLOC_ARENA_MAX",
        "KERAS_BACKEND",
    )
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in dropped and not name.startswith(("TF_", "RAY_", "RNNBENCH_", "MLFLOW_"))
    }
    imdb = {name: value for name, value in os.environ.items() if name == "RNNBENCH_IMDB"}
    return kept | imdb | {"TF_CPP_MIN_LOG_LEVEL": "3", "RAY_USAGE_STATS_ENABLED": "0"} | changes

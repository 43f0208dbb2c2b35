"""Each contender in a process of its own, and what it took."""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.side_by_side.processes import Watched, environment, watch
from benchmarks.side_by_side.swept import recorded_runs
from benchmarks.side_by_side.workloads import Workload, as_job, identity, prepared

ROOT = Path(__file__).resolve().parent.parent.parent
PARTS = ("compile", "training", "evaluation")


@dataclass(frozen=True)
class Contender:
    """A way to train the grid.

    Attributes:
        title: as tables call it.
        module: what the process runs; ``None`` for rnnbench itself.
        package: what must be installed.
        parallel: whether it trains as many runs at once as there are cores.
        like: the contender that computes the same, whose accuracies it should reach.
        timed: whether its seconds are looked at; without that it may run beside other work.
    """

    title: str
    module: str | None
    package: str
    parallel: bool
    like: str = "keras_loop"
    timed: bool = True


CONTENDERS = {
    "keras_loop": Contender("Keras loop", "keras_loop", "keras", parallel=False),
    "keras_summed": Contender(
        "Keras loop, repeats summed",
        "keras_summed",
        "keras",
        parallel=False,
        like="keras_summed",
        timed=False,
    ),
    "keras_tuner": Contender("Keras Tuner", "grid_search", "keras_tuner", parallel=False),
    "ray_tune": Contender("Ray Tune", "ray_trials", "ray", parallel=True),
    "pytorch": Contender(
        "PyTorch loop", "pytorch_loop", "torch", parallel=False, like="keras_summed"
    ),
    "rnnbench": Contender("rnnbench", None, "rnnbench", parallel=True, like="keras_summed"),
}


class Absent(Exception):  # noqa: N818
    """A contender's package is not installed."""


def measure(name: str, workload: Workload) -> dict[str, Any]:
    """Let one contender train a workload, and return what it took.

    Raises:
        Absent: where its package is not installed.
        RuntimeError: where it fails, with the end of its output.
    """
    contender = CONTENDERS[name]
    if find_spec(contender.package) is None:
        extra = "pytorch" if contender.package == "torch" else "bench"
        raise Absent(f"{contender.package} is not installed: pip install 'rnnbench[{extra}]'")
    with tempfile.TemporaryDirectory(prefix="side_by_side-") as scratch:
        folder = Path(scratch)
        data = prepared(workload, folder / "runs")
        start = time.strftime("%Y-%m-%d %H:%M")
        if contender.module is None:
            watched, runs = _sweep(workload, folder)
        else:
            watched, runs = _loop(contender.module, as_job(workload, data, folder), folder)
        if watched.status or len(runs) != workload.runs:
            log = (folder / "log.txt").read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(
                f"exit status {watched.status} after {watched.wall:.0f} s, "
                f"{len(runs)} of {workload.runs} runs finished\n{log[-3000:]}"
            )
    told = {"workload": identity(workload), "source": data.name, "measured": start}
    return told | _summary(watched, runs, contender)


Measured = tuple[Watched, list[dict[str, Any]]]


def _loop(module: str, job: dict[str, Any], folder: Path) -> Measured:
    """Run a contender that calls a library; every run leaves a file."""
    results = folder / "results"
    results.mkdir()
    file = folder / "job.json"
    file.write_text(json.dumps(job | {"folder": str(results)}), encoding="utf-8")
    command = [sys.executable, "-m", "benchmarks.side_by_side.contender", module, str(file)]
    watched = watch(command, environment(PYTHONPATH=str(ROOT)), folder, folder / "log.txt")
    runs = [json.loads(path.read_text(encoding="utf-8")) for path in results.glob("*.json")]
    return watched, runs


def _sweep(workload: Workload, folder: Path) -> Measured:
    """Run `python -m rnnbench sweep` in an empty store, and read the runs out of it."""
    command = [sys.executable, "-m", "rnnbench", "sweep", *workload.words()]
    home = str(folder / "runs")
    told = environment(PYTHONPATH=str(ROOT), RNNBENCH_HOME=home)
    watched = watch(command, told, folder, folder / "log.txt")
    return watched, recorded_runs(home)


def _summary(
    watched: Watched, runs: Sequence[dict[str, Any]], contender: Contender
) -> dict[str, Any]:
    """Return the seconds of the whole, and means over the runs of their parts.

    ``rest`` is what else a process had to do for a run after the start: building models, saving,
    waiting for the others at the end.
    """
    start_up = min(run["started"] for run in runs) - watched.begun
    processes = min(_cores(), len(runs)) if contender.parallel else 1
    parts = {name: statistics.fmean(run[name] for run in runs) for name in PARTS}
    return {
        "wall": watched.wall,
        "run": watched.wall / len(runs),
        "start_up": start_up,
        **parts,
        "logging": None if contender.module else watched.cpu_after(start_up) / len(runs),
        "rest": processes * (watched.wall - start_up) / len(runs) - sum(parts.values()),
        "processes": processes,
        "memory": watched.memory,
        "runs": sorted(runs, key=lambda run: (run["cell"], run["seed"])),
    }


def _cores() -> int:
    return len(os.sched_getaffinity(0))

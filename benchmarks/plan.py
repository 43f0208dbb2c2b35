"""Seconds and memory of `plan`, of a sweep with nothing to do, and of `report`, by finished runs.

    python -m benchmarks.plan [runs ...]

For each number of runs (default 60, 100 and 10,000: arms of five seeds) a store is filled with that
many finished runs of made-up metrics; then the commands are timed, each in a process of its own,
and their processor seconds. Prints a Markdown table.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.recorded import fill

COMMANDS = ("plan", "sweep", "report")
SEEDS = 5
# What arms of large stores differ in, each as far as it is needed.
_AXES = {
    "model.units": tuple(range(8, 48, 4)),
    "model.depth": (1, 2),
    "optimizer.learning_rate": tuple(number / 1000 for number in range(1, 11)),
    "model.dropout": (0.0, 0.1, 0.2, 0.3, 0.4),
}


def grid(runs: int) -> list[str]:
    """Return the overrides of so many runs: arms of five seeds, of two cells.

    Raises:
        ValueError: for a number that is none of 10, 100 or 10,000 and others of the axes' lengths.
    """
    left, found = runs // (2 * SEEDS), []
    for key, values in _AXES.items():
        count = max(n for n in range(1, len(values) + 1) if left % n == 0)
        found += [f"{key}={','.join(map(str, values[:count]))}"] if count > 1 else []
        left //= count
    if left != 1 or runs % (2 * SEEDS):
        raise ValueError(f"expected 60, 100 or 10,000 runs, received {runs}")
    return ["+cell=simple_rnn,gru", "data=digits", *found, f"seeds={SEEDS}"]


def measure(folder: Path, command: str, runs: int) -> tuple[float, float, float]:
    """Return wall and processor seconds, and peak memory in MiB, of a command."""
    words = ["benchmark"] if command == "report" else grid(runs)
    code = (
        "import sys, rnnbench.cli; "
        f"status = rnnbench.cli.run({[command, *words]!r}); "
        "lines = open('/proc/self/status').read().splitlines(); "
        "peak = next(int(line.split()[1]) for line in lines if line.startswith('VmHWM')); "
        "print(peak / 1024, file=sys.stderr); "
        "sys.exit(status)"
    )
    told = os.environ | {"RNNBENCH_HOME": str(folder / "runs")}
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    answer = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=told,
        capture_output=True,
        text=True,
        check=False,
    )
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if answer.returncode:
        sys.exit(f"{command} of {runs} runs: {answer.stderr[-3000:]}")
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, used, float(answer.stderr.splitlines()[-1])


def main(counts: list[int]) -> None:
    parts = [f"{name} s | {name} processor s | {name} MiB" for name in COMMANDS]
    print(f"| finished runs | {' | '.join(parts)} |")
    print("| --: |" + " --: |" * (3 * len(COMMANDS)))
    for runs in counts or [60, 100, 10_000]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            fill(folder, grid(runs))
            cells = []
            for command in COMMANDS:
                measure(folder, command, runs)  # reads files, and a sweep writes arms' summaries
                wall, used, memory = measure(folder, command, runs)
                cells.append(f"{wall:.2f} | {used:.2f} | {memory:.0f}")
        print(f"| {runs:,} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]])

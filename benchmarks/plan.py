"""Seconds and memory of `plan` and of a sweep with nothing to do, against finished runs.

    python benchmarks/plan.py [runs ...]

For each number of runs (default 100 and 1000) a store is filled with that many finished runs by
the recorder that sweeps use, with made-up metrics; then the two commands are timed, each in a
process of its own. Prints a Markdown table.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from recorded import fill

CELLS = 2
UNITS = "4,8,12,16,20"


def words(runs: int) -> list[str]:
    arms = CELLS * len(UNITS.split(","))
    return ["+cell=simple_rnn,gru", "data=digits", f"model.units={UNITS}", f"seeds={runs // arms}"]


def measure(folder: Path, command: str, runs: int) -> tuple[float, float]:
    """Return seconds and peak memory in MiB of a command."""
    code = (
        "import sys, rnnbench.cli; "
        f"status = rnnbench.cli.run({[command, *words(runs)]!r}); "
        "lines = open('/proc/self/status').read().splitlines(); "
        "peak = next(int(line.split()[1]) for line in lines if line.startswith('VmHWM')); "
        "print(peak / 1024, file=sys.stderr); "
        "sys.exit(status)"
    )
    environment = os.environ | {"RNNBENCH_HOME": str(folder / "runs")}
    start = time.perf_counter()
    answer = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return time.perf_counter() - start, float(answer.stderr.splitlines()[-1])


def main(counts: list[int]) -> None:
    print("| finished runs | recording s a run | plan s | plan MiB | sweep s | sweep MiB |")
    print("| --: | --: | --: | --: | --: | --: |")
    for runs in counts or [100, 1000]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            start = time.perf_counter()
            count = fill(folder, words(runs))
            each = (time.perf_counter() - start) / count
            plan, plan_memory = measure(folder, "plan", runs)
            measure(folder, "sweep", runs)  # writes the arms' summaries
            sweep, sweep_memory = measure(folder, "sweep", runs)
        print(
            f"| {runs} | {each:.3f} | {plan:.2f} | {plan_memory:.0f} "
            f"| {sweep:.2f} | {sweep_memory:.0f} |"
        )


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]])

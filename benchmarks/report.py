"""Seconds and memory of `report` and of `load_runs`, against finished runs.

    python benchmarks/report.py [copies ...]

A store is filled with 60 finished runs (three cells, two depths, two lengths, five seeds) of
made-up metrics, and each is copied so many times (default 0, 16 and 166: 60, 1,020 and 10,020 runs)
with other learning rates. `report` is asked for with up to 1,100 runs. Prints a Markdown table.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from recorded import fill, multiply

WORDS = (
    "+cell=simple_rnn,lstm,gru",
    "data=reviews",
    "data.limit=200",
    "data.test_limit=50",
    "data.maxlen=20,40",
    "model.depth=1,2",
    "seeds=5",
)
LOAD = "import rnnbench; print(len(rnnbench.load_runs()))"
REPORT = "import sys, rnnbench.cli; status = rnnbench.cli.run(['report', 'benchmark'])"
PEAK = """
lines = open('/proc/self/status').read().splitlines()
peak = next(int(line.split()[1]) for line in lines if line.startswith('VmHWM'))
assert 'tensorflow' not in sys.modules
print(peak / 1024, file=sys.stderr)
"""


def measure(folder: Path, code: str) -> tuple[float, float]:
    """Return seconds and peak memory in MiB of some code in a process of its own."""
    start = time.perf_counter()
    answer = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\n{PEAK}"],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if k != "RNNBENCH_HOME"},
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        sys.exit(answer.stderr)
    return time.perf_counter() - start, float(answer.stderr.splitlines()[-1])


def main(copies: list[int]) -> None:
    print("| finished runs | load_runs s | load_runs MiB | report s | report MiB |")
    print("| --: | --: | --: | --: | --: |")
    for count in copies or [0, 16, 166]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            runs = fill(folder, WORDS) * (count + 1)
            multiply(folder, count)
            load, load_memory = measure(folder, LOAD)
            told = f"| {runs} | {load:.1f} | {load_memory:.0f} "
            if runs <= 1_100:
                report, report_memory = measure(folder, REPORT)
                told += f"| {report:.1f} | {report_memory:.0f} |"
            else:
                told += "| – | – |"
        print(told, flush=True)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]])

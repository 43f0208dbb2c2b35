"""What hiding Keras's optional imports saves a worker: seconds to load, memory once loaded.

    python benchmarks/preload.py

Prints a Markdown table of three alternating repetitions of `import tensorflow, keras` as a plain
process does it, and as the workers' fork server does it (rnnbench.sweep.executors.preload).
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys

REPETITIONS = 3
MEASURE = """
import json, time
start = time.perf_counter()
{imports}
seconds = time.perf_counter() - start
status = open("/proc/self/status").read().splitlines()
memory = next(int(line.split()[1]) for line in status if line.startswith("RssAnon"))
print(json.dumps([seconds, memory / 1024]))
"""
WAYS = {
    "plain imports": "import tensorflow, keras, rnnbench.training.trainer",
    "fork server": "import rnnbench.sweep.executors.preload",
}


def measure(imports: str) -> tuple[float, float]:
    """Return seconds and MiB of private memory of a fresh process."""
    answer = subprocess.run(
        [sys.executable, "-c", MEASURE.format(imports=imports)],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, memory = json.loads(answer.stdout)
    return seconds, memory


def main() -> None:
    found: dict[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
    for _ in range(REPETITIONS):
        for way, imports in WAYS.items():
            found[way].append(measure(imports))
    print("| way | seconds (median) | private memory, MiB |")
    print("| :-- | --: | --: |")
    for way, values in found.items():
        seconds = statistics.median(value[0] for value in values)
        memory = statistics.median(value[1] for value in values)
        print(f"| {way} | {seconds:.1f} | {memory:.0f} |")


if __name__ == "__main__":
    main()

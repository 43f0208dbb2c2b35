"""A driver whose training is made up, into any store.

    python -m benchmarks.capacity.driver NUMBER RUNS [ADDRESS]

Waits for a line on standard input once it is ready. Prints one line of JSON.
"""

from __future__ import annotations

import io
import json
import sys
import time

from rich.console import Console

from benchmarks.growth.simulated import CLOCK, SimulatedExecutor
from rnnbench.config.expand import expand
from rnnbench.sweep.fixed import FixedSeeds
from rnnbench.sweep.run import run_arms

SEEDS = 10
RUN_SECONDS = "run"


def main(number: int, runs: int, address: str | None) -> None:
    console, arms = Console(file=io.StringIO()), expand(words(number, runs, address))
    print("ready", flush=True)
    sys.stdin.readline()
    executor = SimulatedExecutor()
    swept = run_arms(arms, console, "benchmarks/capacity", FixedSeeds(), executor=executor)
    end, ended = CLOCK.now(), time.time()
    wall, user = CLOCK.begun[0]
    if len(swept.trained) != runs:
        sys.exit(f"{len(swept.trained)} of {runs} runs were recorded")
    told = {"wall": end[0] - wall, "user": end[1] - user, "runs": runs, "ended": ended}
    print(json.dumps(told))


def words(number: int, runs: int, address: str | None) -> list[str]:
    """Return the overrides of a driver: arms that no other driver has, of ten replicates."""
    arms = runs // SEEDS
    units = ",".join(str(8 + number * arms + arm) for arm in range(arms))
    found = ["+cell=gru", "data=digits", f"model.units={units}", f"seeds={SEEDS}"]
    return found if address is None else [*found, f"tracking.uri='{address}'"]


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None)

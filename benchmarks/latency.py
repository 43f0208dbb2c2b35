"""Seconds from a command to its answer, and from `train` to its first training step.

    python -m benchmarks.latency [--repeats 5] [--cold 1] [--out benchmarks/results]

Warm is the median of the repeats, after one that does not count. Cold is measured after the
system has been told to forget the files of the Python environment and of this package, so that
they are read from the disk again. Writes latency.md, with what each command imports.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.recorded import fill, multiply
from benchmarks.side_by_side.machine import machine, told
from benchmarks.side_by_side.processes import environment
from benchmarks.side_by_side.swept import recorded_runs
from benchmarks.written import write

ROOT = Path(__file__).resolve().parent.parent
STORED = ("+cell=simple_rnn,gru", "data=digits", "model.units=8,16", "seeds=3")
COMMANDS: dict[str, tuple[str, ...]] = {
    "--help": ("--help",),
    "train --help": ("train", "--help"),
    "explain": ("explain", "+cell=gru"),
    "match": ("match", "match=lstm:128"),
    "data": ("data",),
    "plan": ("plan",),
    "plan, 12 runs finished": ("plan", *STORED),
    "plan, 1,000 runs": ("plan", *STORED[:3], "seeds=5", "home=many/runs"),
    "runs, 1,000 runs": ("runs", "home=many/runs"),
    "report, 12 runs": ("report", "benchmark"),
}
TRAIN = ("train", "+cell=gru", "training.epochs=1", "data.limit=400", "data.test_limit=100")
TRAIN_MARKS = ("worker has TensorFlow", "compiled, first training step", "end of the command")
# What the fork server loads for every worker, without the silence that it keeps meanwhile.
WORKERS = "import os; os.dup2 = lambda *_: None; import rnnbench.executors.preload"
Times = dict[str, float]
HEAVY = ("tensorflow", "keras")


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.latency")
    parser.add_argument("--repeats", type=int, default=5, help="warm measurements of each command")
    parser.add_argument("--cold", type=int, default=1, help="cold measurements of each command")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"))
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="latency-") as scratch:
        folder = Path(scratch)
        fill(folder, STORED)
        fill(folder / "many", (*STORED[:3], "seeds=5"))
        multiply(folder / "many", 49)
        command(folder, ("data",))
        imports = {name: profile(folder, words) for name, words in COMMANDS.items()}
        rows = [
            _row(name, lambda words=words: [command(folder, words)], options, imports[name])
            for name, words in COMMANDS.items()
        ]
        training = folder / "training"
        training.mkdir()
        trained = _train_rows(training, options)
    imports["worker of train and sweep"] = profile(ROOT, WORKERS)
    write(options.out / "latency.md", _page(rows, trained, imports, options))


def command(folder: Path, words: Sequence[str]) -> float:
    """Return the seconds of a command that must succeed."""
    start = time.perf_counter()
    _run(folder, [sys.executable, "-m", "rnnbench", *words])
    return time.perf_counter() - start


def first_step(folder: Path) -> list[float]:
    """Return the seconds from `train` to its worker, to its first training step, to its end.

    The data are prepared, the store is there, and the run is a new one each time.
    """
    home = str(folder / "runs")
    before = len(recorded_runs(home))
    begun, start = time.time(), time.perf_counter()
    _run(folder, [sys.executable, "-m", "rnnbench", *TRAIN, f"seed={before}"])
    end = time.perf_counter() - start
    run = max(recorded_runs(home), key=lambda run: run["started"])
    worker = run["started"] - begun
    return [worker, worker + run["compile"], end]


def profile(folder: Path, what: Sequence[str] | str) -> Times:
    """Return the milliseconds that importing takes, by package, its own modules only."""
    words = ["-c", what] if isinstance(what, str) else ["-m", "rnnbench", *what]
    answer = _run(folder, [sys.executable, "-X", "importtime", *words])
    spent: Times = defaultdict(float)
    for line in answer.stderr.splitlines():
        parts = line.removeprefix("import time:").split("|")
        if len(parts) == 3 and parts[0].strip().isdigit():
            spent[parts[2].strip().split(".")[0]] += int(parts[0]) / 1000
    return spent


def forget_files() -> None:
    """Tell the system to forget what it keeps of the files of Python and of this package."""
    for path in _files(sys.prefix, sys.base_prefix, str(ROOT / "rnnbench"), str(ROOT / "conf")):
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except OSError:
            continue
        try:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def _files(*folders: str) -> Iterator[str]:
    for folder in dict.fromkeys(folders):
        for parent, _, names in os.walk(folder):
            yield from (os.path.join(parent, name) for name in names)  # noqa: PTH118


def _run(folder: Path, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    told = environment(PYTHONPATH=str(ROOT), RNNBENCH_HOME=str(folder / "runs"))
    answer = subprocess.run(
        words, cwd=folder, env=told, capture_output=True, text=True, check=False
    )
    if answer.returncode:
        sys.exit(f"{' '.join(words)}: exit status {answer.returncode}\n{answer.stderr[-3000:]}")
    return answer


def _measure(
    what: Callable[[], list[float]], options: argparse.Namespace
) -> tuple[list[list[float]], list[list[float]]]:
    """Return warm and cold measurements; the first warm one does not count."""
    what()
    warm = [what() for _ in range(options.repeats)]
    cold = []
    for _ in range(options.cold):
        forget_files()
        cold.append(what())
    return warm, cold


def _row(
    name: str,
    what: Callable[[], list[float]],
    options: argparse.Namespace,
    imports: Mapping[str, float],
) -> str:
    warm, cold = _measure(what, options)
    heavy = ", ".join(package for package in HEAVY if package in imports) or "no"
    seconds = [value for (value,) in warm]
    told = f"| `{name}` | {_median(warm, 0)} | {min(seconds):.2f} to {max(seconds):.2f} "
    print(f"{name}: {_median(warm, 0)} s", flush=True)
    return told + f"| {_median(cold, 0)} | {sum(imports.values()) / 1000:.2f} | {heavy} |"


def _train_rows(folder: Path, options: argparse.Namespace) -> list[str]:
    command(folder, ("data", *TRAIN[3:]))
    warm, cold = _measure(lambda: first_step(folder), options)
    rows = []
    for number, mark in enumerate(TRAIN_MARKS):
        print(f"train, {mark}: {_median(warm, number)} s", flush=True)
        rows.append(f"| {mark} | {_median(warm, number)} | {_median(cold, number)} |")
    return rows


def _median(values: Sequence[Sequence[float]], number: int) -> str:
    return f"{statistics.median(v[number] for v in values):.2f}" if values else "–"


def _most(spent: Times) -> list[tuple[str, float]]:
    return sorted(spent.items(), key=lambda item: -item[1])[:8]


def _page(
    rows: Sequence[str],
    trained: Sequence[str],
    imports: Mapping[str, Times],
    options: argparse.Namespace,
) -> str:
    lines = [
        "# From a command to its answer",
        "",
        f"`python -m benchmarks.latency`: warm, the median of {options.repeats}, and their range; "
        "cold, with the files to be read from the disk again. Importing is part of the seconds "
        "before it.",
        "",
        "| command | warm s | range | cold s | imports s | imports TensorFlow |",
        "| :-- | --: | --: | --: | --: | :-- |",
        *rows,
        "",
        f"`{' '.join(TRAIN)}`, data prepared, seconds since the command:",
        "",
        "| | warm s | cold s |",
        "| :-- | --: | --: |",
        *trained,
        "",
        "What is imported, in milliseconds by package (its own modules, without what they import; "
        "under `-X importtime`, which slows imports down a little):",
        "",
    ]
    for name, spent in imports.items():
        most = ", ".join(f"{package} {value:.0f}" for package, value in _most(spent))
        lines.append(f"- `{name}`: {sum(spent.values()):.0f} in all: {most}")
    return "\n".join([*lines, "", f"Machine: {told(machine())}", ""])


if __name__ == "__main__":
    main(sys.argv[1:])

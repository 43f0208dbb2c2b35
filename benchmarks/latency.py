"""Seconds from a command to its answer, and from `train` and `sweep` to the first training step.

    python -m benchmarks.latency [--repeats 5] [--cold 1] [--against COMMIT] [--out FOLDER]

Warm is the median of the repeats, after one that does not count. Cold is measured after the
system has been told to forget the files of the Python environment and of this package, so that
they are read from the disk again. Writes latency.md, with what each command imports.

With --against, an earlier commit (or a folder that holds one) takes turns with this one, on the
same stores, and latency.md tells medians of both and their ratios. Whatever it is told by the
environment, Python keeps what it compiles: otherwise every start would compile all modules.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from benchmarks.earlier import tree_of
from benchmarks.latency_page import Times, page, table_row
from benchmarks.recorded import fill, multiply
from benchmarks.side_by_side.processes import environment
from benchmarks.side_by_side.swept import recorded_runs
from benchmarks.written import write

ROOT = Path(__file__).resolve().parent.parent
STORED = ("+cell=simple_rnn,gru", "data=digits", "model.units=8,16", "seeds=3")
MANY = ("plan", *STORED[:3], "seeds=5", "home=many/runs")
COMMANDS: dict[str, tuple[str, ...]] = {
    "--help": ("--help",),
    "train --help": ("train", "--help"),
    "sweep --help": ("sweep", "--help"),
    "explain": ("explain", "+cell=gru"),
    "match": ("match", "match=lstm:128"),
    "data": ("data",),
    "plan": ("plan",),
    "plan, 12 runs finished": ("plan", *STORED),
    "plan, 1,000 runs": MANY,
    "runs, 1,000 runs": ("runs", "home=many/runs"),
    "sweep, 12 runs finished": ("sweep", *STORED),
    "report, 12 runs": ("report", "benchmark"),
}
# What is compared with another command where the earlier commit does not know it.
INSTEAD = {"runs, 1,000 runs": MANY}
SHORT = ("+cell=gru", "training.epochs=1", "data.limit=400", "data.test_limit=100")
# Commands that train, whether in a store that is there, and which moments of them are told.
TRAIN = {"train": True, "sweep": False}
MARKS = ("worker has TensorFlow", "compiled, first training step", "end of the command")
# What the fork server loads for every worker, without the silence that it keeps meanwhile.
WORKERS = "import os; os.dup2 = lambda *_: None; import rnnbench.sweep.executors.preload"
T = TypeVar("T")
HEAVY = ("tensorflow", "keras")


@dataclass(frozen=True)
class Taken:
    """Seconds by the clock and of the processor, both of a command with its children."""

    wall: float
    cpu: float


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.latency")
    parser.add_argument("--repeats", type=int, default=5, help="warm measurements of each command")
    parser.add_argument("--cold", type=int, default=1, help="cold measurements of each command")
    parser.add_argument("--against", help="a commit, or a folder, that takes turns with this one")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"))
    options = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory(prefix="latency-") as scratch,
        tree_of(options.against, ROOT) as tree,
    ):
        folder = Path(scratch)
        fill(folder, STORED)
        fill(folder / "many", (*STORED[:3], "seeds=5"))
        multiply(folder / "many", 49)
        command(folder, ("data",))
        imports = {name: profile(folder, words) for name, words in COMMANDS.items()}
        rows = [_row(folder, name, options, imports[name], tree) for name in COMMANDS]
        trained = [
            row
            for name, is_there in TRAIN.items()
            for row in _train_rows(folder, name, options, tree, is_there=is_there)
        ]
    imports["worker of train and sweep"] = profile(ROOT, WORKERS)
    what = f"`{' '.join(SHORT)}`"
    text = page(rows, trained, imports, what, options.repeats, options.against)
    write(options.out / "latency.md", text)


def command(folder: Path, words: Sequence[str], tree: Path = ROOT) -> Taken:
    """Return what a command takes that must succeed."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    _run(folder, [sys.executable, "-m", "rnnbench", *words], tree)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Taken(wall, cpu)


def first_step(folder: Path, name: str, number: int, tree: Path, *, is_there: bool) -> list[float]:
    """Return the seconds from a command to its worker, to its first training step, to its end.

    The run is a new one each time. Where the store is there, the data are prepared, too.
    """
    home = str(folder / (f"{tree.name}-{name}" if is_there else f"{tree.name}-{name}-{number}"))
    words = [*SHORT, f"home={home}", f"seed={number}", *(["seeds=1"] if name == "sweep" else [])]
    begun, start = time.time(), time.perf_counter()
    _run(folder, [sys.executable, "-m", "rnnbench", name, *words], tree)
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


def _run(folder: Path, words: Sequence[str], tree: Path = ROOT) -> subprocess.CompletedProcess[str]:
    told = environment(PYTHONPATH=str(tree), RNNBENCH_HOME=str(folder / "runs"))
    told.pop("PYTHONDONTWRITEBYTECODE", None)
    answer = subprocess.run(
        words, cwd=folder, env=told, capture_output=True, text=True, check=False
    )
    if answer.returncode:
        sys.exit(f"{' '.join(words)}: exit status {answer.returncode}\n{answer.stderr[-3000:]}")
    return answer


def _turns(
    what: Callable[[Path, int], T], options: argparse.Namespace, tree: Path | None
) -> tuple[list[T], list[T], list[T]]:
    """Return warm measurements, cold ones, and the other tree's; the first does not count."""
    warm, cold, other = [], [], []
    for number in range(options.repeats + 1):
        other += [what(tree, number)][:number] if tree is not None else []
        warm += [what(ROOT, number)][:number]
    for number in range(options.cold):
        forget_files()
        cold.append(what(ROOT, options.repeats + 1 + number))
    return warm, cold, other


def _row(
    folder: Path,
    name: str,
    options: argparse.Namespace,
    imports: Mapping[str, float],
    tree: Path | None,
) -> str:
    def take(where: Path, _: int) -> Taken:
        words = COMMANDS[name] if where == ROOT else INSTEAD.get(name, COMMANDS[name])
        return command(folder, words, where)

    warm, cold, other = _turns(take, options, tree)
    heavy = ", ".join(package for package in HEAVY if package in imports) or "no"
    wall, cpu = [one.wall for one in warm], [one.cpu for one in warm]
    print(f"{name}: {_median(wall)} s", flush=True)
    cells = [f"`{name}`", _median(wall), f"{min(wall):.2f} to {max(wall):.2f}", _median(cpu)]
    if tree is not None:
        before, before_cpu = [one.wall for one in other], [one.cpu for one in other]
        cells += [_median(before), _median(before_cpu), _ratio(wall, before)]
        cells += [_ratio(cpu, before_cpu)]
    cells += [_median([one.wall for one in cold]), f"{sum(imports.values()) / 1000:.2f}", heavy]
    return table_row(cells)


def _train_rows(
    folder: Path, name: str, options: argparse.Namespace, tree: Path | None, *, is_there: bool
) -> list[str]:
    def take(where: Path, number: int) -> list[float]:
        return first_step(folder, name, number, where, is_there=is_there)

    warm, cold, other = _turns(take, options, tree)
    rows = []
    for number, mark in enumerate(MARKS):
        now, before = [one[number] for one in warm], [one[number] for one in other]
        print(f"{name}, {mark}: {_median(now)} s", flush=True)
        cells = [f"`{name}`: {mark}", _median(now)]
        cells += [_median(before), _ratio(now, before)] if tree is not None else []
        rows.append(table_row([*cells, _median([one[number] for one in cold])]))
    return rows


def _median(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f}" if values else "–"


def _ratio(now: Sequence[float], before: Sequence[float]) -> str:
    return f"{statistics.median(now) / statistics.median(before):.2f}"


if __name__ == "__main__":
    main(sys.argv[1:])

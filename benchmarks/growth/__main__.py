"""Measure growth, keep each result as soon as it is there, and write table and figure."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.earlier import tree_of
from benchmarks.growth import page
from benchmarks.growth.trained import AXES, ROOT, measure
from benchmarks.side_by_side.processes import environment
from benchmarks.written import write

NAME = "growth"
RUNS = [10, 100, 1000, 10_000]


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    folder = options.out / NAME
    failures: list[str] = []

    def keep(name: str, what: Callable[[Path], Any]) -> None:
        path = folder / f"{name}.json"
        if path.exists() and not options.again:
            print(f"{name}: measured already ({path}); --again repeats it")
            return
        try:
            with tempfile.TemporaryDirectory(prefix="growth-") as scratch:
                result = what(Path(scratch))
        except Exception as error:
            print(f"{name}: failed, {error}", file=sys.stderr)
            failures.append(f"{name}: failed, {str(error).splitlines()[0]}.\n")
            return
        write(path, json.dumps(result, indent=1) + "\n")
        print(f"{name}: measured", flush=True)
        _report(options.out, failures)

    with tree_of(options.against, ROOT) as earlier:
        for count in options.runs:
            tree = earlier if count <= options.against_most else None
            keep(
                f"runs-{count}",
                lambda scratch, count=count, tree=tree: _turns(
                    count, scratch, options.turns, options.against, tree
                ),
            )
    for axis in options.axes:
        keep(axis, lambda scratch, axis=axis: measure(axis, options.samples, scratch))
    _report(options.out, failures)
    print(f"written: {options.out / NAME}.md, .svg, .png")
    return 1 if failures else 0


def _turns(
    count: int, folder: Path, turns: int, against: str | None, earlier: Path | None
) -> dict[str, Any]:
    """Return the least of several turns, and that of an earlier commit, which takes turns."""
    trees = {"now": ROOT} | ({} if earlier is None else {"earlier": earlier})
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in trees}
    for turn in range(turns):
        for name, tree in trees.items():
            found[name].append(simulate(count, folder / f"{name}-{turn}", tree))
            shutil.rmtree(folder / f"{name}-{turn}", ignore_errors=True)
    told = least(found["now"])
    return (
        told if earlier is None else told | {"against": against} | {"then": least(found["earlier"])}
    )


def least(turns: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the least of each measured value: what others did meanwhile only adds to it."""
    return {name: min(turn[name] for turn in turns) for name in turns[0]}


def simulate(count: int, folder: Path, tree: Path = ROOT) -> dict[str, Any]:
    """Let a process of its own drive a sweep of made-up runs, and return what it took."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, os.fspath(Path(__file__).with_name("simulated.py")), str(count)]
    told = environment(PYTHONPATH=os.fspath(tree), RNNBENCH_HOME=str(folder / "runs"))
    answer = subprocess.run(
        command, cwd=folder, env=told, capture_output=True, text=True, check=False
    )
    if answer.returncode:
        raise RuntimeError(f"exit status {answer.returncode}\n{answer.stderr[-3000:]}")
    result: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return result


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=f"python -m benchmarks.{NAME}",
        description="Seconds and memory against the number of runs and the size of a run.",
    )
    parser.add_argument("--runs", type=_counts, default=RUNS, help="by comma; none for none")
    parser.add_argument("--turns", type=int, default=1, help="of which the least counts")
    parser.add_argument("--against", help="a commit, or a folder, that takes turns with this one")
    parser.add_argument(
        "--against-most", type=int, default=1000, help="runs of the largest sweep of that commit"
    )
    parser.add_argument("--axes", type=_axes, default=list(AXES), help="by comma; none for none")
    parser.add_argument("--samples", type=int, default=2560, help="trained on an epoch")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"))
    parser.add_argument("--again", action="store_true", help="repeat what was measured already")
    return parser.parse_args(arguments)


def _counts(text: str) -> list[int]:
    return [] if text == "none" else [int(word) for word in text.split(",")]


def _axes(text: str) -> list[str]:
    names = [] if text == "none" else text.split(",")
    unknown = [name for name in names if name not in AXES]
    if unknown:
        raise argparse.ArgumentTypeError(f"{unknown[0]} is none of {', '.join(AXES)}")
    return names


def _report(out: Path, failures: list[str]) -> None:
    """Write table and figure of what there is so far."""

    def read(name: str) -> Any:
        path = out / NAME / f"{name}.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    found = [json.loads(p.read_text("utf-8")) for p in (out / NAME).glob("runs-*.json")]
    runs = sorted(found, key=lambda point: point["runs"])
    sizes = {axis: points for axis in AXES if (points := read(axis))}
    write(out / f"{NAME}.md", page.markdown(runs, sizes, failures))
    if runs or sizes:
        page.draw(runs, sizes, [out / f"{NAME}.{kind}" for kind in ("svg", "png")])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Measure growth, keep each result as soon as it is there, and write table and figure."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.growth import page
from benchmarks.growth.trained import AXES, ROOT, measure
from benchmarks.side_by_side.processes import environment
from benchmarks.written import write

NAME = "growth"


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

    for count in options.runs:
        keep(f"runs-{count}", lambda scratch, count=count: simulate(count, scratch))
    for axis in options.axes:
        keep(axis, lambda scratch, axis=axis: measure(axis, options.samples, scratch))
    _report(options.out, failures)
    print(f"written: {options.out / NAME}.md, .svg, .png")
    return 1 if failures else 0


def simulate(count: int, folder: Path) -> dict[str, Any]:
    """Let a process of its own drive a sweep of made-up runs, and return what it took."""
    command = [sys.executable, "-m", "benchmarks.growth.simulated", str(count)]
    told = environment(PYTHONPATH=os.fspath(ROOT), RNNBENCH_HOME=str(folder / "runs"))
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
    parser.add_argument("--runs", type=_counts, default=[1, 10, 100, 1000], help="by comma")
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

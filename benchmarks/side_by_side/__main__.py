"""Let the contenders train a workload one after another, and write table and figure."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.side_by_side.contenders import CONTENDERS, Absent, measure
from benchmarks.side_by_side.figure import draw
from benchmarks.side_by_side.machine import machine
from benchmarks.side_by_side.tables import markdown, ratio, write_csv
from benchmarks.side_by_side.workloads import WORKLOADS, identity
from benchmarks.written import write

NAME = "side_by_side"
Found = dict[str, dict[str, dict[str, Any]]]


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    folder = options.out / NAME
    folder.mkdir(parents=True, exist_ok=True)
    failures: dict[tuple[str, str], str] = {}
    for workload in options.workloads:
        for name in options.only:
            path = folder / f"{workload}-{name}.json"
            if _read(path, workload) and not options.again:
                print(f"{workload}, {name}: measured already ({path}); --again repeats it")
                continue
            print(f"{workload}, {name}: begins", flush=True)
            try:
                result = measure(name, WORKLOADS[workload]) | {"machine": machine()}
            except Absent as reason:
                print(f"{workload}, {name}: skipped, {reason}")
                failures[workload, name] = f"Skipped: {reason}."
            except Exception as error:
                print(f"{workload}, {name}: failed, {error}", file=sys.stderr)
                failures[workload, name] = f"Failed: {str(error).splitlines()[0]}."
            else:
                write(path, json.dumps(result, indent=1) + "\n")
                print(f"{workload}, {name}: {result['wall']:.1f} s, {result['run']:.1f} s a run")
            _report(options.out, _found(folder), failures)
    _report(options.out, _found(folder), failures)
    print(f"written: {options.out / NAME}.md, .csv, .svg, .png")
    return 1 if any(text.startswith("Failed") for text in failures.values()) else 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=f"python -m benchmarks.{NAME}",
        description="The same grid by loops in Keras and PyTorch, by Keras Tuner, Ray Tune and "
        "rnnbench sweep. Real IMDB where RNNBENCH_IMDB names it, else the embedded reviews.",
    )
    parser.add_argument("workloads", nargs="+", choices=list(WORKLOADS), metavar="WORKLOAD")
    parser.add_argument("--only", type=_names, default=list(CONTENDERS), help="names, by comma")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"))
    parser.add_argument("--again", action="store_true", help="repeat what was measured already")
    return parser.parse_args(arguments)


def _names(text: str) -> list[str]:
    names = text.split(",")
    unknown = [name for name in names if name not in CONTENDERS]
    if unknown:
        raise argparse.ArgumentTypeError(f"{unknown[0]} is none of {', '.join(CONTENDERS)}")
    return names


def _found(folder: Path) -> Found:
    """Read what was measured, now or before, in the order of workloads and contenders."""
    found: Found = {}
    for workload in WORKLOADS:
        for name in CONTENDERS:
            result = _read(folder / f"{workload}-{name}.json", workload)
            if result:
                found.setdefault(workload, {})[name] = result
    return found


def _read(path: Path, workload: str) -> dict[str, Any] | None:
    """Return a result, unless there is none, or one of other data or settings."""
    if not path.exists():
        return None
    result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return result if result["workload"] == identity(WORKLOADS[workload]) else None


def _report(out: Path, found: Found, failures: dict[tuple[str, str], str]) -> None:
    """Write table and figure of what there is so far."""
    write(out / f"{NAME}.md", markdown(found, failures))
    write_csv(found, out / f"{NAME}.csv")
    draw(found, [out / f"{NAME}.{kind}" for kind in ("svg", "png")])
    for workload, results in found.items():
        for name in results:
            times = ratio(results, name)
            if times is not None and name != "keras_loop":
                print(f"  {workload}: {CONTENDERS[name].title} {times:.2f} times the Keras loop")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

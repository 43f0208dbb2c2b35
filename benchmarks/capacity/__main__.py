"""Measure each store, keep the numbers, and write table and figure."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.capacity import page, servers
from benchmarks.capacity.driver import SEEDS
from benchmarks.capacity.proxy import counted
from benchmarks.side_by_side.machine import machine, told
from benchmarks.side_by_side.processes import environment
from benchmarks.written import write

NAME = "capacity"
ROOT = Path(__file__).resolve().parents[2]
STORES = ("sqlite", "postgresql", "mlflow")
_WORKERS = 2  # processes of the MLflow server


def main(arguments: Sequence[str]) -> None:
    options = _options(arguments)
    path = options.out / f"{NAME}.json"
    if options.again:
        found: dict[str, Any] = {"machine": told(machine()), "stores": {}}
        for store in options.stores:
            found["stores"][store] = measure(store, options.runs, options.drivers)
            print(f"{store}: measured", flush=True)
            write(path, json.dumps(found, indent=1) + "\n")
    found = json.loads(path.read_text(encoding="utf-8"))
    write(options.out / f"{NAME}.md", page.markdown(found))
    page.draw(found, [options.out / f"{NAME}.{kind}" for kind in ("svg", "png")])


def measure(store: str, runs: int, drivers: Sequence[int]) -> dict[str, Any]:
    """Return what a run costs a store, and how many runs it takes a second."""
    counts = [1] if store == "sqlite" else drivers
    # As root, PostgreSQL works for another user, who must be able to enter.
    with tempfile.TemporaryDirectory(prefix="capacity-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with _served(store, folder) as port:
            one = _counted(store, folder, port, SEEDS * max(1, runs // SEEDS // 4))
            timed = [_timed(store, folder, port, runs, count) for count in counts]
    return {"one": one, "timed": timed}


@contextmanager
def _served(store: str, folder: Path) -> Iterator[int | None]:
    """Start what a store needs, and give its port."""
    if store == "sqlite":
        yield None
        return
    (folder / "postgresql").mkdir()
    with servers.postgresql(folder / "postgresql") as port:
        if store == "postgresql":
            yield port
            return
        with servers.mlflow_server(folder, servers.address(port, "postgres"), _WORKERS) as server:
            yield server


def _counted(store: str, folder: Path, port: int | None, runs: int) -> dict[str, Any]:
    """Return what a run takes on the way to the store and in it, apart from what starts a sweep."""
    if port is not None:  # the first driver makes the tables
        _drive(folder / "first", [(100, _address(store, port))], SEEDS)
    small, large = (_once(store, folder, port, number, runs * number) for number in (1, 3))
    between = 2 * runs
    return {key: (large[key] - small[key]) / between for key in small}


def _once(store: str, folder: Path, port: int | None, number: int, runs: int) -> dict[str, float]:
    """Let one driver record runs through a proxy; return what went through and what is kept."""
    home, before = folder / f"counted{number}", _files(folder)
    if port is None:
        _drive(home, [(100 + number, None)], runs)
        counts = {"trips": 0.0, "sent": 0.0, "received": 0.0}
        kept = float((home / "mlflow.db").stat().st_size)
    else:
        with counted(port) as (proxied, through):
            _drive(home, [(100 + number, _address(store, proxied))], runs)
        counts = {"trips": through.trips, "sent": through.sent, "received": through.received}
        kept = 0.0
    return {**counts, "kept": kept, "files": _files(folder) - before}


def _files(folder: Path) -> float:
    """Return the bytes of all artifacts: of all homes, one of which a database names, or served."""
    kept = (path for root in folder.rglob("artifacts") for path in root.rglob("*"))
    return float(sum({path: path.stat().st_size for path in kept if path.is_file()}.values()))


def _timed(store: str, folder: Path, port: int | None, runs: int, drivers: int) -> dict[str, Any]:
    home = folder / f"timed{drivers}"
    where = None if port is None else _address(store, port)
    known = [(1000 * drivers + number, where) for number in range(drivers)]
    found = _drive(home, known, runs)
    wall = max(one["wall"] for one in found)
    return {
        "drivers": drivers,
        "rate": runs * drivers / wall,
        "run": sum(one["wall"] for one in found) / drivers / runs,
        "user": sum(one["user"] for one in found) / drivers / runs,
    }


def _drive(
    home: Path, drivers: Sequence[tuple[int, str | None]], runs: int
) -> list[dict[str, Any]]:
    """Let drivers begin together, each with a home of its own where there are several."""
    processes = []
    for place, (number, where) in enumerate(drivers):
        own = home if len(drivers) == 1 else home / str(place)
        own.mkdir(parents=True)
        words = [str(number), str(runs), *([] if where is None else [where])]
        processes.append(
            subprocess.Popen(
                [sys.executable, "-m", "benchmarks.capacity.driver", *words],
                cwd=own,
                env=environment(PYTHONPATH=os.fspath(ROOT), RNNBENCH_HOME=str(own)),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    answers = []
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        output, errors = process.communicate()
        if process.returncode:
            raise RuntimeError(f"a driver ended with {process.returncode}\n{errors[-3000:]}")
        answers.append(json.loads(output.splitlines()[-1]))
    return answers


def _address(store: str, port: int) -> str:
    if store == "postgresql":
        return servers.address(port, "postgres")
    return f"http://127.0.0.1:{port}"


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{NAME}")
    parser.add_argument("--runs", type=int, default=120, help="of each driver")
    parser.add_argument("--drivers", type=_counts, default=[1, 2, 4], help="at once, by comma")
    parser.add_argument("--stores", type=_stores, default=list(STORES), help="by comma")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"))
    parser.add_argument(
        "--written", dest="again", action="store_false", help="only the page, of what was measured"
    )
    return parser.parse_args(arguments)


def _counts(text: str) -> list[int]:
    return [int(word) for word in text.split(",")]


def _stores(text: str) -> list[str]:
    unknown = [name for name in text.split(",") if name not in STORES]
    if unknown:
        raise argparse.ArgumentTypeError(f"{unknown[0]} is none of {', '.join(STORES)}")
    return text.split(",")


if __name__ == "__main__":
    main(sys.argv[1:])

"""The growth benchmark: what it declares, what it keeps, and what it shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("psutil", reason="needs psutil: pip install 'rnnbench[bench]'")
pytest.importorskip("benchmarks.growth", reason="needs a checkout with benchmarks/")

from benchmarks.growth import __main__ as command
from benchmarks.growth import simulated, trained
from rnnbench.config.expand import expand

POINT = {"start": 1.0, "start_user": 0.5, "run": 0.03, "user": 0.01, "last_runs": 0.03}
POINT |= {"last_user": 0.01, "memory_first": 300.0, "memory_last": 320.0, "memory_peak": 350.0}


@pytest.mark.parametrize("count", [1, 10, 100, 1000, 10_000])
def test_simulated_sweep_declares_so_many_runs(count: int) -> None:
    assert sum(arm.config.seeds for arm in expand(simulated.words(count))) == count


@pytest.mark.parametrize("axis", trained.AXES)
def test_one_size_varies_at_a_time(axis: str) -> None:
    arms = expand(trained.words(axis, 256))
    assert {key for arm in arms for key in arm.axes} == {"cell", trained.AXES[axis][0]}
    assert len(arms) == len(trained.CELLS) * len(trained.AXES[axis][1])


def test_a_failure_is_told_and_the_rest_is_kept_for_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def simulate(count: int, _: Path, tree: Path) -> dict[str, Any]:
        asked.append(count)
        if tree == tmp_path:
            return POINT | {"runs": count, "user": 0.08, "run": 0.3}
        if count == 10:
            raise RuntimeError("exit status 1\nits output")
        return POINT | {"runs": count}

    def measure(axis: str, *_: object) -> list[dict[str, Any]]:
        asked.append(axis)
        values = trained.AXES[axis][1]
        return [
            {"cell": cell, "value": value, "step_ms": 2.0, "compile": 3.0, "memory": 900.0}
            for cell in trained.CELLS
            for value in values
        ]

    monkeypatch.setattr(command, "simulate", simulate)
    monkeypatch.setattr(command, "measure", measure)
    words = ["--runs", "1,10,100", "--axes", "depth", "--out", str(tmp_path)]
    words += ["--against", str(tmp_path), "--against-most", "1", "--turns", "2"]
    assert command.main(words) == 1
    page = (tmp_path / "growth.md").read_text()
    assert "| 100 | 1.00 | 0.0300 | 0.0100 | 1.00 |" in page
    assert "| 1 | 0.3000 | 0.0800 | 0.0100 | 350 | 1/8 | 1/10 |" in page
    assert "| model.depth | 4 |" in page
    assert "runs-10: failed, exit status 1." in page
    assert (tmp_path / "growth.png").stat().st_size > 5000
    asked.clear()
    assert command.main(words) == 1
    assert asked == [10]


@pytest.mark.stress
def test_simulated_sweep_is_recorded_without_tensorflow(tmp_path: Path) -> None:
    told = command.simulate(2, tmp_path)
    assert told["runs"] == 2
    assert told["run"] > 0
    assert told["memory_peak"] >= told["memory_first"] > 0

"""The side-by-side benchmark: its tables, its verdicts, and a tiny run of two contenders."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("psutil", reason="needs psutil: pip install 'rnnbench[bench]'")
pytest.importorskip("benchmarks.side_by_side", reason="needs a checkout with benchmarks/")

from benchmarks.side_by_side import __main__ as command
from benchmarks.side_by_side import contenders
from benchmarks.side_by_side.accuracy import agreements
from benchmarks.side_by_side.figure import bars
from benchmarks.side_by_side.tables import markdown, ratio
from benchmarks.side_by_side.workloads import WORKLOADS, identity
from rnnbench.config.expand import expand
from rnnbench.training.batches import Samples, split

TINY = WORKLOADS["tiny"]


def made_up(seconds: float, shift: float = 0.0, **more: Any) -> dict[str, Any]:
    runs = [
        {"cell": cell, "seed": seed, "val_accuracy": at, "test_accuracy": at - 0.01}
        for cell in TINY.cells
        for seed in range(TINY.seeds)
        for at in [0.8 + shift + 0.01 * seed]
    ]
    parts = ("start_up", "compile", "training", "evaluation", "logging", "rest", "memory")
    told: dict[str, Any] = dict.fromkeys(parts, 1.0)
    machine = {"cpu": "x", "cores": 2, "memory": 8.0, "python": "3", "packages": {}}
    return told | {
        "workload": identity(TINY),
        "source": "reviews",
        "measured": "2026-01-01 00:00",
        "wall": 4 * seconds,
        "run": seconds,
        "processes": 1,
        "machine": machine,
        "runs": runs,
        **more,
    }


@pytest.fixture(autouse=True)
def _embedded_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RNNBENCH_IMDB", raising=False)


@pytest.mark.parametrize("name", WORKLOADS)
def test_sweep_declares_the_workloads_runs_on_the_stated_reviews(name: str) -> None:
    workload = WORKLOADS[name]
    arms = expand(workload.words())
    assert sum(arm.config.seeds for arm in arms) == workload.runs
    config = arms[0].config
    numbers = Samples(*[range(config.data.limit or 0)] * 2)  # type: ignore[arg-type]
    trained, validated = split(numbers, config.training.validation_fraction)
    assert (len(trained), len(validated)) == (workload.reviews, workload.held_out)
    assert config.data.test_limit == workload.held_out


def test_throughput_is_relative_to_the_keras_loop() -> None:
    results = {"keras_loop": made_up(6.0), "rnnbench": made_up(2.0)}
    assert ratio(results, "rnnbench") == pytest.approx(3.0)
    assert bars({"tiny": results})["rnnbench"] == [("tiny", pytest.approx(3.0))]
    assert ratio({"rnnbench": made_up(2.0)}, "rnnbench") is None


def test_accuracies_beyond_the_spread_over_seeds_are_flagged() -> None:
    same = {"keras_loop": made_up(6.0), "rnnbench": made_up(2.0, shift=0.005)}
    assert agreements(same, "gru", "val_accuracy", {})["rnnbench"].agrees
    assert "differs" not in markdown({"tiny": same}, {})
    off = {"keras_loop": made_up(6.0), "rnnbench": made_up(2.0, shift=0.1)}
    assert not agreements(off, "gru", "val_accuracy", {})["rnnbench"].agrees
    assert "rnnbench (gru, test)" in markdown({"tiny": off}, {})


def test_accuracies_are_compared_with_who_computes_the_same() -> None:
    results = {
        "keras_loop": made_up(6.0),
        "keras_summed": made_up(6.0, shift=0.1),
        "ray_tune": made_up(4.0),
        "rnnbench": made_up(2.0, shift=0.1),
    }
    page = markdown({"tiny": results}, {})
    assert "differs" not in page
    assert "Repeats summed" in page
    assert "PyTorch" not in page
    assert "| Keras loop, repeats summed |" not in page.split("Mean ±")[0]  # not timed
    assert "keras_summed" not in bars({"tiny": results})
    swapped = {**results, "ray_tune": made_up(4.0, shift=0.1), "rnnbench": made_up(2.0)}
    page = markdown({"tiny": swapped}, {})
    assert "Ray Tune (gru, test)" in page
    assert "rnnbench (gru, test)" in page


def test_stopped_benchmark_goes_on_and_a_failure_costs_one_contender(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = []

    def measure(name: str, _: object) -> dict[str, Any]:
        asked.append(name)
        if name == "keras_tuner":
            raise RuntimeError("exit status 1\nits output")
        if name == "ray_tune":
            raise contenders.Absent("ray is not installed")
        return made_up(2.0)

    monkeypatch.setattr(command, "measure", measure)
    assert command.main(["tiny", "--out", str(tmp_path)]) == 1
    page = (tmp_path / "side_by_side.md").read_text()
    assert "Keras Tuner: no result. Failed: exit status 1." in page
    assert "Ray Tune: no result. Skipped: ray is not installed." in page
    assert asked == list(contenders.CONTENDERS)
    asked.clear()
    assert command.main(["tiny", "--out", str(tmp_path), "--only", "rnnbench,ray_tune"]) == 0
    assert asked == ["ray_tune"]
    monkeypatch.setenv("RNNBENCH_IMDB", "imdb.npz")  # other data: to be measured again
    command.main(["tiny", "--out", str(tmp_path), "--only", "rnnbench"])
    assert asked == ["ray_tune", "rnnbench"]
    assert "its output" in capsys.readouterr().err


def test_absent_package_is_told_before_anything_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contenders, "find_spec", lambda _: None)
    with pytest.raises(contenders.Absent, match="ray is not installed"):
        contenders.measure("ray_tune", TINY)


def test_pytorch_is_compared_with_summed_repeats_and_what_differs_is_told() -> None:
    results = {
        "keras_loop": made_up(6.0),
        "keras_summed": made_up(6.0, shift=0.1),
        "pytorch": made_up(3.0, shift=0.1),
    }
    page = markdown({"tiny": results}, {})
    assert "| PyTorch loop | 2.00 × |" in page
    assert "(differs)" not in page
    assert "RNN and LSTM have two biases where Keras has one" in page
    swapped = {**results, "pytorch": made_up(3.0)}
    assert "PyTorch loop (gru, test)" in markdown({"tiny": swapped}, {})


def test_absent_pytorch_is_skipped_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(contenders, "find_spec", lambda _: None)
    assert command.main(["tiny", "--only", "pytorch", "--out", str(tmp_path)]) == 0
    assert (
        "tiny, pytorch: skipped, torch is not installed: pip install 'rnnbench[pytorch]"
        in capsys.readouterr().out
    )
    page = (tmp_path / "side_by_side.md").read_text()
    assert "PyTorch loop: no result. Skipped: torch is not installed" in page


@pytest.mark.stress
def test_keras_loop_and_sweep_train_the_same_grid(tmp_path: Path) -> None:
    words = ["tiny", "--only", "keras_loop,rnnbench", "--out", str(tmp_path)]
    assert command.main(words) == 0
    for name in ("keras_loop", "rnnbench"):
        result = json.loads((tmp_path / "side_by_side" / f"tiny-{name}.json").read_text())
        grid = [(run["cell"], run["seed"]) for run in result["runs"]]
        assert sorted(grid) == sorted((c, s) for c in TINY.cells for s in range(TINY.seeds))
        assert all(0 <= run["test_accuracy"] <= 1 for run in result["runs"])
        assert 0 < result["start_up"] < result["wall"]
        assert min(result["compile"], result["training"], result["evaluation"]) > 0
        assert result["memory"] > 100
    with (tmp_path / "side_by_side.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["contender"] for row in rows] == ["keras_loop", "rnnbench"]
    assert "| rnnbench |" in (tmp_path / "side_by_side.md").read_text()
    assert (tmp_path / "side_by_side.png").stat().st_size > 5000
    assert "<svg" in (tmp_path / "side_by_side.svg").read_text()

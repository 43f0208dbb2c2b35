"""Published numbers beside measured ones, and reports about several presets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.recorded import fill
from rnnbench.report.published import published_block, systems
from rnnbench.results.frame import frame
from tests.conftest import Run
from tests.report.records import MATCHED, record

RUNS = frame(MATCHED)
CURVE = [0.5, 0.9, 0.8]


def rows(published: dict[str, Any]) -> list[list[str]]:
    block = published_block(systems(published, RUNS))
    if block is None:
        return []
    return [[cell.text for cell in row] for row in block.tables[0].rows]


def test_a_number_stands_beside_mean_spread_and_difference() -> None:
    assert rows({"LSTM": {"where": {"cell.name": "lstm"}, "best_val_accuracy": 0.85}}) == [
        [
            "LSTM",
            "best validation accuracy",
            "0.8500",
            "3",
            "0.8100 ± 0.0100",
            "0.8000 to 0.8200",
            "-0.0400",
        ]
    ]


def test_a_curve_stands_beside_its_best_and_its_last_epoch() -> None:
    found = rows({"GRU": {"where": {"model.units": 154}, "val_accuracy": CURVE, "val_loss": CURVE}})
    assert [row[1:4] for row in found] == [
        ["best validation accuracy", "0.9000", "3"],
        ["last validation accuracy", "0.8000", "3"],
        ["lowest validation loss", "0.5000", "0"],
        ["last validation loss", "0.8000", "0"],
    ]
    assert found[2][4:] == ["–", "–", "–"]


def test_parameters_are_whole_numbers() -> None:
    ((*_, printed, seeds, measured, _, difference),) = rows({"x": {"parameters_total": 1_411_363}})
    assert (printed, seeds, measured) == ("1,411,363", "6", "1,411,363 ± 0")
    assert difference == "+0"


@pytest.mark.parametrize(
    ("changes", "measured"),
    [
        ({"data.num_words": "10000", "model.embedding.dim": "128"}, "155"),
        ({"model.embedding.kind": "vectors", "model.embedding.trainable": "False"}, "1,280,155"),
        ({"data.num_words": "null"}, "–"),
    ],
)
def test_parameters_of_the_head_are_what_is_neither_recurrent_nor_embedded(
    changes: dict[str, str], measured: str
) -> None:
    runs = frame([record("gru", 0, 0.8, **changes)])
    block = published_block(systems({"GRU": {"parameters_dense": 155}}, runs))
    assert block is not None
    ((*_, shown, _, _),) = block.tables[0].rows
    assert shown.text == measured


def test_without_runs_the_published_number_stands_alone() -> None:
    found = rows({"x": {"where": {"model.depth": 4}, "test_accuracy": 0.9}})
    assert found == [["x", "test accuracy of the last epoch", "0.9000", "0", "–", "–", "–"]]
    assert rows({"x": {"where": {"no.such": 4}, "test_accuracy": 0.9}}) == found


@pytest.mark.parametrize(
    "published", [{}, {"x": 3}, {"x": {}}, {"x": {"text": "y", "flag": True, "curve": ["a"]}}]
)
def test_what_is_no_number_is_left_out(published: dict[str, Any]) -> None:
    assert rows(published) == []


PRESET = """# @package _global_
defaults: [{{override /data: digits}}]
data: {{limit: 100, test_limit: 50}}
model: {{units: 8}}
sweep: {{grid: {{cell: [{cell}]}}}}
published: {{{name}: {{test_accuracy: 0.75}}}}
claims: [{{text: "{name} is good", source: "1", a: {cell}, metric: test_accuracy, above: 0.1}},
         {{text: "all are", source: "1", metric: test_accuracy, above: 0.1}}]
"""


@pytest.mark.slow
def test_a_report_is_about_several_presets(run: Run, work_dir: Path) -> None:
    folder = work_dir / "own" / "experiments"
    folder.mkdir(parents=True)
    for name, cell in (("first", "gru"), ("second", "lstm")):
        (folder / f"{name}.yaml").write_text(PRESET.format(name=name, cell=cell))
    words = ("data=digits", "data.limit=100", "data.test_limit=50", "model.units=8,16")
    fill(work_dir, (*words, "+cell=gru,lstm,simple_rnn", "seeds=2"), epochs=2)
    answer = run("report", "both", "experiments=first,second", "--config-dir", "own")
    assert answer.status == 0, answer.err
    text = Path("reports", "both", "report.md").read_text("utf-8")
    assert "Made from 4 finished runs," in text
    for name in ("first", "second"):
        assert f"| {name} | test accuracy of the last epoch | 0.7500 | 2 |" in text
        assert text.count(f"| {name} is good |") == 1
    assert text.count("| all are |") == 2  # one row an arm, of a claim that both presets have
    assert "simple_rnn" not in text
    assert "python -m rnnbench report both experiments=first,second" in text
    before = (Path("reports") / "both" / "index.html").read_bytes()
    again = run("report", "both", "experiments=first,second", "--config-dir=own", "home=nowhere")
    assert again.status == 0, again.err
    assert (Path("reports") / "both" / "index.html").read_bytes() == before

"""A sweep with the diagnostic of order: logged with the runs, and no reason to train again."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnnbench.tracking.store import Store
from rnnbench.training.gradient_flow import FILE, load
from tests.conftest import Run
from tests.sweep.conftest import SMALL

WORDS = ("sweep", "+cell=gru", "seeds=1", *SMALL)


@pytest.mark.slow
def test_order_is_measured_in_runs_that_are_trained_with_it(run: Run, store: Store) -> None:
    assert run(*WORDS).status == 0
    answer = run(*WORDS, "diagnostics.order=true")
    assert answer.status == 0
    assert "without diagnostics.order: 1 of 1 runs" in answer.err
    answer = run(*WORDS, "diagnostics.order=true", "model.dropout=0.1")
    assert answer.status == 0
    assert "without diagnostics.order" not in answer.err
    plain, measured = store.records()
    assert "order_drop" not in plain.metrics
    drop = measured.metrics["test_accuracy"] - measured.metrics["test_accuracy_shuffled"]
    assert measured.metrics["order_drop"] == pytest.approx(drop)


def test_one_sweep_has_one_choice_of_diagnostics(run: Run) -> None:
    answer = run(*WORDS, "diagnostics.order=true,false")
    assert answer.status == 2
    assert "one value for the whole sweep" in answer.err


@pytest.mark.slow
def test_gradients_are_kept_with_runs_and_shown_in_the_report(run: Run, store: Store) -> None:
    asked = "diagnostics.gradient_flow=[0,1,9]"
    words = ("sweep", "+cell=simple_rnn,lstm", "seeds=1", *SMALL)
    assert run(*words, asked).status == 0
    records = store.records()
    assert all("gradient_reach" in record.metrics for record in records)
    has_cell_state = ["gradient_reach_cell" in record.metrics for record in records]
    assert sorted(has_cell_state) == [False, True]
    folder = Path(store.artifact_folders([records[0].run_id])[records[0].run_id][len("file://") :])
    flows = load(folder / FILE)
    assert flows is not None
    assert {flow.epoch for flow in flows} == {0, 1}
    assert {len(flow.norms) for flow in flows} == {8}

    answer = run("report", "gradients")
    assert answer.status == 0, answer.err
    report = Path("reports", "gradients")
    text = (report / "report.md").read_text("utf-8")
    assert "## Gradients through time" in text
    assert "| LSTM | 1 | lstm_1 | c | 1 |" in text
    assert (report / "figures" / "gradient_flow_digits.svg").is_file()
    assert (report / "gradient_flow.parquet").is_file()

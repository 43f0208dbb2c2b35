"""A sweep with the diagnostic of order: logged with the runs, and no reason to train again."""

from __future__ import annotations

import pytest

from rnnbench.tracking.store import Store
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

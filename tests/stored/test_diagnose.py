"""Runs measured afterwards: the same numbers as in training, and a word where there are none."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store
from tests.conftest import Run
from tests.stored.conftest import SMALL

pytestmark = pytest.mark.slow

BEST = ("+cell=gru", *SMALL, "training.test=best")
ADDED = {"test_accuracy_shuffled", "order_drop", "order_changed"}


def metrics(store: Store, run_id: str) -> dict[str, float]:
    (record,) = [record for record in store.records() if record.run_id == run_id]
    return dict(record.metrics)


def test_a_sweep_is_measured_as_training_would_have(
    run: Run, home: Path, store: Store, runs: dict[str, Record]
) -> None:
    answer = run("diagnose", *BEST, "seeds=1", f"home={home}")
    assert answer.status == 0, answer.err
    assert "measured now" in answer.out
    found = metrics(store, runs["gru"].run_id)
    assert set(found) - set(runs["gru"].metrics) == ADDED
    assert found["order_drop"] == found["test_accuracy"] - found["test_accuracy_shuffled"]

    words = ("tracking.save_model=best", "diagnostics.order=true", "home=other")
    assert run("train", *BEST, *words).status == 0
    with closing(sqlite3.connect("other/mlflow.db")) as connection:
        trained = dict(connection.execute("SELECT key, value FROM latest_metrics").fetchall())
    assert {name: trained[name] for name in ADDED} == {name: found[name] for name in ADDED}

    again = run("diagnose", *BEST, "seeds=1", f"home={home}")
    assert again.status == 0
    assert "was measured before" in again.out
    assert metrics(store, runs["gru"].run_id) == found


def test_one_run_is_measured_by_its_id(
    run: Run, home: Path, store: Store, runs: dict[str, Record]
) -> None:
    run_id = runs["lstm_peephole"].run_id
    answer = run("diagnose", f"run={run_id[:12]}", f"home={home}")
    assert answer.status == 0, answer.err
    assert set(metrics(store, run_id)) - set(runs["lstm_peephole"].metrics) == ADDED
    # What was measured afterwards is given again, too.
    again = run("reproduce", f"run={run_id}", f"home={home}")
    assert again.status == 0, again.out
    assert "They agree exactly" in again.out


def test_what_cannot_be_measured_says_why(
    run: Run, home: Path, store: Store, runs: dict[str, Record]
) -> None:
    answer = run("diagnose", f"run={runs['simple_rnn'].run_id}", f"home={home}")
    assert answer.status == 1
    assert "no stored weights" in answer.out
    answer = run("diagnose", "+cell=gru,lstm", *SMALL, "training.test=best", f"home={home}")
    assert answer.status == 1
    assert answer.out.count("not finished") == 5
    with closing(sqlite3.connect(home / "mlflow.db")) as connection, connection:
        connection.execute("UPDATE latest_metrics SET value = 0.9 WHERE key = 'test_loss'")
    run_id = runs["lstm_peephole"].run_id
    answer = run("diagnose", f"run={run_id}", f"home={home}")
    assert answer.status == 1
    assert "not those that were tested" in answer.out
    assert not ADDED & set(metrics(store, run_id))


def test_a_search_is_refused(run: Run, home: Path) -> None:
    answer = run("diagnose", "+cell=gru", "search=random", f"home={home}")
    assert answer.status == 2
    assert "run=ID" in answer.err
    answer = run("diagnose", "run=0", "model.units=3", f"home={home}")
    assert answer.status == 2
    assert "model.units" in answer.err

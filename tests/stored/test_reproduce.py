"""A run that is trained again gives the same, and one that does not is told."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rnnbench.stored.reproduce import compare_values
from rnnbench.tracking import names
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store
from tests.conftest import Run
from tests.printed import printed_rows

Runs = dict[str, Record]


def falsify(home: Path, run_id: str, metric: str, add: float) -> None:
    """Change what the store says a run measured."""
    with closing(sqlite3.connect(home / "mlflow.db")) as database, database:
        for table in ("metrics", "latest_metrics"):
            database.execute(
                f"UPDATE {table} SET value = value + ? WHERE run_uuid = ? AND key = ?",
                (add, run_id, metric),
            )


def test_a_run_gives_the_same_again_and_the_store_stays_as_it_was(
    run: Run, store: Store, runs: Runs
) -> None:
    before = [record.run_id for record in store.records()]
    answer = run("reproduce", f"run={runs['lstm_peephole'].run_id[:8]}")
    assert answer.status == 0, answer.err
    assert "They agree exactly, in all " in answer.out
    logged, again = printed_rows(answer.out)
    assert (logged[0], again[0]) == ("logged", "again")
    assert logged[1:] == again[1:]
    assert f"{runs['lstm_peephole'].metrics['test_accuracy']:.6f}" in logged
    assert [record.run_id for record in store.records()] == before


def test_a_value_that_is_not_given_again_is_named(
    run: Run, home: Path, store: Store, runs: Runs
) -> None:
    run_id = runs["simple_rnn"].run_id
    falsify(home, run_id, "val_loss", 1e-9)
    falsify(home, run_id, "test_accuracy", 0.01)
    store.client.set_tag(run_id, "rnnbench.hardware", "an abacus")
    answer = run("reproduce", f"run={run_id}")
    assert answer.status == 1
    assert "They differ in 11 of " in answer.out
    assert "val_loss of epoch 1: " in answer.out
    assert "test_accuracy: " in answer.out
    assert "hardware: an abacus then, " in answer.out


def test_other_data_are_told_before_anything_is_trained(run: Run, store: Store, runs: Runs) -> None:
    run_id = runs["gru"].run_id
    store.client.set_tag(run_id, names.DATA_DIGEST, "0" * 64)
    answer = run("reproduce", f"run={run_id}")
    assert answer.status == 2
    assert answer.err.startswith("error: data: expected the arrays that the run was trained on")


@pytest.mark.parametrize(
    ("words", "key", "part"),
    [
        ([], "run", "type run="),
        (["run=0000000"], "run", "which is not in"),
        (["run=ID", "training.epochs=3"], "training.epochs", "leave it out"),
    ],
)
def test_wrong_input_is_one_message(
    run: Run, runs: Runs, words: list[str], key: str, part: str
) -> None:
    answer = run("reproduce", *(word.replace("ID", runs["gru"].run_id) for word in words))
    assert answer.status == 2
    assert len(answer.err.splitlines()) == 1
    assert answer.err.startswith(f"error: {key}: expected ")
    assert part in answer.err


def test_a_run_that_is_not_finished_is_refused(run: Run, store: Store, runs: Runs) -> None:
    run_id = runs["gru"].run_id
    store.client.set_terminated(run_id, "FAILED")
    answer = run("reproduce", f"run={run_id}")
    assert answer.status == 2
    assert "expected a finished run, received" in answer.err


def test_a_metric_that_earlier_versions_did_not_log_by_epoch_is_no_difference(runs: Runs) -> None:
    run = runs["gru"]
    then = {"loss": [(1, 0.7), (2, 0.6)]}
    now = {**then, "learning_rate": [(1, 0.1), (2, 0.05)]}
    assert compare_values(run, run, then, now)[1] == ()
    (lost,) = compare_values(run, run, now, {**now, "learning_rate": [(1, 0.1)]})[1]
    assert lost.what == "learning_rate of epoch 2"

"""The command ``baseline``: each run once, of a kind of its own, and in the report's tables."""

from __future__ import annotations

import pytest

from rnnbench.config.expand import load
from rnnbench.results import load_baselines, load_runs
from rnnbench.tracking import names
from rnnbench.tracking.store import Store
from tests.conftest import Run

SMALL = ("data.limit=300", "data.test_limit=80", "data.maxlen=30", "training.epochs=2")


@pytest.fixture
def store(work_dir: object) -> Store:
    return Store.open(load([], cell=False))


def test_both_are_trained_once_and_are_no_training_runs(run: Run, store: Store) -> None:
    answer = run("baseline", *SMALL, "seeds=2")
    assert answer.status == 0, answer.err
    assert "bag of words" in answer.out
    assert "mean embedding" in answer.out
    told, ending = answer.err.split("Runs are in ")
    assert len(told.splitlines()) == 5  # the data, one bag, one class, two seeds
    assert "python -m rnnbench sweep data.limit=300" in ending  # the cells that they stand beside
    found = load_baselines(store)
    labels = ["bag of words", "mean embedding", "mean embedding", "most frequent class"]
    assert sorted(found["label"]) == labels
    assert found["test_accuracy"].notna().all()
    assert found["cell"].isna().all()
    assert load_runs(store).empty
    again = run("baseline", *SMALL, "seeds=2")
    assert again.out == answer.out
    assert again.err.startswith("Runs are in ")
    assert list(load_baselines(store)["run_id"]) == list(found["run_id"])
    # Another cell or more seeds change nothing for what is finished.
    more = run("baseline", "bag_of_words", "+cell=gru,lstm", "seed=7", *SMALL)
    assert more.err.startswith("Runs are in ")


def test_each_is_recorded_as_a_run_of_a_cell_is(run: Run, store: Store) -> None:
    assert run("baseline", *SMALL, "seeds=1").status == 0
    records = sorted(store.records(kind="baseline"), key=lambda record: record.tags[names.ARM])
    bag, mean, majority = records
    assert mean.metrics["best_epoch"] in (1, 2)
    for record in records:
        measured = ("gap_final", "fit_seconds", "test_seconds", "peak_rss_mb", "run_seconds")
        assert {*measured, "test_calibration_error", "parameters_total"} <= set(record.metrics)
        assert record.tags[names.HOST]
        assert record.tags["rnnbench.hardware"]
        assert "cell.name" not in record.params
        assert "model.depth" not in record.params
    for record in (bag, majority):
        assert {"training.epochs", "optimizer.name"} & set(record.params) == set()
    assert names.PATH in mean.tags
    assert names.PATH not in bag.tags  # no recurrence was computed in any way
    files = {
        record.tags[names.ARM]: {item.path for item in store.client.list_artifacts(record.run_id)}
        for record in (bag, mean)
    }
    assert files["bag of words"] == {"config.yaml", "predictions.npz"}
    assert files["mean embedding"] >= {"history.csv", "learning_curves.png", "model_summary.txt"}
    history = store.histories([mean.run_id], ["val_loss"])[mean.run_id]["val_loss"]
    assert [epoch for epoch, _ in history] == [1, 2]


def test_a_run_that_was_interrupted_is_trained_again(
    run: Run, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("rnnbench.sweep.driver.Driver._started", interrupt)
        assert run("baseline", "bag_of_words", *SMALL).status == 130
    (killed,) = store.records(kind="baseline")
    assert killed.status == "KILLED"
    assert run("baseline", "bag_of_words", *SMALL).status == 0
    statuses = [record.status for record in store.records(kind="baseline")]
    assert sorted(statuses) == ["FINISHED", "KILLED"]


def test_one_that_diverges_is_told_kept_as_failed_and_trained_again_when_asked_to(
    run: Run, store: Store
) -> None:
    words = ("optimizer=sgd", "optimizer.learning_rate=1e35", *SMALL, "seeds=1")
    answer = run("baseline", "mean_embedding", *words)
    assert answer.status == 1
    assert "training loss is nan" in answer.err
    assert "baseline mean_embedding optimizer=sgd" in answer.out
    assert "sweep.retry_failed=true" in answer.out
    (failed,) = store.records(kind="baseline")
    assert (failed.status, names.REASON in failed.tags) == ("FAILED", True)
    assert run("baseline", "mean_embedding", *words).status == 1
    assert len(store.records(kind="baseline")) == 1


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["bags"], "error: baseline: expected one of bag_of_words, majority_class"),
        (["mean_embedding", "data=digits"], "bag_of_words or majority_class for data=digits"),
        (["data.maxlen=0"], "error: data.maxlen: expected"),
    ],
)
def test_wrong_input_is_one_message(run: Run, words: list[str], part: str) -> None:
    answer = run("baseline", *words)
    assert answer.status == 2
    told = [line for line in answer.err.splitlines() if not line.startswith("preparing")]
    assert len(told) == 1
    assert part in told[0]


def test_features_have_a_bag_of_their_means(run: Run, work_dir: object) -> None:
    answer = run("baseline", "data=digits", "data.limit=300", "data.test_limit=100")
    assert answer.status == 0
    assert "mean embedding" not in answer.out

"""Whole runs on the real digits: every cell learns, and what is saved is what was measured."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest

from rnnbench.data import Prepared, prepare
from rnnbench.models.cells import CELLS, check_cell
from rnnbench.models.parameters import count
from rnnbench.training.history import Epoch, Outcome
from rnnbench.training.predictions import answers, labelled_in, load_right
from rnnbench.training.spec import Task
from rnnbench.training.stored_arrays import StoredArrays
from rnnbench.training.trainer import Trainer, layer_table
from tests.stress import stressed

BEST = ("training.test=best", "tracking.save_model=best")
GRAPH = "training.jit_compile=false"


@dataclass(frozen=True)
class Run:
    task: Task
    outcome: Outcome
    told: tuple[Epoch, ...]
    trainer: Trainer


@pytest.fixture(scope="module")
def train(configure: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Run]:
    """Train once on the digits; the same words give the same run."""
    home = tmp_path_factory.mktemp("home")

    @cache
    def train(*words: str) -> Run:
        config = configure(
            "data=digits",
            "training.batch_size=64",
            "model.units=24",
            *words,
        )
        data: Prepared = prepare(config.data, home)
        folder = tmp_path_factory.mktemp("run")
        task = Task("key", "group", config, data, folder, 1.0)
        trainer, told = Trainer(), []
        outcome = trainer.execute(task, told.append)
        return Run(task, outcome, tuple(told), trainer)

    return train


@pytest.fixture(
    scope="module",
    params=[
        "simple_rnn",
        "lstm",
        "gru",
        *stressed(sorted(CELLS.keys() - {"simple_rnn", "lstm", "gru"})),
    ],
)
def learned(request: Any, train: Callable[..., Run]) -> Run:
    """A run of a cell under XLA that keeps its best epoch."""
    return train(
        f"+cell={request.param}", "training.epochs=16", *BEST, "optimizer.learning_rate=0.01"
    )


@pytest.fixture(params=["last", "best"])
def saved(request: Any, train: Callable[..., Run]) -> Run:
    """A short run whose best epoch is not its last."""
    return train(
        "+cell=simple_rnn",
        "model.head=mean",
        "model.bidirectional=true",
        "model.head_dropout=0.2",
        GRAPH,
        "training.epochs=8",
        # So large that accuracy falls again after the third epoch.
        "optimizer.learning_rate=0.3",
        f"training.test={request.param}",
        f"tracking.save_model={request.param}",
    )


def accuracy(model: Any, x: np.ndarray, y: np.ndarray) -> float:
    return float((predict(model, x).argmax(axis=1) == y).mean())


def predict(model: Any, x: np.ndarray) -> np.ndarray:
    return np.asarray(model(np.asarray(x), training=False))


def load_model(run: Run) -> Any:
    import keras

    return keras.models.load_model(run.task.folder / "model.keras", safe_mode=True, compile=False)


def test_every_cell_learns_the_digits(learned: Run) -> None:
    assert learned.outcome.path.split()[0] == "xla"
    assert learned.outcome.metrics["test_accuracy"] > 0.9
    assert learned.outcome.epochs == learned.told
    assert len(learned.told) == 16


def test_saved_model_scores_what_the_run_measured(learned: Run) -> None:
    arrays, metrics = learned.task.data.arrays(), learned.outcome.metrics
    model = load_model(learned)
    assert accuracy(model, arrays.x_test, arrays.y_test) == pytest.approx(metrics["test_accuracy"])
    held_out = int(np.floor(len(arrays.y_train) * 0.8))
    assert accuracy(model, arrays.x_train[held_out:], arrays.y_train[held_out:]) == pytest.approx(
        metrics["best_val_accuracy"]
    )


def test_the_table_of_layers_is_the_same_in_any_terminal(
    learned: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    here = layer_table(load_model(learned))
    assert here.splitlines()[1:] == learned.outcome.summary.splitlines()[1:]
    assert max(map(len, here.splitlines())) == 80
    assert os.environ["COLUMNS"] == "40"


def test_run_counts_the_parameters_of_the_arithmetic(learned: Run) -> None:
    config, metrics = learned.task.config, learned.outcome.metrics
    table = count(check_cell(config.cell), config.model, learned.task.data.spec)
    assert metrics["parameters_total"] == table.total()
    assert metrics["parameters_recurrent"] == table.recurrent
    assert f"{table.total():,}" in learned.outcome.summary
    assert metrics["run_seconds"] > metrics["fit_seconds"] > 0
    assert metrics["peak_rss_mb"] > 100


def test_each_way_of_loading_gives_the_same_predictions(saved: Run) -> None:
    import keras

    folder, arrays = saved.task.folder, saved.task.data.arrays()
    architecture = (folder / "architecture.json").read_text("utf-8")
    rebuilt = keras.models.model_from_json(architecture)
    rebuilt.load_weights(folder / "model.weights.h5")
    expected = predict(load_model(saved), arrays.x_test)
    np.testing.assert_array_equal(predict(rebuilt, arrays.x_test), expected)
    # The process that trained it holds the same weights.
    assert saved.trainer._program is not None
    np.testing.assert_array_equal(predict(saved.trainer._program.model, arrays.x_test), expected)
    assert expected.shape == (len(arrays.y_test), 10)


def test_saved_weights_are_of_the_epoch_that_was_asked_for(saved: Run) -> None:
    metrics, arrays = saved.outcome.metrics, saved.task.data.arrays()
    assert metrics["best_epoch"] < 8
    assert metrics["best_val_accuracy"] > metrics["final_val_accuracy"]
    which = saved.task.config.tracking.save_model
    wanted = metrics["best_val_accuracy" if which == "best" else "final_val_accuracy"]
    held_out = int(np.floor(len(arrays.y_train) * 0.8))
    model = load_model(saved)
    assert accuracy(model, arrays.x_train[held_out:], arrays.y_train[held_out:]) == pytest.approx(
        wanted
    )
    assert accuracy(model, arrays.x_test, arrays.y_test) == pytest.approx(metrics["test_accuracy"])


def test_nothing_but_predictions_is_saved_unless_asked_for(train: Callable[..., Run]) -> None:
    words = ("+cell=simple_rnn", "training.epochs=1", GRAPH)
    saved = train(*words).task.folder
    assert [path.name for path in saved.iterdir()] == ["predictions.npz"]
    correct = load_right(saved / "predictions.npz", "last")["last"]
    labelled = labelled_in(StoredArrays(saved / "predictions.npz"), "last")
    assert labelled is not None
    np.testing.assert_array_equal(labelled.labels == answers(labelled.outputs["last"])[0], correct)
    run = train(*words, "tracking.save_predictions=false")
    assert correct.mean() == pytest.approx(run.outcome.metrics["test_accuracy"])
    assert list(run.task.folder.iterdir()) == []


def test_the_test_set_is_measured_with_the_last_and_the_best_weights(
    train: Callable[..., Run],
) -> None:
    words = ("+cell=simple_rnn", "training.epochs=8", "optimizer.learning_rate=0.03", GRAPH)
    last, best = (train(*words, f"training.test={which}") for which in ("last", "best"))
    metrics = last.outcome.metrics
    assert metrics["best_epoch"] < metrics["epochs_trained"]
    names = [f"test_{what}_{which}" for what in ("accuracy", "loss") for which in ("last", "best")]
    assert {name: metrics[name] for name in names} == {
        name: best.outcome.metrics[name] for name in names
    }
    assert metrics["test_accuracy"] == metrics["test_accuracy_last"]
    assert best.outcome.metrics["test_accuracy"] == metrics["test_accuracy_best"]
    assert metrics["test_loss_last"] != metrics["test_loss_best"]
    right = load_right(last.task.folder / "predictions.npz", "last")
    assert right.keys() == {"last", "best"}
    for which, found in right.items():
        assert found.mean() == pytest.approx(metrics[f"test_accuracy_{which}"])


def test_only_the_last_weights_are_tested_without_validation(train: Callable[..., Run]) -> None:
    run = train("+cell=simple_rnn", "training.epochs=1", "training.validation=none", GRAPH)
    assert "test_accuracy_best" not in run.outcome.metrics
    assert run.outcome.metrics["test_accuracy_last"] == run.outcome.metrics["test_accuracy"]


def test_replicates_of_a_group_share_a_compiled_model(train: Callable[..., Run]) -> None:
    run = train("+cell=simple_rnn", "training.epochs=1", GRAPH)
    program = run.trainer._program
    again = run.trainer.execute(run.task, lambda _: None)
    assert run.trainer._program is program
    assert [epoch.metrics() for epoch in again.epochs] == [e.metrics() for e in run.told]
    other = Task("key", "other", run.task.config, run.task.data, run.task.folder, 1.0)
    run.trainer.execute(other, lambda _: None)
    assert run.trainer._program is not program

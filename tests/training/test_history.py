"""Summary metrics by hand."""

from __future__ import annotations

import pytest

from rnnbench.training.history import Epoch, better, summarise


def history(*rows: tuple[float, float, float | None, float | None]) -> list[Epoch]:
    """Return epochs of loss, accuracy, val_loss, val_accuracy, two seconds each."""
    return [Epoch(number, *row, seconds=2.0) for number, row in enumerate(rows, 1)]


def test_summary_of_a_history_that_overfits() -> None:
    epochs = history((0.7, 0.5, 0.6, 0.6), (0.4, 0.8, 0.4, 0.9), (0.1, 1.0, 0.5, 0.7))
    assert summarise(epochs) == pytest.approx(
        {
            "epochs_trained": 3,
            "final_accuracy": 1.0,
            "final_loss": 0.1,
            "fit_seconds": 6.0,
            "seconds_per_epoch": 2.0,
            "best_epoch": 2,
            "best_val_accuracy": 0.9,
            "best_val_loss": 0.4,
            "final_val_accuracy": 0.7,
            "final_val_loss": 0.5,
            "gap_best": 0.8 - 0.9,
            "gap_final": 1.0 - 0.7,
            "val_loss_rise": 0.25,
        }
    )


def test_the_lowest_validation_loss_may_belong_to_another_epoch() -> None:
    epochs = history((0.5, 0.7, 0.3, 0.8), (0.4, 0.8, 0.6, 0.9))
    summary = summarise(epochs)
    assert summary["best_epoch"] == 2
    assert summary["best_val_loss"] == 0.3
    assert summary["val_loss_rise"] == pytest.approx(1.0)


def test_of_equal_accuracies_the_lower_loss_is_best() -> None:
    epochs = history((0.5, 0.6, 0.5, 0.8), (0.4, 0.7, 0.3, 0.8), (0.3, 0.8, 0.4, 0.8))
    assert summarise(epochs)["best_epoch"] == 2


def test_of_equal_epochs_the_first_is_best() -> None:
    epochs = history((0.5, 0.6, 0.5, 0.8), (0.4, 0.7, 0.5, 0.8))
    assert summarise(epochs)["best_epoch"] == 1
    assert summarise(epochs)["gap_best"] == pytest.approx(-0.2)


def test_a_loss_that_falls_to_the_end_has_no_rise() -> None:
    epochs = history((0.5, 0.6, 0.5, 0.7), (0.4, 0.7, 0.4, 0.8))
    assert summarise(epochs)["val_loss_rise"] == 0.0


def test_a_loss_of_zero_has_no_rise() -> None:
    assert summarise(history((0.5, 0.6, 0.0, 1.0)))["val_loss_rise"] == 0.0


def test_without_validation_there_is_no_best_epoch() -> None:
    epochs = history((0.5, 0.6, None, None), (0.4, 0.7, None, None))
    assert summarise(epochs) == {
        "epochs_trained": 2,
        "final_accuracy": 0.7,
        "final_loss": 0.4,
        "fit_seconds": 4.0,
        "seconds_per_epoch": 2.0,
    }
    assert not better(epochs[1], epochs[0])
    assert epochs[0].gap is None


def test_epoch_metrics_have_the_names_of_keras() -> None:
    validated, bare = history((0.5, 0.6, 0.4, 0.7), (0.5, 0.6, None, None))
    assert validated.metrics() == {
        "loss": 0.5,
        "accuracy": 0.6,
        "val_loss": 0.4,
        "val_accuracy": 0.7,
    }
    assert bare.metrics() == {"loss": 0.5, "accuracy": 0.6}

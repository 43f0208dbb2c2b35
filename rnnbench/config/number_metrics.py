"""The metrics of targets that are numbers: errors in their own unit, and what is made of them."""

from __future__ import annotations

import math
from functools import partial

from rnnbench.config.metric import OF_EPOCH, SPREAD, InSummary, Metric, Weights, error

_ROOT = "root mean squared error"
_WEIGHTS: dict[Weights, str] = {
    "": "the weights named by training.test",
    "best": "the weights of the epoch of the lowest validation RMSE",
    "last": "the weights of the last epoch",
}
_EPOCHS: tuple[Weights, ...] = ("best", "last")


def _of_test(which: Weights) -> tuple[Metric, ...]:
    """Return what else is measured of the test forecasts of the weights of an epoch."""
    suffix = f"_{which}" if which else ""
    of, weights = OF_EPOCH[which], _WEIGHTS[which]
    tested = partial(Metric, on="test", weights=which, optional=True)

    def shown(place: int) -> InSummary | None:
        return None if which else InSummary(place, ("_sd",))

    return (
        tested(
            *(f"test_r2{suffix}", f"test R\N{SUPERSCRIPT TWO}{of}"),
            f"share of the test targets' variance that is explained, mean over the targets, by "
            f"{weights}",
            *("fraction", "higher"),
            low=-math.inf,
            high=1.0,
            in_summary=shown(13),
        ),
        tested(
            *(f"test_mase{suffix}", f"test MASE{of}"),
            "test MAE in units of the naive forecast's error in the training part of the series, "
            f"by {weights}",
            *("", "lower"),
            in_summary=shown(14),
        ),
        tested(
            *(f"test_scaled_rmse{suffix}", f"scaled test RMSE{of}"),
            "RMSE of the test targets as they are scaled, mean over series that are scaled apart, "
            f"by {weights}",
            *("", "lower"),
            significant=4,
            in_summary=shown(16),
        ),
        tested(
            *(f"test_direction{suffix}", f"directional accuracy{of}"),
            "test forecasts that go up or down from the last observed value as what came did, by "
            f"{weights}",
            *("fraction", "higher"),
            high=1.0,
            points=True,
            in_summary=shown(15),
        ),
    )


OF_NUMBERS = (
    error("rmse", "training RMSE", f"{_ROOT}, under dropout", "training", logged="epoch"),
    error("mae", "training MAE", "mean absolute error, under dropout", "training", logged="epoch"),
    error(
        *("val_rmse", "validation RMSE", f"{_ROOT} after the epoch", "validation"), logged="epoch"
    ),
    error(
        *("val_mae", "validation MAE", "mean absolute error after the epoch", "validation"),
        logged="epoch",
    ),
    error(
        *("best_val_rmse", "best validation RMSE", "validation RMSE of the best epoch"),
        "validation",
        short="best val RMSE",
        in_summary=InSummary(31, ("_sd",), is_told=True),
    ),
    error("final_rmse", "last training RMSE", "training RMSE of the last epoch", "training"),
    error(
        *("final_val_rmse", "last validation RMSE", "validation RMSE of the last epoch"),
        "validation",
        short="final val RMSE",
    ),
    error(
        *("test_rmse", "test RMSE", "test RMSE of the weights named by training.test", "test"),
        in_summary=InSummary(11, tuple(SPREAD), is_told=True),
    ),
    error(
        *("test_mae", "test MAE", "mean absolute error on the test set, same weights", "test"),
        in_summary=InSummary(12, tuple(SPREAD)),
    ),
    error(
        *("target_sd", "standard deviation of the targets"),
        *("RMSE of the training targets' mean on the training data", "training"),
        better="neither",
    ),
    error(
        *("test_rmse_mean", "test RMSE of the mean"),
        *("RMSE of the training targets' mean on the test set", "test"),
        better="neither",
    ),
    *_of_test(""),
    *(
        error(
            *(f"test_{name.lower()}_{which}", f"test {name}{OF_EPOCH[which]}"),
            *(f"test {name} with {_WEIGHTS[which]}", "test"),
            weights=which,
        )
        for name in ("RMSE", "MAE")
        for which in _EPOCHS
    ),
    *_of_test("best"),
    *_of_test("last"),
    error(
        *("test_rmse_shuffled", "test RMSE, steps shuffled"),
        *("the same with the steps of each sample shuffled", "test"),
        logged="diagnostic",
        short="shuffled",
    ),
    error(
        *("order_rise", "RMSE added without order", "test_rmse_shuffled - test_rmse", "test"),
        better="neither",
        logged="diagnostic",
        low=-math.inf,
        short="rise",
    ),
    error(
        *("rmse_gap_best", "RMSE gap at the best epoch"),
        *("validation minus training RMSE, best epoch", "validation"),
        low=-math.inf,
        in_summary=InSummary(51),
    ),
    error(
        *("rmse_gap_final", "RMSE gap at the last epoch"),
        *("validation minus training RMSE, last epoch", "validation"),
        low=-math.inf,
        short="RMSE gap",
        in_summary=InSummary(41, ("_sd",), is_told=True),
    ),
)

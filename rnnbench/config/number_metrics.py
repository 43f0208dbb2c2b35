"""The metrics of targets that are numbers: errors in their own unit, and what is made of them."""

from __future__ import annotations

import math

from rnnbench.config.metric import OF_EPOCH, SPREAD, UNIT, InSummary, Metric, Weights, error

_ROOT = "root mean squared error"


def _of_test(which: Weights) -> tuple[Metric, ...]:
    """Return what else is measured of the test forecasts of the weights of an epoch."""
    suffix = f"_{which}" if which else ""
    of = OF_EPOCH[which]
    weights = {
        "": "the weights named by training.test",
        "best": "the weights of the epoch of the lowest validation RMSE",
        "last": "the weights of the last epoch",
    }[which]

    def shown(place: int) -> InSummary | None:
        return None if which else InSummary(place, ("_sd",))

    return (
        Metric(
            *(f"test_r2{suffix}", f"test R\N{SUPERSCRIPT TWO}{of}"),
            f"share of the test targets' variance that is explained, mean over the targets, by "
            f"{weights}",
            *("fraction", "higher"),
            low=-math.inf,
            high=1.0,
            on="test",
            weights=which,
            optional=True,
            in_summary=shown(13),
        ),
        Metric(
            *(f"test_mase{suffix}", f"test MASE{of}"),
            "test MAE in units of the naive forecast's error in the training part of the series, "
            f"by {weights}",
            *("", "lower"),
            on="test",
            weights=which,
            optional=True,
            in_summary=shown(14),
        ),
        Metric(
            *(f"test_scaled_rmse{suffix}", f"scaled test RMSE{of}"),
            "RMSE of the test targets as they are scaled, mean over series that are scaled apart, "
            f"by {weights}",
            *("", "lower"),
            on="test",
            weights=which,
            significant=4,
            optional=True,
            in_summary=shown(16),
        ),
        Metric(
            *(f"test_direction{suffix}", f"directional accuracy{of}"),
            "test forecasts that go up or down from the last observed value as what came did, by "
            f"{weights}",
            *("fraction", "higher"),
            high=1.0,
            points=True,
            on="test",
            weights=which,
            optional=True,
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
    Metric(
        *("target_sd", "standard deviation of the targets"),
        "RMSE of the training targets' mean on the training data",
        *(UNIT, "neither"),
        on="training",
        significant=4,
        optional=True,
    ),
    Metric(
        *("test_rmse_mean", "test RMSE of the mean"),
        "RMSE of the training targets' mean on the test set",
        *(UNIT, "neither"),
        on="test",
        significant=4,
        optional=True,
    ),
    *_of_test(""),
    error(
        *("test_rmse_best", "test RMSE of the best epoch"),
        *("test RMSE with the weights of the epoch of the lowest validation RMSE", "test"),
        weights="best",
    ),
    error(
        *("test_rmse_last", "test RMSE of the last epoch"),
        *("test RMSE with the weights of the last epoch", "test"),
        weights="last",
    ),
    error(
        *("test_mae_best", "test MAE of the best epoch"),
        *("test MAE with the weights of the epoch of the lowest validation RMSE", "test"),
        weights="best",
    ),
    error(
        *("test_mae_last", "test MAE of the last epoch"),
        *("test MAE with the weights of the last epoch", "test"),
        weights="last",
    ),
    *_of_test("best"),
    *_of_test("last"),
    error(
        *("test_rmse_shuffled", "test RMSE, steps shuffled"),
        *("the same with the steps of each sample shuffled", "test"),
        logged="diagnostic",
        short="shuffled",
    ),
    Metric(
        *("order_rise", "RMSE added without order", "test_rmse_shuffled - test_rmse"),
        *(UNIT, "neither"),
        logged="diagnostic",
        low=-math.inf,
        on="test",
        significant=4,
        short="rise",
        optional=True,
    ),
    *(
        Metric(
            *(f"rmse_gap_{name}", f"RMSE gap at the {name.replace('final', 'last')} epoch"),
            f"validation minus training RMSE, {name.replace('final', 'last')} epoch",
            *(UNIT, "lower"),
            low=-math.inf,
            on="validation",
            significant=4,
            short="" if name == "best" else "RMSE gap",
            optional=True,
            in_summary=InSummary(
                place, ("_sd",) if name == "final" else (), is_told=name == "final"
            ),
        )
        for name, place in (("best", 51), ("final", 41))
    ),
)

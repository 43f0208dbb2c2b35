"""Every figure over several arms, on made-up values: few arms, and twelve with long names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from rnnbench.config.metrics import METRICS
from rnnbench.models.cells import CELLS
from rnnbench.plots.courses import ArmCourse, Panel, save_courses
from rnnbench.plots.curves import save_run_curves
from rnnbench.plots.differences import difference_rows, save_differences
from rnnbench.plots.forest import ForestRow, save_forest
from rnnbench.plots.gradients import gradient_lines, save_gradients
from rnnbench.plots.learning import Learning, learning_data, save_learning
from rnnbench.plots.profiles import ProfileLine, save_profiles
from rnnbench.plots.ranks import save_ranks
from rnnbench.plots.readings import Reading, Readings, save_readings
from rnnbench.plots.replicates import replicate_rows, save_replicates
from rnnbench.plots.slope import Slope, save_slopes
from rnnbench.plots.tradeoff import Point, save_tradeoff
from rnnbench.plots.trials import (
    Shares,
    expected_curves,
    save_expected_best,
    save_history,
    save_importances,
    save_trials,
    trial_rows,
)
from rnnbench.stats.bootstrap import Interval
from rnnbench.stats.family import ArmValues, Comparison, family
from rnnbench.stats.profiles import profile
from rnnbench.training.gradient_flow import Flow
from rnnbench.training.history import Epoch

_OF_CLASSES = ("loss", "accuracy", "val_loss", "val_accuracy")

Save = Callable[[list[Path]], None]
TEST, VALIDATION = METRICS["test_accuracy"], METRICS["val_accuracy"]
KEYS = ("optimizer.learning_rate", "model.units", "training.batch_size", "model.dropout")

FEW = [(name, name) for name in ("simple_rnn", "lstm", "gru")]
MANY = [
    (f"{cell} model.depth={depth} data.maxlen={maxlen}", cell)
    for cell in CELLS
    for depth, maxlen in ((1, 100), (2, 500), (3, 500))
]


def _verdict(result: Comparison) -> str:
    """A verdict as reports say it."""
    if result.better is None:
        return result.verdict
    return f"{result.a if result.better == 'a' else result.b} {result.verdict}"


def figures(arms: list[tuple[str, str]], replicates: int, trials: int) -> dict[str, Save]:
    """What draws each figure of these arms, (name, cell) each, into files."""
    rng = np.random.default_rng(len(arms))
    values = {
        arm: [float(v) for v in 0.85 - 0.1 * (cell == "simple_rnn") + rng.normal(0, 0.02, size)]
        for (arm, cell), size in zip(arms, [1, *[replicates] * (len(arms) - 1)], strict=True)
    }
    points = [
        Point(
            arm, cell, 131_000 * (1.003 + place % 3) ** (place % 2), mean, mean - 0.02, mean + 0.03
        )
        for place, (arm, cell) in enumerate(arms)
        for mean in [float(np.mean(values[arm]))]
    ]
    pairs = [(a, b) for place, (a, _) in enumerate(arms) for b, _ in arms[place + 1 :]][:14]
    measured = {arm: ArmValues(dict(enumerate(found))) for arm, found in values.items()}
    comparisons = [
        (result.a, result.b, "", result, _verdict(result))
        for result in family(measured, pairs, margin=0.01)
    ]
    searches = [
        (arm, cell, [float(v) for v in 0.86 - rng.exponential(0.05, trials)], place % 3)
        for place, (arm, cell) in enumerate(arms)
    ]
    rows = replicate_rows(
        [(arm, cell, dict(enumerate(values[arm]))) for arm, cell in arms], 0.95, TEST
    )
    slopes = [
        Slope(f"group {place}", tuple(row.arm for row in group), tuple(group))
        for place in range(0, len(rows), 3)
        if len(group := rows[place : place + 3]) > 1
    ]
    trialled = trial_rows(searches, largest=True)
    importance = [
        Shares(arm, cell, dict(zip(KEYS, map(float, rng.dirichlet([4, 2, 1, 0.5])), strict=True)))
        for arm, cell in arms
    ]
    scores = rng.normal(0.8, 0.02, (7, len(arms))) + [np.mean(values[arm]) for arm, _ in arms]
    forest = [
        ForestRow(
            f"{a} − {b}",
            label,
            Interval(0.004 * place, 0.004 * place - width, 0.02),
            label == "mean",
        )
        for a, b in pairs[:6]
        for place, (label, width) in enumerate(
            [("digits", 0.01), ("a data set of one's own, 500 tokens", 0.3), ("mean", 0.02)]
        )
    ]
    levels = np.linspace(0.6, 1, 41)
    profiles = [
        ProfileLine(arm, cell, profile([values[arm], [0.9, 0.91, 0.95]], levels, 0.95))
        for arm, cell in arms[:8]
    ]
    where = "imdb, maxlen 100"
    steps = np.arange(-99, 1)
    gradients = [
        line
        for place, (arm, cell) in enumerate(arms[:8])
        for line in gradient_lines(arm, cell, [_flows(steps / (3 + place), cell)])
    ]
    return {
        "gradients": partial(save_gradients, gradients, f"Gradients on {where}"),
        "tradeoff": partial(
            save_tradeoff,
            {"parameters": points, "seconds": points[::-1]},
            TEST,
            f"Trade-off on {where}",
        ),
        "differences": partial(save_differences, difference_rows(comparisons), 0.01, TEST, where),
        "forest": partial(save_forest, forest, 0.01, TEST, where),
        "profiles": partial(save_profiles, profiles, "test accuracy", where),
        "replicates": partial(
            save_replicates,
            rows,
            TEST,
            where,
        ),
        "slope": partial(save_slopes, slopes, TEST, where),
        "courses": partial(save_courses, _panels(arms), VALIDATION, where),
        "readings": partial(
            save_readings, _readings(arms), "tokens", "accuracy", where, {"cut to 100": 100.0}
        ),
        "learning": partial(save_learning, _learning(arms), where),
        "trials": partial(save_trials, trialled, VALIDATION, where),
        "expected_best": partial(
            save_expected_best, expected_curves(trialled, largest=True), METRICS["accuracy"], where
        ),
        "importances": partial(save_importances, importance, where),
        "ranks": lambda paths: save_ranks(
            [arm for arm, _ in arms], scores, 0.95, paths, [cell for _, cell in arms]
        ),
    }


def _panels(arms: list[tuple[str, str]]) -> list[Panel]:
    """Three epochs of each arm against both costs; seconds are far apart."""
    epochs = np.arange(1.0, 4.0)
    paces = [1.5 * (1 + place) ** 1.2 for place in range(len(arms))]

    def lines(pace: list[float]) -> tuple[ArmCourse, ...]:
        return tuple(
            ArmCourse(arm, cell, epochs * each, 0.5 + epochs / 10, epochs / 100)
            for (arm, cell), each in zip(arms, pace, strict=True)
        )

    return [
        Panel("seconds", "seconds of training", "s", 4.5, lines(paces)),
        Panel("updates", "updates", "updates", 90.0, lines([30.0] * len(arms))),
    ]


def _readings(arms: list[tuple[str, str]]) -> list[Readings]:
    """Three places, at one of which an arm has no interval."""
    return [
        Readings(
            arm,
            cell,
            tuple(
                Reading(at, value, value - width, value + width, f"{at:g}: {value:.4f}")
                for at, value, width in ((20.0, 0.6, 0.1), (90.0, 0.7, np.nan), (300.0, 0.8, 0.3))
            ),
        )
        for arm, cell in arms
    ]


def _learning(arms: list[tuple[str, str]]) -> list[Learning]:
    """Two seeds and three epochs of each arm, the arms of a cell in a row of panels."""
    runs = pd.DataFrame(
        [
            {"run_id": f"{arm} {seed}", "arm": arm, "cell": cell, "seed": seed}
            for arm, cell in arms
            for seed in (0, 1)
        ]
    )
    epochs = pd.DataFrame(
        [
            {"run_id": run_id, "epoch": n, **dict.fromkeys(_OF_CLASSES, 0.5 + 0.1 * n)}
            for run_id in runs["run_id"]
            for n in (1, 2, 3)
        ]
    )
    data = learning_data(runs, epochs, {arm: 12.5 for arm, _ in arms})
    return [data.only(group["arm"]) for _, group in runs.groupby("cell")]


def _flows(exponents: np.ndarray, cell: str) -> list[Flow]:
    return [
        Flow(epoch, cell, state, np.exp(exponents / (1 + epoch)).astype(np.float32))
        for epoch in (0, 1, 5)
        for state in ("h", "c")[: 1 + cell.startswith("lstm")]
    ]


FIGURES: Mapping[str, Save] = {
    **{f"{name}, few": save for name, save in figures(FEW, 3, 8).items()},
    **{f"{name}, many": save for name, save in figures(MANY, 10, 60).items()},
}

# Neither a formula nor the beginning of one, whatever stands in it.
LITERAL = r"$\frac{1$ $x_2$"
_EPOCHS = [Epoch(n, 1 / n, 0.5, 1 / n, 0.6, seconds=1.0) for n in (1, 2)]
LITERALS: Mapping[str, Save] = {
    **figures([(f"{LITERAL} {cell}", cell) for _, cell in FEW], 3, 8),
    "curves of a run": lambda paths: save_run_curves(_EPOCHS, LITERAL, paths[0]),
    "history of a search": lambda paths: save_history(
        [(0, 0.5, "COMPLETE"), (1, 0.6, "PRUNED")], "accuracy", LITERAL, paths[0]
    ),
    "importance in a search": lambda paths: save_importances(
        [Shares(LITERAL, "gru", {LITERAL: 0.5})], LITERAL, paths
    ),
}

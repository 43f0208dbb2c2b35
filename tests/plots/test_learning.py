"""Learning curves: what is drawn, and in which colours."""

from __future__ import annotations

import math

import pytest

from rnnbench.plots.learning import learning_data
from rnnbench.plots.style import colour, shades
from rnnbench.results.arms import add_arm_names
from rnnbench.results.frame import frame
from tests.report.records import MATCHED, history


class TestLearningData:
    def test_is_the_mean_and_spread_over_seeds(self) -> None:
        runs = add_arm_names(frame(MATCHED))
        data = learning_data(runs, history(MATCHED)).curves
        point = data[
            (data["arm"] == "gru") & (data["metric"] == "val_accuracy") & (data["epoch"] == 2)
        ].iloc[0]
        assert point["mean"] == pytest.approx(0.81)
        assert point["sd"] == pytest.approx(0.01)
        assert point["seeds"] == 3

    def test_leaves_out_validation_that_was_not_measured(self) -> None:
        epochs = history(MATCHED).assign(val_loss=math.nan, val_accuracy=math.nan)
        data = learning_data(add_arm_names(frame(MATCHED)), epochs)
        assert set(data.curves["metric"]) == {"loss", "accuracy"}


class TestStyle:
    def test_gives_a_cell_its_own_colour_first_and_then_lighter_ones(self) -> None:
        import matplotlib.colors as mcolors

        tones = [sum(mcolors.to_rgb(tone)) for tone in shades("lstm", 3)]
        assert tones == sorted(tones)
        assert mcolors.to_hex(shades("lstm", 3)[0]).upper() == colour("lstm")

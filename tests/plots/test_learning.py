"""Learning curves: what is drawn, and in which colours."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pandas as pd
import pytest

from rnnbench.plots.learning import how, learning_data, save_learning
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


class TestHow:
    def test_many_epochs_of_training_are_a_dotted_line(self) -> None:
        runs, short = add_arm_names(frame(MATCHED)), history(MATCHED)
        long = pd.concat([short.assign(epoch=short["epoch"] + 2 * n) for n in range(40)])
        few, many = learning_data(runs, short), learning_data(runs, long)
        assert (few.has_points, many.has_points) == (True, False)
        assert how([few]).startswith("training as points, validation as a line")
        assert how([many]).startswith("training dotted, validation as a line")
        assert how([few, many]).startswith("training as points or dotted, ")

    def test_validation_is_named_where_there_is_one(self) -> None:
        epochs = history(MATCHED).assign(val_loss=math.nan, val_accuracy=math.nan)
        data = learning_data(add_arm_names(frame(MATCHED)), epochs)
        assert how([data]) == "training as points"


class TestLoss:
    @pytest.mark.parametrize(("power", "shown"), [(2, ("rmse",)), (1, ("rmse", "loss"))])
    def test_has_no_panel_where_it_is_the_square_of_the_rmse(
        self, power: int, shown: tuple[str, ...], tmp_path: Path
    ) -> None:
        epochs = history(MATCHED).drop(columns=["accuracy", "val_accuracy"])
        for part in ("", "val_"):
            epochs[f"{part}rmse"] = 3 * epochs[f"{part}loss"]
            epochs[f"{part}loss"] **= power
        data = learning_data(add_arm_names(frame(MATCHED)), epochs)
        assert data.metrics == data.only(["gru"]).metrics == shown
        save_learning([data], "Title", [tmp_path / "figure.svg"])
        drawn = (tmp_path / "figure.svg").read_text("utf-8")
        assert re.findall(r'data-panel="(\w+)"', drawn) == [*map(str.upper, shown[:1]), *shown[1:]]

    def test_is_told_of_numbers_with_as_many_digits_as_their_rmse(self, tmp_path: Path) -> None:
        epochs = history(MATCHED).drop(columns=["accuracy", "val_accuracy"])
        for part in ("", "val_"):
            epochs[f"{part}loss"] *= 1e-4
            epochs[f"{part}rmse"] = epochs[f"{part}loss"]
        epochs["val_loss"] *= 1 + epochs["run_id"].str.len() % 2
        data = learning_data(add_arm_names(frame(MATCHED)), epochs)
        save_learning([data], "Title", [tmp_path / "figure.svg"])
        drawn = (tmp_path / "figure.svg").read_text("utf-8")
        told = re.findall(r'data-told="([^"]*)"', drawn)
        assert told
        assert not [one for one in told if re.search(r"(^|\|)0(\.0+)?( |\||$)", one)]
        assert "0.0001000" in drawn


class TestStyle:
    def test_gives_a_cell_its_own_colour_first_and_then_lighter_ones(self) -> None:
        import matplotlib.colors as mcolors

        tones = [sum(mcolors.to_rgb(tone)) for tone in shades("lstm", 3)]
        assert tones == sorted(tones)
        assert mcolors.to_hex(shades("lstm", 3)[0]).upper() == colour("lstm")

"""The critical-difference diagram."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rnnbench.plots.ranks import draw_ranks, save_ranks

ARMS = ("a", "b", "c")
CELLS = ("gru", "lstm", "simple_rnn")


def drawn(distance: float) -> Axes:
    axes = Figure().subplots()
    draw_ranks(axes, ARMS, CELLS, [2.5, 1.0, 2.5], distance)
    return axes


def test_names_stand_with_their_ranks_and_bars_below_the_equal() -> None:
    axes = drawn(1.0)
    texts = {text.get_text(): text for text in axes.texts}
    assert {"a (2.50)", "b (1.00)", "c (2.50)", "critical difference 1.00"} <= set(texts)
    sides = {name: (text.get_ha(), text.get_position()[0]) for name, text in texts.items()}
    assert sides["b (1.00)"][0] == sides["a (2.50)"][0] == "right"
    assert sides["c (2.50)"][0] == "left"
    assert sides["a (2.50)"][1] < 1 < 3 < sides["c (2.50)"][1]
    bars = [line for line in axes.get_lines() if line.get_linewidth() == 3.5]
    assert len(bars) == 1
    assert min(bars[0].get_xdata()) < 2.5 < max(bars[0].get_xdata())


def test_it_is_said_where_no_distance_decides() -> None:
    assert "no distance decides" in {text.get_text() for text in drawn(math.inf).texts}


def test_too_few_data_sets_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 6 data sets"):
        save_ranks(ARMS, np.zeros((5, 3)), 0.95, [tmp_path / "a.png"])
    assert list(tmp_path.iterdir()) == []

"""Scaling and naive errors."""

from __future__ import annotations

import numpy as np
import pytest

from rnnbench.data.sets.series.mackey_glass import mackey_glass
from rnnbench.data.sets.series.scaling import fit, naive_error

VALUES = np.array([[1.0, 5], [2, 5], [6, 5]])


def test_standard_scaling_gives_mean_0_and_standard_deviation_1() -> None:
    scaled = fit(VALUES, "standard").scaled(VALUES)[:, 0]
    assert scaled.mean() == pytest.approx(0)
    assert scaled.std() == pytest.approx(1)


def test_minmax_scaling_gives_0_to_1() -> None:
    assert fit(VALUES, "minmax").scaled(VALUES)[:, 0].tolist() == [0, 0.2, 1]


@pytest.mark.parametrize("how", ["standard", "minmax"])
def test_a_constant_column_is_only_moved(how) -> None:
    assert fit(VALUES, how).scaled(VALUES)[:, 1].tolist() == [0, 0, 0]


def test_without_scaling_values_stay() -> None:
    np.testing.assert_array_equal(fit(VALUES, "none").scaled(VALUES), VALUES)


def test_the_naive_error_repeats_the_value_of_a_season_before() -> None:
    assert naive_error(VALUES, 1).tolist() == [2.5, 0]
    assert naive_error(VALUES, 2).tolist() == [5, 0]
    assert np.isnan(naive_error(VALUES, 3)).all()


def test_mackey_glass_fulfils_its_equation() -> None:
    x = mackey_glass(400)
    slope = (x[2:] - x[:-2]) / 2  # of a unit of time: roughly
    t = np.arange(18, 398)
    late, now = x[t - 17], x[t]
    expected = 0.2 * late / (1 + late**10) - 0.1 * now
    assert np.corrcoef(slope[t - 1], expected)[0, 1] > 0.999
    np.testing.assert_allclose(slope[t - 1], expected, atol=0.004)


def test_mackey_glass_begins_alike_whatever_its_length() -> None:
    np.testing.assert_array_equal(mackey_glass(50), mackey_glass(80)[:50])


def test_mackey_glass_has_the_same_bits_everywhere() -> None:
    assert mackey_glass(2000)[-1].hex() == "0x1.211006c11a3b5p-1"

"""Numbers of any size take little room."""

from __future__ import annotations

import pytest

from rnnbench.config.metrics import METRICS
from rnnbench.formatting.numbers import written


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (0.87124, 4, "0.8712"),
        (131_584.0, 0, "131,584"),
        (0.0, 33, "0.000000000000"),
        (4.0123e-30, 33, "4.012e-30"),
        (-2.1e-31, 33, "-2.10e-31"),
        (4.0123e30, 0, "4.012e+30"),
        (float("inf"), 0, "inf"),
    ],
)
def test_a_number_is_short_whatever_its_size(value: float, places: int, shown: str) -> None:
    assert written(value, places) == shown


def test_an_error_in_a_tiny_unit_is_a_power_of_ten() -> None:
    assert METRICS["test_rmse"].shown_mean(4.0123e-30, 1.2e-31) == "4.012e-30 ± 1.20e-31"

"""Series in reports: which data set a run is of, and scalings that know the test."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from rnnbench.config.expand import expand
from rnnbench.report.declared import restrict
from rnnbench.report.titles import section_titles


def row(data: str = "mackey_glass", **params: str) -> dict[str, Any]:
    named = {f"data.{key}": value for key, value in params.items()}
    return {"data": data, "data_digest": "1234567890", "maxlen": 50, **named}


def test_cuts_at_several_times_are_several_data_sets() -> None:
    rows = [row(test="2001"), row(test="2002"), row(test="2001"), row("sunspots", test="60")]
    assert section_titles(rows) == [
        "mackey_glass, test part 2001",
        "mackey_glass, test part 2002",
        "mackey_glass, test part 2001",
        "sunspots",
    ]


@pytest.mark.parametrize("key", ["horizon", "target", "series", "test_series"])
def test_what_is_forecast_tells_data_sets_apart(key: str) -> None:
    assert len(set(section_titles([row(**{key: "1"}), row(**{key: "2"})]))) == 2


@pytest.mark.parametrize("key", ["window", "scaling", "features", "stride"])
def test_how_it_is_forecast_does_not(key: str) -> None:
    assert len(set(section_titles([row(**{key: "1"}), row(**{key: "2"})]))) == 1


def test_a_users_series_are_called_after_their_file() -> None:
    rows = [row("series", path="/somewhere/sales.csv"), row("series", path="prices.parquet")]
    assert section_titles(rows) == ["sales", "prices"]


def test_a_report_on_series_does_not_need_their_file() -> None:
    arms = expand(["+cell=gru", "data=series", "data.path=gone.csv"])
    nothing = pd.DataFrame({"seed": pd.Series([], dtype="Int64")})
    assert restrict(nothing, arms, nothing).empty

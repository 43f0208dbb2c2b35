"""Times of series: how they are read, their order, and what is irregular about them."""

from __future__ import annotations

import numpy as np
import pytest

from rnnbench.data.sets.series.times import TimeError, ordered, parse, regularity, shown


def line(row: int) -> str:
    return f"line {row + 2}"


def days(*offsets: float) -> np.ndarray:
    start = np.datetime64("2020-01-01", "us")
    return np.array([start + np.timedelta64(round(o * 24), "h") for o in offsets])


@pytest.mark.parametrize(
    ("text", "time_format", "wanted"),
    [
        ("2020-01-31", None, "2020-01-31"),
        ("2020-01", None, "2020-01-01"),
        ("2020-01-31 14:05", None, "2020-01-31 14:05:00"),
        ("2020-01-31T14:05:07Z", None, "2020-01-31 14:05:07"),
        ("2020-01-31T14:05:07+02:00", None, "2020-01-31 12:05:07"),
        ("1/31/2020", None, "2020-01-31"),
        ("31.01.2020", "%d.%m.%Y", "2020-01-31"),
        ("20200131", None, "2020-01-31"),
        ("1749", None, "1749"),
        ("1749-03", None, "1749-03-01"),
        ("0.25", None, "0.25"),
    ],
)
def test_times_are_dates_or_numbers(text: str, time_format: str | None, wanted: str) -> None:
    assert shown(parse([text], time_format, line)[0]) == wanted


@pytest.mark.parametrize(
    ("texts", "time_format", "parts"),
    [
        (["2020-01-01", "soon"], None, ("'soon' in line 3",)),
        (["2020-01-01", "2020-13-01"], None, ("'2020-13-01' in line 3",)),
        (["1/2/2020", "13/2/2020"], None, ("'13/2/2020' in line 3", "data.time_format=")),
        (["2020-01-01", "7"], None, ("'7' in line 3",)),
        (["1", "nan"], None, ("'nan' in line 3",)),
        (["01.02.2020", "2020-02-02"], "%d.%m.%Y", ("'2020-02-02' in line 3", "%d.%m.%Y")),
    ],
)
def test_what_is_no_time_is_refused_with_its_line(texts, time_format, parts) -> None:
    with pytest.raises(TimeError) as error:
        parse(texts, time_format, line)
    assert all(part in " ".join(error.value.args) for part in parts)


def test_rising_times_are_in_order_and_falling_ones_are_newest_first() -> None:
    assert ordered(days(0, 1, 2), line)
    assert not ordered(days(2, 1, 0), line)


def test_times_in_no_order_are_refused_with_the_first_line() -> None:
    with pytest.raises(TimeError, match="2020-01-02 in line 5, after 2020-01-04"):
        ordered(days(0, 2, 3, 1, 5), line)


def test_a_time_that_comes_twice_is_refused() -> None:
    with pytest.raises(TimeError, match="2020-01-03 in line 4 and line 6"):
        ordered(days(0, 1, 2, 3, 2), line)


@pytest.mark.parametrize(
    "times",
    [
        np.arange(30.0),
        days(*range(30)),
        np.arange("2019-01", "2023-01", dtype="datetime64[M]").astype("datetime64[us]"),
        np.arange("1990", "2023", dtype="datetime64[Y]").astype("datetime64[us]"),
    ],
)
def test_numbers_days_months_and_years_are_regular(times: np.ndarray) -> None:
    assert regularity(times) == ""


def test_gaps_are_told_with_the_longest() -> None:
    times = days(*range(20), *range(25, 45), 46)
    told = regularity(times)
    assert told.startswith(
        "2 of 40 steps are longer than the usual 1 day, the longest 6 days after"
    )
    assert "2020-01-20" in told


def test_mixed_frequencies_are_refused() -> None:
    with pytest.raises(TimeError, match=r"steps of 1 day around .* and of 7 days around"):
        regularity(days(*range(40), *range(40, 320, 7)))

"""Windows of series: what they hold, how they are cut and scaled, and that nothing leaks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnbench.data.sets.series.cuts import cuts
from rnnbench.data.sets.series.samples import WindowPlan, parts_of
from rnnbench.data.sets.series.windows import Cut, Series, Shape
from rnnbench.errors import ConfigError, DataError


def series(*columns: list[float] | np.ndarray, name: str = "a", first: int = 0) -> Series:
    values = np.array(columns, float).T
    return Series(name, np.arange(first, first + len(values)), values, values[:, :1])


def rising(steps: int, **more: object) -> Series:
    return series(np.arange(steps, dtype=float), **more)


def unscaled(one: Series, cut: Cut, shape: Shape, **more: object) -> dict:
    return parts_of([one], [cut], WindowPlan(shape, "none", **more))


def test_a_sample_is_a_window_and_the_steps_after_it() -> None:
    train = unscaled(rising(20), Cut(12, 12), Shape(3, 2))["training"]
    np.testing.assert_array_equal(train.x[0, :, 0], [0, 1, 2])
    np.testing.assert_array_equal(train.y[0], [3, 4])
    np.testing.assert_array_equal(train.y[-1], [10, 11])
    np.testing.assert_array_equal(train.last[0], [2, 2])


def test_no_window_crosses_a_cut() -> None:
    parts = unscaled(rising(30), Cut(12, 20), Shape(3, 2))
    spans = {
        part: (found.x.min(), found.y.max()) for part, found in parts.items() if len(found.samples)
    }
    assert spans == {"training": (0, 11), "validation": (12, 19), "test": (20, 29)}


def test_with_lookback_inputs_begin_before_the_part_and_targets_in_it() -> None:
    test = unscaled(rising(30), Cut(12, 20), Shape(3, 2, lookback=True))["test"]
    assert (test.x.min(), test.y.min(), test.y.max()) == (17, 20, 29)


def test_a_stride_leaves_windows_out() -> None:
    train = unscaled(rising(20), Cut(12, 12), Shape(3, 1, stride=4))["training"]
    assert train.x[:, 0, 0].tolist() == [0, 4, 8]


def test_several_targets_are_laid_out_step_by_step() -> None:
    steps = np.arange(12.0)
    two = np.stack([steps, 100 + steps], axis=1)
    one = Series("a", np.arange(12), two, two)
    train = parts_of([one], [Cut(8, 8)], WindowPlan(Shape(2, 2), "none"))["training"]
    assert train.y[0].tolist() == [2, 102, 3, 103]
    assert train.last[0].tolist() == [1, 101, 1, 101]


def test_samples_of_several_series_come_by_time() -> None:
    both = [rising(10), rising(10, name="b", first=2)]
    train = parts_of(both, [Cut(6, 6), Cut(6, 6)], WindowPlan(Shape(2, 1), "none"))["training"]
    assert train.samples.series.tolist() == [0, 0, 0, 1, 0, 1, 1, 1]


def test_limits_take_the_latest_training_samples_and_the_earliest_test_samples() -> None:
    parts = unscaled(rising(30), Cut(20, 20), Shape(2, 1), limit=3, test_limit=2)
    assert parts["training"].y[:, 0].tolist() == [17, 18, 19]
    assert parts["test"].y[:, 0].tolist() == [22, 23]


def test_series_can_be_trained_on_and_others_tested_on() -> None:
    both = [rising(10), series(np.arange(10.0) * 2, name="b")]
    plan = WindowPlan(Shape(2, 1), "none", trained=[True, False], tested=[False, True])
    parts = parts_of(both, [Cut(6, 6)] * 2, plan)
    assert set(parts["training"].samples.series) == {0}
    assert set(parts["test"].samples.series) == {1}


@pytest.mark.parametrize("scaling", ["standard", "minmax", "none"])
def test_scaling_is_undone_by_the_scale_that_comes_along(scaling: str) -> None:
    both = [rising(30), series(np.cos(np.arange(30)) * 50, name="b")]
    for part in parts_of(both, [Cut(15, 20)] * 2, WindowPlan(Shape(3, 2), scaling)).values():
        plain = part.y * part.scale[:, 0] + part.scale[:, 1]
        starts = part.samples.start + 3
        wanted = [
            both[s].targets[t : t + 2, 0] for s, t in zip(part.samples.series, starts, strict=True)
        ]
        np.testing.assert_allclose(plain, wanted, atol=1e-4)


def test_scalers_know_the_training_part_alone_unless_a_leak_is_asked_for() -> None:
    one = series([*range(10), *[1000.0] * 9, 500])
    plan = WindowPlan(Shape(3, 1), "minmax")
    assert parts_of([one], [Cut(10, 15)], plan)["training"].scale[0, :, 0].tolist() == [9, 0]
    leaking = parts_of([one], [Cut(10, 15)], replace(plan, leak=True))
    assert leaking["training"].scale[0, :, 0].tolist() == [1000, 0]


def test_the_naive_error_is_that_of_the_training_part() -> None:
    one = series([0.0, 1, 0, 1, 0, 1, 0, 1, 0, 50, 70, 90, 7, 8])
    assert unscaled(one, Cut(8, 8), Shape(2, 1))["test"].error[0, 0] == 1
    assert unscaled(one, Cut(8, 8), Shape(2, 1), season=2)["test"].error[0, 0] == 0


def test_a_part_that_is_too_short_is_refused_with_what_to_change() -> None:
    with pytest.raises(ConfigError, match=r"data\.window: .* the 4 steps of the test part"):
        unscaled(rising(24), Cut(20, 20), Shape(5, 1))
    with pytest.raises(ConfigError, match=r"data\.horizon"):
        unscaled(rising(24), Cut(20, 20), Shape(5, 6))


def test_a_series_that_is_constant_before_the_test_is_refused() -> None:
    with pytest.raises(DataError, match="which is 3 in all of its 10"):
        unscaled(series([3.0] * 10 + [1, 2, 3, 4, 5]), Cut(10, 10), Shape(2, 1))


@pytest.mark.parametrize(
    ("validation", "test", "wanted"),
    [
        (0.1, 0.2, Cut(70, 80)),
        (None, 0.2, Cut(80, 80)),
        (5, 20, Cut(75, 80)),
        ("60", "90", Cut(60, 90)),
        (0.1, "90", Cut(80, 90)),
    ],
)
def test_parts_are_shares_or_steps_or_times(validation, test, wanted) -> None:
    one = Series("a", np.arange(100.0), np.zeros((100, 1)), np.zeros((100, 1)))
    assert cuts([one], validation, test) == [wanted]


def test_dates_cut_all_series_at_one_time_and_shares_each_series_where_they_share_no_time() -> None:
    days = np.arange("2020-01-01", "2020-04-10", dtype="datetime64[D]").astype("datetime64[us]")
    values = np.zeros((100, 1))
    both = [
        Series("a", days, values, values),
        Series("b", days[40:], values[40:], values[40:]),
    ]
    assert cuts(both, "2020-03-01", "2020-04-01") == [Cut(60, 91), Cut(20, 51)]
    assert cuts(both, None, 0.1, is_shared=False) == [Cut(90, 90), Cut(54, 54)]


@pytest.mark.parametrize("at", ["2019-01-01", "2021-01-01", 0.999, 100, 500, "soon"])
def test_a_cut_that_leaves_a_part_empty_is_refused(at) -> None:
    days = np.arange("2020-01-01", "2020-04-10", dtype="datetime64[D]").astype("datetime64[us]")
    values = np.zeros((100, 1))
    with pytest.raises(ConfigError, match=r"^data\.test: "):
        cuts([Series("a", days, values, values)], None, at)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_no_value_after_a_cut_changes_what_comes_before(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 3))
    lengths = [data.draw(st.integers(30, 60)) for _ in range(count)]
    values = st.floats(-1e3, 1e3).map(lambda x: round(x, 3))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    whole = [series(rng.normal(size=(2, n)).tolist()[0], rng.normal(size=n)) for n in lengths]
    shape = Shape(
        data.draw(st.integers(1, 4)),
        data.draw(st.integers(1, 3)),
        data.draw(st.integers(1, 3)),
        data.draw(st.booleans()),
    )
    plan = WindowPlan(shape, data.draw(st.sampled_from(["standard", "minmax", "none"])))
    before = parts_of(whole, found := cuts(whole, 8, 8, is_shared=False), plan)
    number = data.draw(st.integers(0, count - 1))
    cut = found[number]
    step = data.draw(st.integers(data.draw(st.sampled_from(cut)), lengths[number] - 1))
    column = data.draw(st.integers(0, 1))
    changed = whole[number].inputs.copy()
    changed[step, column] = data.draw(values)
    other = [*whole]
    other[number] = replace(whole[number], inputs=changed, targets=changed[:, :1])
    after = parts_of(other, found, plan)
    untouched = ["training"] if step < cut.test else ["training", "validation"]
    for part in untouched:
        for a, b in zip(before[part][:-1], after[part][:-1], strict=True):
            np.testing.assert_array_equal(a, b)
    for part in after:
        np.testing.assert_array_equal(before[part].scale, after[part].scale)
        np.testing.assert_array_equal(before[part].error, after[part].error)

"""Series as prepared data sets: shapes, parts, facts, and what is told of them."""

from __future__ import annotations

import sys
import tracemalloc

import numpy as np
import pytest

from rnnbench.data import input_spec, prepare
from rnnbench.data.sets.series.forecast import raw_of, room
from rnnbench.data.sets.series.windows import Series, Shape, starts
from rnnbench.errors import ConfigError, DataError

DAYS = np.arange("2020-01-01", "2020-07-19", dtype="datetime64[D]")
WAVE = 10 + np.sin(np.arange(200) / 5) * 4


def csv(values: np.ndarray = WAVE) -> str:
    rows = [
        f"{day},{value:.4f},{n}" for n, (day, value) in enumerate(zip(DAYS, values, strict=True))
    ]
    return "\n".join(["date,x,other", *rows])


@pytest.fixture
def config(config_of):
    return config_of(csv(), time="date", target="x", window=10, horizon=3)


def test_a_model_sees_windows_and_forecasts_the_horizon(config, tmp_path) -> None:
    spec = input_spec(config)
    assert (spec.timesteps, spec.features, spec.targets, spec.horizon) == (10, 1, 3, 3)
    prepared = prepare(config, tmp_path)
    arrays = prepared.arrays()
    assert arrays.x_train.shape[1:] == (10, 1)
    assert arrays.y_train.shape[1:] == (3,)
    assert prepared.spec == spec


def test_a_configuration_that_knows_its_length_is_the_same(config) -> None:
    assert input_spec(config.model_copy(update={"maxlen": 10})) == input_spec(config)
    with pytest.raises(ConfigError, match=r"data\.maxlen: .* set data\.window"):
        input_spec(config.model_copy(update={"maxlen": 11}))


def test_predictions_are_in_the_unit_of_the_target(config, tmp_path) -> None:
    arrays = prepare(config, tmp_path).arrays()
    np.testing.assert_allclose(arrays.scale_test.undo(arrays.y_test)[:, 0], WAVE[170:-2], atol=1e-3)
    np.testing.assert_allclose(arrays.naive.last[:, 0], WAVE[169:-3], atol=1e-3)
    error = np.abs(np.diff(WAVE[:140])).mean()
    np.testing.assert_allclose(arrays.naive.error, error, rtol=1e-3)


def test_facts_tell_parts_with_their_dates_and_the_scaling(config, tmp_path) -> None:
    facts = prepare(config, tmp_path).facts
    assert facts["series"] == "1 of 200 time steps"
    assert facts["parts"] == [
        "training 2020-01-01 to 2020-05-19 (128 windows)",
        "validation 2020-05-20 to 2020-06-08 (8 windows)",
        "test 2020-06-09 to 2020-07-18 (28 windows)",
    ]
    assert facts["n_validation"] == 8
    assert facts["scaling"] == "standard, fitted to the training part"


def test_values_after_the_cut_change_no_training_window(config, config_of, tmp_path) -> None:
    other = config_of(
        csv(np.where(np.arange(200) < 140, WAVE, 1e4)),
        "other.csv",
        **config.model_dump(include={"time", "target", "window", "horizon"}),
    )
    before, after = (prepare(one, tmp_path).arrays() for one in (config, other))
    np.testing.assert_array_equal(before.x_train[:128], after.x_train[:128])
    np.testing.assert_array_equal(before.y_train[:128], after.y_train[:128])
    np.testing.assert_array_equal(before.scale_test.factor, after.scale_test.factor)


def test_a_leak_is_told_whenever_the_data_are_used(config, tmp_path) -> None:
    told: list[str] = []
    leaking = config.model_copy(update={"scaling_leak": True})
    prepared = prepare(leaking, tmp_path, on_progress=told.append)
    assert any("data.scaling_leak=true" in one for one in told)
    assert prepared.facts["scaling"].startswith("standard, fitted to all time steps, the test")
    assert prepared.digest != prepare(config, tmp_path).digest


@pytest.mark.parametrize("name", ["mackey_glass", "sunspots", "co2"])
def test_embedded_series_need_no_file(name, configure, tmp_path) -> None:
    if name != "mackey_glass":
        pytest.importorskip("statsmodels")
    prepared = prepare(configure(name), tmp_path)
    assert prepared.facts["n_validation"] > 20
    assert prepared.arrays().naive.error.min() > 0


def test_a_missing_package_is_told_with_what_installs_it(configure, tmp_path, monkeypatch) -> None:
    for name in [name for name in sys.modules if name.startswith("statsmodels")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "statsmodels", None)
    with pytest.raises(DataError, match=r"pip install statsmodels"):
        prepare(configure("sunspots"), tmp_path)


@pytest.mark.parametrize(
    ("features", "targets", "shape"),
    [(1, 1, Shape(60, 1)), (3, 1, Shape(20, 1, stride=2)), (2, 2, Shape(5, 40)), (1, 1, Shape(1))],
)
def test_memory_that_windows_take_is_estimated_well(configure, features, targets, shape) -> None:
    values = np.random.default_rng(0).normal(size=(20_000, features))
    series = Series("a", np.arange(len(values)), values, values[:, :targets])
    config = configure(
        "series",
        window=shape.window,
        horizon=shape.horizon,
        stride=shape.stride,
        validation=0.05,
        test=0.05,
        scaling="standard",
    )
    tracemalloc.start()
    raw_of(config, [series], {})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    windows, size = room([series], shape)
    assert windows == len(starts(shape, 0, len(series)))
    assert 0.8 * peak < size + 2 * values.nbytes < 2 * peak


def test_windows_that_no_memory_holds_are_refused_whatever_makes_them_large(configure) -> None:
    values = np.arange(200_000.0).reshape(-1, 2) % 7
    series = Series("a", np.arange(len(values)), values, values)
    for keys in ({"horizon": 3000, "window": 1}, {"horizon": 1, "window": 6000}):
        with pytest.raises(ConfigError, match=r"^data\.stride: .*at most 16 GiB.*raise data"):
            raw_of(configure("series", validation=0.1, test=0.1, **keys), [series], {})

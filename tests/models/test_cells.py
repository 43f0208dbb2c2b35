"""What every cell must satisfy; a new entry of ``CELLS`` is covered without a line here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from rnnbench.config.schema import CellConfig
from rnnbench.data import InputSpec
from rnnbench.errors import ConfigError
from rnnbench.models.build import build
from rnnbench.models.cells import CELLS, DEFAULTS, Cell, build_layer, check_cell, get_cell
from rnnbench.reference import REFERENCES
from rnnbench.testing import CellConformance
from rnnbench.testing.cells import BATCH, INPUTS, TIME, UNITS

FOLDER = Path(__file__).parents[2] / "conf" / "cell"


def configured(name: str, **options: Any) -> CellConfig:
    """Return the cell as its YAML states it."""
    return CellConfig(**yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8")) | options)


def built(
    config: CellConfig, seeds: tuple[int, int, int] = (1, 2, 3), inputs: int = INPUTS, **kw: Any
) -> Any:
    """Return a built layer whose three seeds are for kernel, recurrent kernel and dropout."""
    seed, recurrent_seed, dropout_seed = seeds
    layer = build_layer(
        config,
        kw.pop("units", UNITS),
        seed=seed,
        recurrent_seed=recurrent_seed,
        dropout_seed=dropout_seed,
        **kw,
    )
    layer.build((None, TIME, inputs))
    return layer


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(BATCH, TIME, INPUTS)).astype(np.float32)


@pytest.mark.parametrize("name", CELLS)
class TestCell(CellConformance):
    @pytest.fixture
    def cell(self, name: str) -> Cell:
        return CELLS[name]

    def test_gates_and_biases_are_those_of_the_weights(self, name: str) -> None:
        cell = CELLS[name]
        blocks = len(cell.gates) * UNITS
        kernel, recurrent, bias, *peepholes = built(configured(name)).get_weights()
        assert kernel.shape == (INPUTS, blocks)
        assert recurrent.shape == (UNITS, blocks)
        assert bias.size == cell.biases * blocks
        assert [weight.shape for weight in peepholes] == [(UNITS, UNITS)] * len(cell.peepholes)

    def test_has_a_yaml_of_its_name_with_only_its_own_keys(self, name: str) -> None:
        config = configured(name)
        assert config.name == name
        assert set(config.options) <= set(CELLS[name].options)
        assert check_cell(config) is CELLS[name]

    def test_composes_from_the_command_line(self, name: str, configure: Any) -> None:
        assert configure(f"+cell={name}", "data=digits").cell == configured(name)

    def test_computes_what_the_numpy_reference_computes(self, name: str, x: np.ndarray) -> None:
        config = configured(name)
        layer = built(config, return_sequences=True)
        rng = np.random.default_rng(7)
        weights = [rng.normal(scale=0.5, size=w.shape) for w in layer.get_weights()]
        layer.set_weights(weights)
        activations = {key: v for key, v in config.options.items() if key.endswith("activation")}
        expected = REFERENCES[name](x, weights, **activations)
        np.testing.assert_allclose(np.asarray(layer(x)), expected, atol=1e-5)

    def test_each_seed_belongs_to_one_kernel(self, name: str) -> None:
        kernel, recurrent, *_ = built(configured(name)).get_weights()
        other_kernel, same_recurrent, *_ = built(configured(name), (9, 2, 3)).get_weights()
        same_kernel, other_recurrent, *_ = built(configured(name), (1, 9, 3)).get_weights()
        assert not np.allclose(kernel, other_kernel)
        assert not np.allclose(recurrent, other_recurrent)
        np.testing.assert_array_equal(kernel, same_kernel)
        np.testing.assert_array_equal(recurrent, same_recurrent)

    def test_dropout_seed_decides_the_mask_and_nothing_else(self, name: str, x: np.ndarray) -> None:
        def trained(seed: int) -> np.ndarray:
            layer = built(configured(name), (1, 2, seed), dropout=0.5)
            return np.asarray(layer(x, training=True))

        np.testing.assert_array_equal(trained(3), trained(3))
        assert not np.allclose(trained(3), trained(4))

    def test_refuses_a_key_that_it_does_not_take(self, name: str) -> None:
        for key in ("unitz", *CELLS[name].fixed):
            with pytest.raises(ConfigError) as caught:
                check_cell(configured(name, **{key: True}))
            assert caught.value.key == f"cell.{key}"
            assert name in caught.value.expected

    def test_refuses_a_value_that_an_option_does_not_take(self, name: str) -> None:
        for key, allowed in CELLS[name].options.items():
            for wrong in ("no such value", 1, 0.0, None):
                with pytest.raises(ConfigError) as caught:
                    check_cell(configured(name, **{key: wrong}))
                assert caught.value.key == f"cell.{key}"
                assert str(allowed[0]) in caught.value.expected

    def test_what_fast_implementations_know_is_the_default(self, name: str) -> None:
        cell = CELLS[name]
        assert cell.is_usual({})
        for key, allowed in cell.options.items():
            for value in allowed:
                default = "tanh" if key == "activation" else "sigmoid"
                known = key == "unit_forget_bias" or value == default
                assert cell.is_usual({key: value}) == known

    def test_an_option_that_is_not_given_has_keras_s_default(self, name: str) -> None:
        plain = built(configured(name)).get_config()
        layer = plain.get("cell", {}).get("config", plain)
        assert {key: layer[key] for key in CELLS[name].options} == {
            key: DEFAULTS[key] for key in CELLS[name].options
        }

    def test_is_drawn_with_a_colour_and_marker_of_its_own(self, name: str) -> None:
        cell = CELLS[name]
        assert re.fullmatch(r"#[0-9A-F]{6}", cell.colour)
        others: list[Cell] = [other for other in CELLS.values() if other is not cell]
        assert cell.colour not in {other.colour for other in others}
        assert cell.marker not in {other.marker for other in others}

    def test_is_listed_under_its_name(self, name: str) -> None:
        cell = CELLS[name]
        assert get_cell(name) is cell
        assert cell.name == name


def test_every_yaml_is_a_cell() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(CELLS)


def test_unknown_cell_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ConfigError, match="did you mean gru") as caught:
        check_cell(CellConfig(name="grru"))
    assert caught.value.key == "cell"


def test_missing_cell_is_refused_with_an_example() -> None:
    with pytest.raises(ConfigError, match=r"\+cell=lstm"):
        check_cell(None)


def test_lstm_blocks_are_named_in_the_order_of_keras() -> None:
    symbols = [gate.symbol for gate in CELLS["lstm"].gates]
    bias = built(configured("lstm")).get_weights()[2].reshape(4, UNITS)
    ones = np.eye(4)[symbols.index("f")][:, None] * np.ones(UNITS)
    np.testing.assert_array_equal(bias, ones)


def test_a_peephole_has_a_start_of_its_own_that_follows_the_recurrent_seed() -> None:
    _, recurrent, _, peephole = built(configured("lstm_peephole")).get_weights()
    *_, same = built(configured("lstm_peephole"), (9, 2, 9)).get_weights()
    *_, other = built(configured("lstm_peephole"), (1, 9, 3)).get_weights()
    np.testing.assert_array_equal(peephole, same)
    assert not np.allclose(peephole, other)
    assert not np.allclose(peephole, recurrent[:, :UNITS])
    np.testing.assert_allclose(peephole @ peephole.T, np.eye(UNITS), atol=1e-6)


@pytest.mark.parametrize("dropouts", [(0.0, 0.0), (0.3, 0.0), (0.3, 0.3)])
def test_a_closed_peephole_trains_as_the_lstm_of_keras(
    dropouts: tuple[float, float], x: np.ndarray
) -> None:
    options = {"dropout": dropouts[0], "recurrent_dropout": dropouts[1]}
    plain, seeing = (built(configured(name), **options) for name in ("lstm", "lstm_peephole"))
    weights = plain.get_weights()
    seeing.set_weights([*weights, np.zeros((UNITS, UNITS))])
    expected = np.asarray(plain(x, training=True))
    np.testing.assert_allclose(np.asarray(seeing(x, training=True)), expected, atol=1e-6)
    seeing.set_weights([*weights, 2 * np.eye(UNITS)])
    assert np.abs(np.asarray(seeing(x, training=True)) - expected).max() > 1e-3


def test_a_model_with_a_peephole_is_rebuilt_from_its_architecture(configure: Any) -> None:
    import keras

    words = ("+cell=lstm_peephole", "data=digits")
    config = configure(*words, units=4, depth=2, bidirectional=True)
    model = build(config, InputSpec(TIME, INPUTS, None, 10), seed=0)
    again = keras.models.model_from_json(model.to_json())
    assert [w.shape for w in again.weights] == [w.shape for w in model.weights]


@pytest.mark.parametrize(("name", "symbol"), [("gru", "z"), ("gru_reset_before", "z")])
def test_gru_keeps_its_state_where_the_update_gate_is_open(
    name: str, symbol: str, x: np.ndarray
) -> None:
    layer = built(configured(name))
    kernel, recurrent, bias = layer.get_weights()
    block = [gate.symbol for gate in CELLS[name].gates].index(symbol)
    bias[..., block * UNITS : (block + 1) * UNITS] = 50.0
    layer.set_weights([kernel, recurrent, bias])
    np.testing.assert_allclose(np.asarray(layer(x)), 0.0, atol=1e-6)

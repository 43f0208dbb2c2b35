"""What every cell must satisfy for its numbers to be comparable with those of other cells."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rnnbench.errors import ConfigError
from rnnbench.models.cells import Cell
from rnnbench.testing.modules import must_have_a_name, must_not_import_keras

# Inputs and units of the layers whose parameters are counted.
SIZES = [(1, 1), (3, 5), (7, 4), (128, 150)]
BATCH, TIME, INPUTS, UNITS = 4, 9, 3, 5
TOLERANCE = 1e-5
SEEDS = (1, 2, 3)


def layer_of(
    cell: Cell,
    seeds: tuple[int, int, int] = SEEDS,
    *,
    inputs: int = INPUTS,
    units: int = UNITS,
    batch: int | None = None,
    options: dict[str, Any] | None = None,
    **arguments: Any,
) -> Any:
    """Return a built layer of Keras.

    Args:
        cell: whose layer it is.
        seeds: of kernel, recurrent kernel and dropout.
        inputs, units: features a step, and width of the state.
        batch: samples of every batch, for a stateful layer.
        options: of the cell, by name.
        arguments: further arguments of the layer.
    """
    seed, recurrent_seed, dropout_seed = seeds
    layer = cell.layer(
        units,
        seed=seed,
        recurrent_seed=recurrent_seed,
        dropout_seed=dropout_seed,
        **(options or {}),
        **arguments,
    )
    layer.build((batch, TIME, inputs))
    return layer


class CellConformance:
    """Tests of a cell; a class of yours inherits them and has a fixture ``cell``.

    The layer takes ``(batch, time, inputs)`` and gives ``(batch, units)``, or ``(batch, time,
    units)`` with ``return_sequences``.

    Examples:
        In a file of your tests, beside the module ``my_cells``:

        .. code-block:: python

            import pytest
            from rnnbench.testing import CellConformance

            from my_cells import MGU

            class TestMGU(CellConformance):
                @pytest.fixture
                def cell(self):
                    return MGU
    """

    @pytest.fixture
    def cell(self) -> Cell:
        """Return the cell that is tested."""
        raise NotImplementedError("a class that inherits CellConformance has a fixture `cell`")

    @pytest.fixture
    def x(self) -> NDArray[np.float32]:
        """Return features, ``(batch, time, inputs)``."""
        return self.features()

    @staticmethod
    def features() -> NDArray[np.float32]:
        """Return random features, ``(batch, time, inputs)``, always the same."""
        return np.random.default_rng(0).normal(size=(BATCH, TIME, INPUTS)).astype(np.float32)

    def test_has_a_name_a_title_gates_and_a_year_of_its_paper(self, cell: Cell) -> None:
        must_have_a_name(cell.name)
        assert cell.title
        assert re.search(r"\b(19|20)\d\d\b", cell.paper)
        assert len({gate.symbol for gate in cell.gates}) == len(cell.gates) > 0
        assert set(cell.peepholes) <= {gate.symbol for gate in cell.gates}

    def test_has_a_version_if_its_layer_is_a_function(self, cell: Cell) -> None:
        assert isinstance(cell.version, str)
        assert cell.version or isinstance(cell.keras_class, str)

    def test_its_module_imports_no_tensorflow(self, cell: Cell) -> None:
        if isinstance(cell.keras_class, str):  # rnnbench's own module, or Keras's
            return
        must_not_import_keras(cell.keras_class.__module__)

    @pytest.mark.parametrize(("inputs", "units"), SIZES)
    def test_parameter_formula_is_what_keras_counts(
        self, cell: Cell, inputs: int, units: int
    ) -> None:
        counted = layer_of(cell, inputs=inputs, units=units).count_params()
        assert cell.parameters(inputs, units) == counted
        # The printed arithmetic gives the same number.
        text = cell.formula(inputs, units).replace("·", "*")
        assert re.fullmatch(r"[\d*+() ]+", text)
        assert eval(text) == counted  # noqa: S307

    def test_every_weight_is_trained(self, cell: Cell) -> None:
        layer = layer_of(cell)
        trained = sum(int(np.prod(weight.shape)) for weight in layer.trainable_weights)
        assert trained == layer.count_params()

    def test_gives_the_last_state_or_every_state(self, cell: Cell, x: NDArray[np.float32]) -> None:
        last = np.asarray(layer_of(cell)(x))
        every = np.asarray(layer_of(cell, return_sequences=True)(x))
        assert last.shape == (BATCH, UNITS)
        assert every.shape == (BATCH, TIME, UNITS)
        np.testing.assert_allclose(every[:, -1], last, atol=TOLERANCE)

    def test_reads_backwards_where_it_is_told_to(self, cell: Cell, x: NDArray[np.float32]) -> None:
        backwards = np.asarray(layer_of(cell, go_backwards=True)(x))
        np.testing.assert_allclose(backwards, layer_of(cell)(x[:, ::-1]), atol=TOLERANCE)

    def test_goes_on_from_its_last_state_where_it_is_stateful(
        self, cell: Cell, x: NDArray[np.float32]
    ) -> None:
        stateful = layer_of(cell, batch=BATCH, stateful=True)
        stateful(x[:, :4])
        np.testing.assert_allclose(stateful(x[:, 4:]), layer_of(cell)(x), atol=TOLERANCE)

    def test_padding_in_front_changes_nothing_under_a_mask(
        self, cell: Cell, x: NDArray[np.float32]
    ) -> None:
        layer = layer_of(cell)
        padded = np.concatenate([np.zeros_like(x), x], axis=1)
        mask = np.arange(2 * TIME)[None, :].repeat(BATCH, axis=0) >= TIME
        np.testing.assert_allclose(layer(padded, mask=mask), layer(x), atol=TOLERANCE)

    def test_gradients_reach_every_weight(self, cell: Cell, x: NDArray[np.float32]) -> None:
        import tensorflow as tf

        layer = layer_of(cell, return_sequences=True)
        towards = np.random.default_rng(1).normal(size=(BATCH, TIME, UNITS))
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(layer(x) * towards.astype(np.float32))
        variables = [weight.value for weight in layer.trainable_weights]
        for weight, gradient in zip(
            layer.trainable_weights, tape.gradient(loss, variables), strict=True
        ):
            assert gradient is not None, f"no gradient of {weight.path}"
            values = np.asarray(tf.convert_to_tensor(gradient))
            assert np.isfinite(values).all(), weight.path
            assert np.any(values != 0), f"a gradient of nothing but zeros of {weight.path}"

    def test_same_seeds_give_the_same_weights_and_states(
        self, cell: Cell, x: NDArray[np.float32]
    ) -> None:
        first, second = layer_of(cell), layer_of(cell)
        for one, other in zip(first.get_weights(), second.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(np.asarray(first(x)), np.asarray(second(x)))

    @pytest.mark.parametrize("seeds", [(9, 2, 3), (1, 9, 3)], ids=["kernel", "recurrent kernel"])
    def test_another_seed_gives_other_weights(
        self, cell: Cell, seeds: tuple[int, int, int]
    ) -> None:
        first, other = layer_of(cell).get_weights(), layer_of(cell, seeds).get_weights()
        same = [np.array_equal(one, two) for one, two in zip(first, other, strict=True)]
        assert not all(same)

    @pytest.mark.parametrize("kind", ["dropout", "recurrent_dropout"])
    def test_dropout_is_drawn_from_its_seed_and_only_in_training(
        self, cell: Cell, x: NDArray[np.float32], kind: str
    ) -> None:
        """A cell may refuse dropout by a ConfigError; it must not ignore it."""

        def states(seed: int, *, training: bool = True) -> NDArray[np.float32]:
            rates: dict[str, Any] = {kind: 0.5}
            layer = layer_of(cell, (1, 2, seed), **rates)
            return np.asarray(layer(x, training=training))

        try:
            first = states(3)
        except ConfigError as refused:
            assert refused.key == f"model.{kind}"  # noqa: PT017
            return
        np.testing.assert_array_equal(first, states(3))
        assert not np.allclose(first, states(4))
        np.testing.assert_array_equal(states(3, training=False), states(4, training=False))

    def test_builds_with_every_value_of_every_option(
        self, cell: Cell, x: NDArray[np.float32]
    ) -> None:
        for key, allowed in cell.options.items():
            for value in allowed:
                layer = layer_of(cell, options={key: value})
                assert layer.count_params() == cell.parameters(INPUTS, UNITS), (key, value)
                assert np.isfinite(np.asarray(layer(x))).all(), (key, value)

    def test_its_architecture_can_be_stored(self, cell: Cell) -> None:
        import keras

        inputs = keras.Input((TIME, INPUTS))
        layer = cell.layer(UNITS, seed=1, recurrent_seed=2, dropout_seed=3)
        assert keras.Model(inputs, layer(inputs)).to_json()

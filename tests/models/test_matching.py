"""Units chosen so that recurrent parameters come nearest to a reference's."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnbench.config.schema import EmbeddingConfig, ModelConfig
from rnnbench.data import InputSpec
from rnnbench.errors import ConfigError
from rnnbench.models.cells import CELLS, get_cell
from rnnbench.models.matching import Reference, parse_reference, resolve_units, solve
from rnnbench.models.parameters import recurrent_parameters

SPEC = InputSpec(timesteps=100, features=None, vocabulary=10_000, classes=2)
cells = st.sampled_from(sorted(CELLS)).map(get_cell)


def stack(depth: int = 1, bidirectional: bool = False) -> ModelConfig:
    return ModelConfig(
        units=1,
        depth=depth,
        dropout=0.0,
        recurrent_dropout=0.0,
        bidirectional=bidirectional,
        stateful=False,
        head="last",
        head_dropout=0.0,
        embedding=EmbeddingConfig(kind="trainable", dim=128),
    )


models = st.builds(stack, st.integers(1, 8), st.booleans())


@pytest.mark.parametrize(
    ("name", "units", "parameters"),
    [
        ("gru", 154, 131_208),
        ("simple_rnn", 304, 304 * (128 + 304 + 1)),
        ("gru_reset_before", 155, 3 * 155 * (128 + 155 + 1)),
        ("lstm", 128, 131_584),
        ("lstm_peephole", 119, 4 * 119 * (128 + 119 + 1) + 119 * 119),
    ],
)
def test_matches_lstm_128_on_128_inputs(name: str, units: int, parameters: int) -> None:
    match = solve(get_cell(name), parse_reference("lstm:128"), stack(), 128)
    assert (match.units, match.parameters, match.target) == (units, parameters, 131_584)
    assert match.difference == parameters - 131_584


@given(cells, cells, st.integers(1, 300), models, st.integers(1, 400))
def test_no_other_number_of_units_is_nearer(
    cell: Any, reference: Any, units: int, model: ModelConfig, inputs: int
) -> None:
    match = solve(cell, Reference(reference, units), model, inputs)
    target = recurrent_parameters(reference, model, inputs, units)
    others = range(1, 5 * units + 10)
    distances = {u: abs(recurrent_parameters(cell, model, inputs, u) - target) for u in others}
    nearest = min(distances.values())
    assert match.target == target
    assert match.parameters == recurrent_parameters(cell, model, inputs, match.units)
    assert abs(match.difference) == nearest
    # Of two equally near, the smaller.
    assert match.units == min(u for u, distance in distances.items() if distance == nearest)


@given(cells, st.integers(1, 65_536), models, st.integers(1, 1000))
def test_a_cell_matched_to_itself_keeps_its_units(
    cell: Any, units: int, model: ModelConfig, inputs: int
) -> None:
    match = solve(cell, Reference(cell, units), model, inputs)
    assert match.units == units
    assert match.difference == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "lstm",
        "lstm:",
        ":128",
        "128",
        "lstm:0",
        "lstm:-1",
        "lstm:1.5",
        "lstm:abc",
        "lstm:65537",
        "lstm:1234567890",
        "lstm 128",
        "lstm=128",
        "lstm:128 ",
        "lstm:128:2",
        "lstmm:128",
        "LSTM:128",
    ],
)
def test_refuses_a_reference_that_is_no_cell_with_units(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_reference(text)
    assert caught.value.key == "match"
    assert str(caught.value).startswith("match: expected ")


def test_a_misspelt_cell_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean lstm"):
        parse_reference("lsmt:128")


def test_configuration_gets_the_matched_units(configure: Any) -> None:
    config = configure("+cell=gru", "match=lstm:128", "model.embedding.dim=128")
    resolved = resolve_units(config, SPEC)
    assert resolved.model.units == 154
    assert resolved.model_copy(update={"model": config.model}) == config


def test_features_decide_the_inputs_where_there_is_no_embedding(configure: Any) -> None:
    config = configure("+cell=gru", "match=lstm:128", "model.embedding.dim=128")
    resolved = resolve_units(config, InputSpec(8, 8, None, 10))
    target = 4 * 128 * (8 + 128 + 1)
    gap = abs(3 * resolved.model.units * (8 + resolved.model.units + 2) - target)
    for units in (resolved.model.units - 1, resolved.model.units + 1):
        assert abs(3 * units * (8 + units + 2) - target) > gap


def test_without_match_the_configuration_stays(configure: Any) -> None:
    config = configure("+cell=gru", "model.units=77")
    assert resolve_units(config, SPEC) is config


def test_the_whole_stack_is_matched(configure: Any) -> None:
    config = configure("+cell=gru", "match=lstm:32", "model.embedding.dim=16", depth=3)
    units = resolve_units(config, SPEC).model.units
    target = 4 * 32 * (16 + 32 + 1) + 2 * 4 * 32 * (32 + 32 + 1)

    def total(u: int) -> int:
        return 3 * u * (16 + u + 2) + 2 * 3 * u * (u + u + 2)

    assert units == min(range(1, 100), key=lambda u: abs(total(u) - target))

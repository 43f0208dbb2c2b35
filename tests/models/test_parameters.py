"""Parameter arithmetic against published tables and against the models that Keras builds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, cycle, product
from typing import Any

import pytest

from rnnbench.config.schema import Config
from rnnbench.data import InputSpec
from rnnbench.models.build import build
from rnnbench.models.cells import CELLS, check_cell
from rnnbench.models.parameters import ParameterTable, count

IMDB_100 = InputSpec(timesteps=100, features=None, vocabulary=10_000, classes=2)
IMDB_500 = InputSpec(timesteps=500, features=None, vocabulary=10_000, classes=2)
VECTORS = InputSpec(timesteps=400, features=300, vocabulary=None, classes=2)


@dataclass(frozen=True)
class Published:
    """A system of the sources: its words and the parameters of its layers."""

    words: tuple[str, ...]
    spec: InputSpec
    layers: dict[str, int]
    total: int
    without_head: int


def _imdb(cell: str, units: int, dim: int, *more: str) -> tuple[str, ...]:
    return (f"+cell={cell}", f"model.units={units}", f"model.embedding.dim={dim}", *more)


DROPOUT = ("model.dropout=0.2", "model.recurrent_dropout=0.2")
SYSTEMS = {
    "imdb_lstm150": Published(
        _imdb("lstm", 150, 128),
        IMDB_100,
        {"embedding": 1_280_000, "lstm_1": 167_400, "dense": 151},
        1_447_551,
        1_447_400,
    ),
    "imdb_lstm128_dropout": Published(
        _imdb("lstm", 128, 128, *DROPOUT),
        IMDB_100,
        {"embedding": 1_280_000, "lstm_1": 131_584, "dense": 129},
        1_411_713,
        1_411_584,
    ),
    "imdb_gru128_dropout": Published(
        _imdb("gru", 128, 128, *DROPOUT),
        IMDB_100,
        {"embedding": 1_280_000, "gru_1": 99_072, "dense": 129},
        1_379_201,
        1_379_072,
    ),
    "imdb_gru154_dropout": Published(
        _imdb("gru", 154, 128, *DROPOUT),
        IMDB_100,
        {"embedding": 1_280_000, "gru_1": 131_208, "dense": 155},
        1_411_363,
        1_411_208,
    ),
    "imdb_simple_rnn32": Published(
        _imdb("simple_rnn", 32, 32),
        IMDB_500,
        {"embedding": 320_000, "simple_rnn_1": 2_080, "dense": 33},
        322_113,
        322_080,
    ),
    "imdb_lstm32": Published(
        _imdb("lstm", 32, 32),
        IMDB_500,
        {"embedding": 320_000, "lstm_1": 8_320, "dense": 33},
        328_353,
        328_320,
    ),
    "stacked_simple_rnn32x4": Published(
        _imdb("simple_rnn", 32, 32, "model.depth=4"),
        IMDB_500,
        {"embedding": 320_000, **{f"simple_rnn_{n}": 2_080 for n in (1, 2, 3, 4)}, "dense": 33},
        328_353,
        328_320,
    ),
    "simple_rnn32_sequences": Published(
        _imdb("simple_rnn", 32, 32, "model.head=none"),
        IMDB_500,
        {"embedding": 320_000, "simple_rnn_1": 2_080},
        322_080,
        322_080,
    ),
    "text_simple_rnn50_vectors": Published(
        ("+cell=simple_rnn", "model.units=50", "model.head=flatten", "model.head_dropout=0.2"),
        VECTORS,
        {"simple_rnn_1": 17_550, "head_dropout": 0, "flatten": 0, "dense": 20_001},
        37_551,
        17_550,
    ),
}


def counted(config: Config, spec: InputSpec) -> ParameterTable:
    return count(check_cell(config.cell), config.model, spec)


def layers_of(model: Any) -> list[tuple[str, tuple[int, ...], int]]:
    """Return name, output shape without the batch, and parameters of Keras's layers."""
    return [
        (layer.name, tuple(layer.output.shape[1:]), layer.count_params())
        for layer in model.layers[1:]
    ]


@pytest.mark.parametrize("name", SYSTEMS)
class TestPublishedSystem:
    def test_arithmetic_gives_the_published_parameters(self, name: str, configure: Any) -> None:
        system = SYSTEMS[name]
        table = counted(configure(*system.words), system.spec)
        assert {layer.name: layer.parameters for layer in table.layers} == system.layers
        assert table.total() == system.total
        assert table.without_head == system.without_head

    def test_keras_builds_the_published_parameters(self, name: str, configure: Any) -> None:
        system = SYSTEMS[name]
        model = build(configure(*system.words), system.spec, seed=0)
        assert {layer: params for layer, _, params in layers_of(model)} == system.layers
        assert model.count_params() == system.total


def test_a_gru_with_one_bias_a_gate_has_the_count_made_by_hand(configure: Any) -> None:
    config = configure(*_imdb("gru_reset_before", 128, 128))
    assert counted(config, IMDB_100).recurrent == 98_688 == 3 * 128 * (128 + 128 + 1)
    assert counted(configure(*_imdb("gru", 128, 128)), IMDB_100).recurrent == 99_072


def test_without_a_head_every_state_is_the_output(configure: Any) -> None:
    system = SYSTEMS["simple_rnn32_sequences"]
    model = build(configure(*system.words), system.spec, seed=0)
    assert model.output_shape == (None, 500, 32)
    assert counted(configure(*system.words), system.spec).layers[-1].shape == (500, 32)


TOKENS = {classes: InputSpec(6, None, 20, classes) for classes in (2, 10)}
FEATURES = {classes: InputSpec(6, 3, None, classes) for classes in (2, 10)}
HEADS = ("last", "flatten", "mean", "max", "none")
# The cell, the number of classes and the dropout of the head take turns.
GRID = [
    (name, *rest, classes, head_dropout)
    for name, classes, head_dropout, rest in zip(
        cycle(CELLS),
        cycle((2, 10, 10, 2, 2)),
        cycle((0.0, 0.5, 0.0)),
        chain(
            product((1, 2), HEADS, (False, True), (TOKENS, FEATURES)),
            product((3,), HEADS, (False, True), (TOKENS,)),
            product((8,), ("last", "flatten"), (True,), (TOKENS,)),
        ),
        strict=False,
    )
]


def _grid_id(value: Any) -> str:
    return "tokens" if value is TOKENS else "features" if value is FEATURES else str(value)


@pytest.mark.parametrize(
    ("cell", "depth", "head", "bidirectional", "kind", "classes", "head_dropout"),
    GRID,
    ids=_grid_id,
)
def test_arithmetic_is_the_model_that_keras_builds(
    configure: Any,
    cell: str,
    depth: int,
    head: str,
    bidirectional: bool,
    kind: dict[int, InputSpec],
    classes: int,
    head_dropout: float,
) -> None:
    spec = kind[classes]
    config = configure(
        f"+cell={cell}",
        "model.embedding.dim=4",
        units=5,
        depth=depth,
        head=head,
        bidirectional=bidirectional,
        head_dropout=head_dropout,
    )
    model, table = build(config, spec, seed=0), counted(config, spec)
    assert [(layer.name, layer.shape, layer.parameters) for layer in table.layers] == layers_of(
        model
    )
    assert table.total() == model.count_params()
    assert table.recurrent == sum(
        layer.count_params() for layer in model.layers if cell in layer.name
    )
    assert model.output_shape == (None, *table.layers[-1].shape)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_normalisation_between_layers_is_counted(configure: Any, bidirectional: bool) -> None:
    spec = FEATURES[2]
    keys = {"units": 5, "bidirectional": bidirectional}
    config = configure("+cell=gru", "model.depth=3", "model.layer_norm=true", **keys)
    model, table = build(config, spec, seed=0), counted(config, spec)
    found = [(layer.name, layer.shape, layer.parameters) for layer in table.layers]
    assert found == layers_of(model)
    width = 10 if bidirectional else 5
    norms = [layer for layer in found if "norm" in layer[0]]
    assert norms == [(f"layer_norm_{n}", (spec.timesteps, width), 2 * width) for n in (1, 2)]
    assert table.recurrent == sum(one.parameters for one in table.layers if "gru" in one.name)

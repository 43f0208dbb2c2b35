"""Parameter counts of a whole model, layer by layer, without building it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from rnnbench.config.schema import ModelConfig
from rnnbench.data import InputSpec
from rnnbench.models.cells import Cell


class LayerCount(NamedTuple):
    """One layer: name, kind, output shape without the batch, parameters and their arithmetic.

    ``frozen`` parameters are those that training does not change; ``parameters`` are the others.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int
    formula: str = ""
    frozen: int = 0


@dataclass(frozen=True)
class ParameterTable:
    """The layers of a model and their sums."""

    layers: tuple[LayerCount, ...]

    def total(self, kind: str | None = None) -> int:
        """Return the parameters of all layers, or of one kind, without frozen ones."""
        return sum(layer.parameters for layer in self.layers if kind in (None, layer.kind))

    @property
    def recurrent(self) -> int:
        """Parameters of the recurrent layers."""
        return self.total("recurrent")

    @property
    def frozen(self) -> int:
        """Parameters that training does not change: word vectors."""
        return sum(layer.frozen for layer in self.layers)

    @property
    def without_head(self) -> int:
        """Parameters of everything below the head."""
        return self.total() - self.total("head")


def recurrent_inputs(model: ModelConfig, spec: InputSpec) -> int:
    """Return the features that the first recurrent layer sees at each step."""
    return model.embedding.dim if spec.features is None else spec.features


def recurrent_parameters(cell: Cell, model: ModelConfig, inputs: int, units: int) -> int:
    """Return the parameters of the whole recurrent stack with ``units`` units a layer."""
    return sum(
        cell.parameters(width, units) * (2 if model.bidirectional else 1)
        for width in _layer_inputs(model, inputs, units)
    )


def count(cell: Cell, model: ModelConfig, spec: InputSpec, *, mask: bool = False) -> ParameterTable:
    """Return the layers of the model that :func:`rnnbench.models.build.build` would build."""
    units = model.units
    layers: list[LayerCount] = []
    if spec.features is None:
        assert spec.vocabulary is not None
        rows, dim = spec.vocabulary, model.embedding.dim
        frozen = rows * dim if model.embedding.is_frozen else 0
        layers.append(
            LayerCount(
                "embedding",
                "embedding",
                (spec.timesteps, dim),
                rows * dim - frozen,
                f"{rows}·{dim}",
                frozen,
            )
        )
    elif mask:
        shape = (spec.timesteps, spec.features)
        layers.append(LayerCount("masking", "regulariser", shape, 0))
    width = units * (2 if model.bidirectional else 1)
    for number, inputs in enumerate(_layer_inputs(model, recurrent_inputs(model, spec), units), 1):
        sequences = number < model.depth or model.head != "last"
        formula = cell.formula(inputs, units)
        layers.append(
            LayerCount(
                layer_name(cell, model, number),
                "recurrent",
                (spec.timesteps, width) if sequences else (width,),
                cell.parameters(inputs, units) * (2 if model.bidirectional else 1),
                f"2·{formula}" if model.bidirectional else formula,
            )
        )
        if has_norm(model, number):
            shape = (spec.timesteps, width)
            name = norm_name(number)
            layers.append(LayerCount(name, "normalisation", shape, 2 * width, f"2·{width}"))
    layers += _head(model, spec, width)
    return ParameterTable(tuple(layers))


def layer_name(cell: Cell, model: ModelConfig, number: int) -> str:
    """Return the name of recurrent layer ``number`` (from 1)."""
    prefix = "bidirectional_" if model.bidirectional else ""
    return f"{prefix}{cell.name}_{number}"


def has_norm(model: ModelConfig, number: int) -> bool:
    """Return whether the outputs of recurrent layer ``number`` (from 1) are normalised."""
    return model.layer_norm and number < model.depth


def norm_name(number: int) -> str:
    """Return the name of the normalisation of recurrent layer ``number``'s outputs."""
    return f"layer_norm_{number}"


def outputs(spec: InputSpec) -> int:
    """Return the width of the head: a unit a target, or a class; two classes share one."""
    return spec.targets or (1 if spec.classes == 2 else spec.classes)


def activation(spec: InputSpec) -> str:
    """Return the activation of the head, by Keras's name."""
    if spec.targets:
        return "linear"
    return "sigmoid" if outputs(spec) == 1 else "softmax"


def _layer_inputs(model: ModelConfig, inputs: int, units: int) -> list[int]:
    width = units * (2 if model.bidirectional else 1)
    return [inputs] + [width] * (model.depth - 1)


def _head(model: ModelConfig, spec: InputSpec, width: int) -> list[LayerCount]:
    if model.head == "none":
        return []
    layers = []
    if model.head_dropout:
        shape = (width,) if model.head == "last" else (spec.timesteps, width)
        layers.append(LayerCount("head_dropout", "regulariser", shape, 0))
    if model.head == "flatten":
        width = spec.timesteps * width
    if model.head != "last":
        layers.append(LayerCount(model.head, "pooling", (width,), 0))
    units = outputs(spec)
    formula = f"{units}·({width} + 1)" if units > 1 else f"{width} + 1"
    layers.append(LayerCount("dense", "head", (units,), units * (width + 1), formula))
    return layers

"""Units of different cells matched by their number of recurrent parameters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from rnnbench.config.schema import Config, ModelConfig
from rnnbench.data import InputSpec
from rnnbench.errors import ConfigError
from rnnbench.models.cells import Cell, check_cell, get_cell
from rnnbench.models.parameters import recurrent_inputs, recurrent_parameters

MAX_UNITS = 65536


class Reference(NamedTuple):
    """A cell with its units, as in ``lstm:128``."""

    cell: Cell
    units: int


@dataclass(frozen=True)
class Match:
    """Units of a cell whose stack comes nearest to ``target`` recurrent parameters."""

    cell: Cell
    units: int
    parameters: int
    target: int

    @property
    def difference(self) -> int:
        """Recurrent parameters above (below, where negative) the target."""
        return self.parameters - self.target


def parse_reference(text: str) -> Reference:
    """Read ``cell:units``.

    Raises:
        ConfigError: for another form, an unknown cell, or units out of range.
    """
    form = "a cell and its units, as in lstm:128"
    found = re.fullmatch(r"([A-Za-z_]\w*):(\d{1,9})", text)
    if not found:
        raise ConfigError("match", form, text, "type match=lstm:128")
    cell = get_cell(found.group(1), "match")
    units = int(found.group(2))
    if not 1 <= units <= MAX_UNITS:
        raise ConfigError("match", f"units from 1 to {MAX_UNITS}", text, "type match=lstm:128")
    return Reference(cell, units)


def solve(cell: Cell, reference: Reference, model: ModelConfig, inputs: int) -> Match:
    """Return the units with which a stack of ``cell`` comes nearest to the reference's stack.

    Both stacks have the depth and the direction of ``model``; of two equally near, the smaller.
    The count grows with the units, so bisection finds the last one not above the target.

    Raises:
        ConfigError: where that takes more units than ``model.units`` may have.
    """
    target = recurrent_parameters(reference.cell, model, inputs, reference.units)

    def parameters(units: int) -> int:
        return recurrent_parameters(cell, model, inputs, units)

    low, high = 0, 2
    while parameters(high) <= target:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if parameters(middle) <= target else (low, middle)
    candidates = [units for units in (low, high) if units >= 1]
    units = min(candidates, key=lambda u: (abs(parameters(u) - target), u))
    if units > MAX_UNITS:
        raise ConfigError(
            "match",
            f"a reference that {cell.name} matches with at most {MAX_UNITS} units",
            f"{reference.cell.name}:{reference.units}, which takes {units}",
            "choose fewer units",
        )
    return Match(cell, units, parameters(units), target)


def with_dim(config: Config, spec: InputSpec) -> Config:
    """Return the configuration with the embedding's width that a file of word vectors has.

    Raises:
        ConfigError, DataError: for word vectors that don't fit the data, or cannot be read.
    """
    embedding = config.model.embedding
    if embedding.kind != "vectors":
        return config
    from rnnbench.data.vectors.matrix import vectors_dim

    dim = vectors_dim(embedding, config.data, spec)
    if dim == embedding.dim:
        return config
    embedding = embedding.model_copy(update={"dim": dim})
    return config.model_copy(
        update={"model": config.model.model_copy(update={"embedding": embedding})}
    )


def with_length(config: Config, spec: InputSpec) -> Config:
    """Return the configuration with the time steps that arrays have of their own."""
    if config.data.maxlen is not None:
        return config
    data = config.data.model_copy(update={"maxlen": spec.timesteps})
    return config.model_copy(update={"data": data})


def resolve_units(config: Config, spec: InputSpec) -> Config:
    """Return the configuration with ``model.units`` solved where ``match`` asks for it.

    A file of word vectors decides ``model.embedding.dim`` first.

    Raises:
        ConfigError, DataError: where there is no solution, or the file cannot be read.
    """
    config = with_dim(config, spec)
    if config.match is None:
        return config
    reference = parse_reference(config.match)
    match = solve(
        check_cell(config.cell), reference, config.model, recurrent_inputs(config.model, spec)
    )
    model = config.model.model_copy(update={"units": match.units})
    return config.model_copy(update={"model": model})

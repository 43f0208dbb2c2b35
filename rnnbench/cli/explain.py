"""``explain``: where a model's parameters come from."""

from __future__ import annotations

from rnnbench.cli.console import show, stdout
from rnnbench.cli.words import Words
from rnnbench.config.expand import Arm, expand
from rnnbench.data import InputSpec, input_spec
from rnnbench.formatting.tables import Table
from rnnbench.models.cells import Cell, check_cell
from rnnbench.models.matching import resolve_units
from rnnbench.models.parameters import ParameterTable, count, recurrent_inputs

_OPTIONAL = ("biases", "peephole weights", "recurrent weights", "input weights")


def explain(words: Words) -> int:
    """Print a model's layers and the arithmetic of its recurrent layers, gate by gate."""
    words.refuse_names()
    for arm in expand(words.overrides, config_dirs=words.config_dirs):
        _explain(arm)
    return 0


def _explain(arm: Arm) -> None:
    spec = input_spec(arm.config.data)
    cell = check_cell(arm.config.cell)
    config = resolve_units(arm.config, spec)
    table = count(cell, config.model, spec, mask=config.data.mask)
    units, inputs = config.model.units, recurrent_inputs(config.model, spec)
    console = stdout()
    console.print(f"{cell.title} ({cell.paper})")
    show(_gates(cell, inputs, units), console)
    for line in _remarks(cell, inputs, units):
        console.print(line)
    show(_layers(arm.label, table, spec), console)


def _gates(cell: Cell, inputs: int, units: int) -> Table:
    rows = []
    for gate in cell.gates:
        kernel, recurrent, bias = inputs * units, units * units, cell.biases * units
        peephole = units * units if gate.symbol in cell.peepholes else 0
        parts = [
            f"{gate.symbol}: {gate.name}, {gate.does}",
            f"{inputs}·{units} = {kernel:,}",
            f"{units}·{units} = {recurrent:,}",
            f"{cell.biases}·{units} = {bias:,}" if cell.biases > 1 else f"{bias:,}",
            f"{kernel + recurrent + bias + peephole:,}",
        ]
        if cell.peepholes:
            parts.insert(3, f"{units}·{units} = {peephole:,}" if peephole else "0")
        rows.append(tuple(parts))
    total = cell.parameters(inputs, units)
    note = f"First layer: {cell.formula(inputs, units)} = {total:,}"
    columns = ["gate", "input weights", "recurrent weights", "biases", "sum"]
    if cell.peepholes:
        columns.insert(3, "peephole weights")
    title = f"One {cell.title} layer, {inputs} inputs, {units} units"
    return Table(title, tuple(columns), tuple(rows), note, optional=_OPTIONAL)


def _remarks(cell: Cell, inputs: int, units: int) -> list[str]:
    """Explain the count that a formula with one bias a gate would give, and a peephole."""
    if cell.peepholes:
        return [
            f"The peephole is a matrix from the cell state into gate {', '.join(cell.peepholes)}: "
            f"{units}·{units} = {len(cell.peepholes) * units * units:,} more than an LSTM has."
        ]
    if cell.biases == 1:
        return []
    gates = len(cell.gates)
    one_bias = gates * units * (inputs + units + 1)
    keras = cell.parameters(inputs, units)
    return [
        "Counted by hand with one bias a gate: "
        f"{gates}·{units}·({inputs} + {units} + 1) = {one_bias:,}.",
        f"Keras has {keras:,}: its reset gate acts after the recurrent product (reset_after, the "
        f"form that cuDNN computes), and that product has a bias of its own: {gates}·{units} = "
        f"{keras - one_bias:,} more.",
        "The form of the paper, with one bias a gate, is +cell=gru_reset_before.",
    ]


def _layers(label: str, table: ParameterTable, spec: InputSpec) -> Table:
    shape = (spec.timesteps,) if spec.features is None else (spec.timesteps, spec.features)
    rows = [("input", _shape(shape), "0", "")]
    rows += [
        (layer.name, _shape(layer.shape), f"{layer.parameters:,}", layer.formula)
        if not layer.frozen
        else (layer.name, _shape(layer.shape), "0", f"{layer.formula} = {layer.frozen:,} frozen")
        for layer in table.layers
    ]
    if table.frozen:
        rows.append(
            ("frozen", "", f"{table.frozen:,}", "word vectors, which training leaves alone")
        )
    rows += [
        ("recurrent", "", f"{table.recurrent:,}", "all recurrent layers"),
        ("without head", "", f"{table.without_head:,}", "everything below the dense layer"),
        ("total", "", f"{table.total():,}", "besides the frozen ones" if table.frozen else ""),
    ]
    columns = ("layer", "output shape", "parameters", "arithmetic")
    optional, told = ("output shape", "arithmetic"), ("output shape", "arithmetic")
    return Table(f"Model: {label}", columns, tuple(rows), optional=optional, words=told)


def _shape(shape: tuple[int, ...]) -> str:
    return "(" + ", ".join(["batch", *map(str, shape)]) + ")"

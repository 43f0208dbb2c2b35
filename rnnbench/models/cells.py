"""The recurrent cells: the only place that names them.

A new cell is one entry in :data:`CELLS` and one file in ``conf/cell/``. With ``inputs`` d and
``units`` u, a cell of G weight blocks and B bias vectors a block has G·u·(d + u + B) parameters,
and u² more for each gate that sees the cell state through a peephole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from rnnbench.config.suggestions import suggestion
from rnnbench.errors import ConfigError
from rnnbench.extensions.registry import configured, find, names

if TYPE_CHECKING:
    from rnnbench.config.schema import CellConfig

# What Keras takes where an option is not given.
DEFAULTS: Mapping[str, Any] = {
    "activation": "tanh",
    "recurrent_activation": "sigmoid",
    "unit_forget_bias": True,
}
# What each option of a cell does.
OPTION_MEANINGS: Mapping[str, str] = {
    "activation": "Function that bounds the candidate state, and in an LSTM the state itself.",
    "recurrent_activation": "Function that makes the gates.",
    "unit_forget_bias": "Whether the forget gate's bias starts at 1 instead of 0.",
}
_COMPUTED = ("activation", "recurrent_activation")  # fast implementations know their defaults only
_ACTIVATIONS: tuple[Any, ...] = ("tanh", "relu", "sigmoid", "linear")


class Gate(NamedTuple):
    """One block of weights: kernel ``(d, u)``, recurrent kernel ``(u, u)`` and bias ``(u,)``."""

    symbol: str
    name: str
    does: str


@dataclass(frozen=True)
class Cell:
    """A recurrent cell: what it is, what it costs and how Keras builds it.

    Attributes:
        version: of a cell from a module of the user's own, raised when it computes otherwise.
        keras_class: class of ``keras.layers``, or function of :mod:`rnnbench.models.layers` that
            builds the layer where Keras has none; or a function of the user's that takes the
            arguments of a recurrent layer of Keras. It imports Keras itself.
        gates: blocks of weights in the order in which Keras stores them.
        biases: bias vectors a block, 1 or (where the recurrent product has its own) 2.
        peepholes: symbols of the gates that see the cell state, each through a ``(u, u)`` matrix.
        options: configuration keys that belong to the cell, with the values they take; what they
            are where they are not given is in :data:`DEFAULTS`.
        fixed: constructor arguments that make this cell what it is.
        cudnn: whether Keras has a cuDNN kernel for the cell with Keras's default options.
        kernel: class of :mod:`rnnbench.models.kernels.steps` that computes the cell with Keras's
            default options, or ``None`` where Keras's layer always does.
        count: parameters of a layer by inputs and units, where they are no such blocks.
        colour, marker: how figures draw the cell, everywhere. A user's own cell has those that
            follow from its name, because reports are made without its module.
    """

    name: str
    title: str
    keras_class: str | Callable[..., Any]
    paper: str
    gates: tuple[Gate, ...]
    colour: str = ""
    marker: str = ""
    biases: int = 1
    peepholes: tuple[str, ...] = ()
    options: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    cudnn: bool = False
    kernel: str | None = None
    count: Callable[[int, int], int] | None = None
    version: str = ""

    def is_usual(self, options: Mapping[str, Any]) -> bool:
        """Return whether the activations are Keras's defaults."""
        return all(options.get(key, DEFAULTS[key]) == DEFAULTS[key] for key in _COMPUTED)

    def parameters(self, inputs: int, units: int) -> int:
        """Return the parameters of one layer with ``inputs`` features and ``units`` units."""
        if self.count is not None:
            return self.count(inputs, units)
        blocks = len(self.gates) * (inputs + units + self.biases)
        return units * (blocks + len(self.peepholes) * units)

    def formula(self, inputs: int, units: int) -> str:
        """Return the arithmetic behind :meth:`parameters` as text."""
        if self.count is not None:
            return str(self.count(inputs, units))
        count = len(self.gates)
        factor = f"{count}·" if count > 1 else ""
        block = f"({inputs} + {units} + {self.biases})"
        if not self.peepholes:
            return f"{factor}{units}·{block}"
        several = f"{len(self.peepholes)}·" if len(self.peepholes) > 1 else ""
        return f"{units}·({factor}{block} + {several}{units})"

    def layer(
        self, units: int, *, seed: int, recurrent_seed: int, dropout_seed: int, **arguments: Any
    ) -> Any:
        """Return Keras's layer: input ``(batch, time, inputs)``.

        Args:
            units: width of the state.
            seed, recurrent_seed: seeds of the two kernels' initialisers.
            dropout_seed: seed of the dropout masks.
            arguments: options of the cell, and further arguments of the layer
                (``return_sequences``, ``dropout``, ...).
        """
        import keras

        make = self.keras_class
        if isinstance(make, str):
            from rnnbench.models import layers

            make = getattr(keras.layers, make, None) or getattr(layers, make)
        return make(
            units,
            kernel_initializer=keras.initializers.GlorotUniform(seed=seed),
            recurrent_initializer=keras.initializers.Orthogonal(seed=recurrent_seed),
            seed=dropout_seed,
            **self.fixed,
            **arguments,
        )


_STATE = Gate("h", "state", "the new state from the input and the last state")
_LSTM_GATES = (
    Gate("i", "input gate", "how much of the candidate enters the cell state"),
    Gate("f", "forget gate", "how much of the cell state stays"),
    Gate("c", "candidate", "what could enter the cell state"),
    Gate("o", "output gate", "how much of the cell state shows in the state"),
)
_LSTM_OPTIONS: dict[str, tuple[Any, ...]] = {
    "activation": _ACTIVATIONS,
    "recurrent_activation": _ACTIVATIONS,
    "unit_forget_bias": (True, False),
}

CELLS: dict[str, Cell] = {
    cell.name: cell
    for cell in (
        Cell(
            name="simple_rnn",
            title="SimpleRNN",
            keras_class="SimpleRNN",
            paper="Elman 1990, Finding structure in time",
            gates=(_STATE,),
            colour="#E69F00",
            marker="s",
            options={"activation": _ACTIVATIONS},
            kernel="SimpleRNNStep",
        ),
        Cell(
            name="lstm",
            title="LSTM",
            keras_class="LSTM",
            paper="Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000",
            gates=_LSTM_GATES,
            colour="#0072B2",
            marker="o",
            options=_LSTM_OPTIONS,
            cudnn=True,
            kernel="LSTMStep",
        ),
        Cell(
            name="lstm_peephole",
            title="LSTM (peephole)",
            keras_class="lstm_peephole",
            paper="LSTM whose output gate sees the cell state, as in Chollet 2017; compare Gers et "
            "al. 2002",
            gates=_LSTM_GATES,
            colour="#56B4E9",
            marker="v",
            peepholes=("o",),
            options=_LSTM_OPTIONS,
        ),
        Cell(
            name="gru",
            title="GRU",
            keras_class="GRU",
            paper="Cho et al. 2014 in cuDNN's form: reset gate after the recurrent product",
            gates=(
                Gate("z", "update gate", "how much of the last state stays"),
                Gate("r", "reset gate", "how much of the recurrent product enters the candidate"),
                Gate("h", "candidate", "what could become the state"),
            ),
            colour="#009E73",
            marker="^",
            biases=2,
            options={"activation": _ACTIVATIONS, "recurrent_activation": _ACTIVATIONS},
            fixed={"reset_after": True},
            cudnn=True,
            kernel="GRUStep",
        ),
        Cell(
            name="gru_reset_before",
            title="GRU (reset before)",
            keras_class="GRU",
            paper="Cho et al. 2014: reset gate on the state, before the recurrent product",
            gates=(
                Gate("z", "update gate", "how much of the last state stays"),
                Gate("r", "reset gate", "how much of the last state enters the candidate"),
                Gate("h", "candidate", "what could become the state"),
            ),
            colour="#CC79A7",
            marker="D",
            options={"activation": _ACTIVATIONS, "recurrent_activation": _ACTIVATIONS},
            fixed={"reset_after": False},
        ),
    )
}


def get_cell(name: str, key: str = "cell") -> Cell:
    """Return the cell of that name.

    Raises:
        ConfigError: naming ``key``, where there is none.
    """
    own = find("cell", name)
    if name not in CELLS and own is not None and isinstance(own.value, Cell):
        return own.value
    if name not in CELLS:
        known = ", ".join([*CELLS, *names("cell")])
        action = suggestion(name, known.split(", ")) or f"known: {known}"
        raise ConfigError(key, f"one of {known}", name, action)
    return CELLS[name]


def check_cell(config: CellConfig | None) -> Cell:
    """Return the configured cell after checking the keys that belong to it.

    Raises:
        ConfigError: for no cell, an unknown one, or a key or value that the cell does not take.
    """
    if config is None:
        raise ConfigError(
            "cell", "one of " + ", ".join(CELLS), "nothing", "add for example +cell=lstm"
        )
    own = configured("cell", config.name, config.extension, CELLS)
    if own is not None and not isinstance(own, Cell):
        expected = "an object of rnnbench.models.cells.Cell"
        raise ConfigError("cell", expected, repr(own)[:80], "correct your module")
    cell = get_cell(config.name)
    for key, value in config.options.items():
        if key not in cell.options:
            known = ", ".join(cell.options)
            action = suggestion(key, cell.options) or "leave it out"
            raise ConfigError(
                f"cell.{key}", f"a key of {cell.name} ({known})", f"{key}={value}", action
            )
        allowed = cell.options[key]
        if not any(value == choice and type(value) is type(choice) for choice in allowed):
            action = f"set cell.{key}={allowed[0]}"
            raise ConfigError(
                f"cell.{key}", "one of " + ", ".join(map(str, allowed)), value, action
            )
    return cell


def build_layer(config: CellConfig, units: int, **arguments: Any) -> Any:
    """Return Keras's layer for the cell: input ``(batch, time, inputs)``.

    Args:
        config: the cell and its options, which are checked.
        units: width of the state.
        arguments: seeds, and further arguments of the layer, as :meth:`Cell.layer` takes them.
    """
    return check_cell(config).layer(units, **config.options, **arguments)

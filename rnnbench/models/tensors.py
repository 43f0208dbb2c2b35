"""Types of TensorFlow's tensors and of Keras's objects, for signatures; neither is imported.

Neither has types of its own that a checker could read, and importing TensorFlow takes seconds. So
what the package asks of them is written down here: a tensor's operators, a model's methods. Shapes
stand in the docstrings; names below say what an axis is, where several functions share that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Tensor(Protocol):
    """A tensor, in most places one that is being traced and has no value yet."""

    @property
    def shape(self) -> Sequence[int]:
        """Sizes of its axes."""

    @property
    def dtype(self) -> object:
        """Type of its entries."""

    def numpy(self) -> NDArray[Any]:
        """Return its value; not while it is traced."""

    def __len__(self) -> int: ...
    def __getitem__(self, at: object, /) -> Tensor: ...
    def __add__(self, other: Tensor | float, /) -> Tensor: ...
    def __radd__(self, other: float, /) -> Tensor: ...
    def __sub__(self, other: Tensor | float, /) -> Tensor: ...
    def __rsub__(self, other: float, /) -> Tensor: ...
    def __mul__(self, other: Tensor | float, /) -> Tensor: ...
    def __rmul__(self, other: float, /) -> Tensor: ...
    def __truediv__(self, other: Tensor | float, /) -> Tensor: ...
    def __lt__(self, other: Tensor | float, /) -> Tensor: ...
    def __gt__(self, other: Tensor | float, /) -> Tensor: ...
    def __ge__(self, other: Tensor | float, /) -> Tensor: ...


Columns: TypeAlias = Tensor
"""``(rows, batch)`` float32, a sample a column: states and gates of a time step in the kernels."""

Steps: TypeAlias = Tensor
"""``(time, rows, batch)`` float32: :data:`Columns` of every time step."""

Time: TypeAlias = Tensor
"""A time step: a scalar of type int32."""

CellWeights: TypeAlias = tuple[Tensor, Tensor, Tensor]
"""Kernel ``(inputs, blocks · units)``, recurrent kernel ``(units, blocks · units)`` and bias."""

Loss: TypeAlias = Callable[[Tensor], Tensor]
"""A scalar loss, of a model's outputs ``(batch, 1)`` or ``(batch, classes)``."""


class Variable(Protocol):
    """A variable of Keras: a weight, the state of a random stream or of an optimizer."""

    @property
    def shape(self) -> Sequence[int]:
        """Sizes of its axes."""

    @property
    def value(self) -> Tensor:
        """What it holds."""

    def assign(self, value: object, /) -> object:
        """Set what it holds."""

    def numpy(self) -> NDArray[Any]:
        """Return a copy of what it holds."""


class Layer(Protocol):
    """A layer of Keras."""

    name: str
    trainable: bool

    @property
    def trainable_variables(self) -> list[Variable]:
        """The weights that training changes."""

    def __call__(self, inputs: Tensor, /, **arguments: object) -> Tensor:
        """Return its output."""

    def compute_mask(self, inputs: Tensor, /) -> Tensor | None:
        """Return which steps are no padding, ``(batch, time)``, where it knows that."""


class Model(Protocol):
    """A model of Keras: input ``(batch, time)`` int32 or ``(batch, time, features)`` float32."""

    layers: list[Any]  # of all kinds; which have more than a Layer is asked with isinstance

    @property
    def variables(self) -> list[Variable]:
        """Weights and states of random streams."""

    @property
    def weights(self) -> list[Variable]:
        """All weights."""

    @property
    def trainable_variables(self) -> list[Variable]:
        """The weights that training changes."""

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """Those that it does not."""

    def __call__(self, inputs: object, /, *, training: bool) -> Tensor:
        """Return its outputs."""

    def predict(self, x: NDArray[Any], /, **arguments: object) -> NDArray[np.float32]:
        """Return its outputs for samples, in batches, dropout off."""

    def get_weights(self) -> list[NDArray[Any]]:
        """Return copies of all weights."""

    def set_weights(self, weights: Sequence[NDArray[Any]], /) -> None:
        """Set all weights."""

    def count_params(self) -> int:
        """Return how many parameters all weights have."""

    def summary(self, **arguments: object) -> None:
        """Print its layers."""

    def to_json(self, **arguments: object) -> str:
        """Return its architecture."""

    def save(self, path: Path, /) -> None:
        """Write architecture and weights."""

    def save_weights(self, path: Path, /) -> None:
        """Write the weights."""


class KerasOptimizer(Protocol):
    """An optimizer of Keras."""

    learning_rate: Any  # a number when it is set, a variable when it is read

    @property
    def variables(self) -> list[Variable]:
        """Its state."""

    def build(self, variables: Sequence[Variable], /) -> None:
        """Make its state for the variables that it will change."""

    def apply(self, gradients: Sequence[Tensor], variables: Sequence[Variable], /) -> None:
        """Change variables by a step."""

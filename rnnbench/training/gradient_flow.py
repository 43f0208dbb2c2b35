"""How far an error reaches back in time: the norm of dL/dh_t at every step, at chosen epochs.

L is a sample's loss, dropout off and from zero states. h_t is the state that a recurrent layer
hands on from step t, to its next step and, where it returns all states, to what stands above;
dL/dh_t counts every path from there to the loss. An LSTM hands on a cell state c_t beside it, whose
dL/dc_t is measured likewise: each of the two with the other one held fixed. The norm is Euclidean,
over the units of a sample, and its mean over the samples is what is recorded.

Source: Bengio, Simard & Frasconi, Learning long-term dependencies with gradient descent is
difficult, IEEE Transactions on Neural Networks 5, 1994.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from rnnbench.models.tensors import Model
from rnnbench.training.batches import Samples
from rnnbench.training.losses import SampleLosses
from rnnbench.training.stored_arrays import load_arrays
from rnnbench.training.through_time import BACKWARD, CELL, FORWARD, HIDDEN, ThroughTime

FILE = "gradient_flow.npz"
SAMPLES = 64
METRICS = ("gradient_reach", "gradient_reach_cell")
_SMALLEST = float(np.finfo(np.float32).tiny)  # smaller gradients are lost in training, too
_HALF = np.uint32(1 << 10)  # of the last of 12 binary places, where float32 has 23


@dataclass(frozen=True)
class Flow:
    """The mean norms of one state of one layer at one epoch.

    Attributes:
        epoch: after which it was measured; 0 is before training.
        layer: the layer's name, with its direction where there are two.
        state: ``h``, or ``c`` for the cell state of an LSTM.
        norms: mean over the samples by time step, ``(time,)`` float32; of a layer that runs
            backwards, too, the first entry is that of the first token.
    """

    epoch: int
    layer: str
    state: str
    norms: np.ndarray = field(compare=False)

    def rounded(self) -> Flow:
        """Return it with norms to 12 binary places, 1.3e-4 of each, which take half the disk."""
        bits = self.norms.astype(np.float32).view(np.uint32)
        near = ((bits + _HALF) & ~np.uint32(2 * _HALF - 1)).view(np.float32)
        # The largest that there is would be rounded to infinity.
        return replace(self, norms=np.where(np.isfinite(near), near, self.norms))


class GradientMeter:
    """Measures a model at the epochs that are asked for, always on the same samples."""

    def __init__(
        self, model: Model, samples: Samples, losses: SampleLosses, epochs: Iterable[int] | None
    ) -> None:
        self._model = model
        self._losses = losses
        self._measured: ThroughTime | None = None
        self._x = np.asarray(samples.x[:SAMPLES])
        self._y = np.asarray(samples.y[:SAMPLES])
        self._epochs = frozenset(epochs or ())
        self.flows: list[Flow] = []

    def measure(self, epoch: int) -> None:
        """Measure the model as it is now, if this epoch was asked for."""
        if epoch not in self._epochs:
            return
        if self._measured is None:
            self._measured = ThroughTime(self._model, self._losses)
        _, gradients = self._measured.state_gradients(self._x, self._y)
        self.flows += [
            Flow(epoch, layer, state, mean_norms(values).astype(np.float32))
            for layer, state, values in gradients
        ]

    def metrics(self) -> dict[str, float]:
        """Return how much of the error reaches the first step of the top layer.

        It is that of the last epoch that was measured; of two directions, the forward one.

        ``gradient_reach`` is log10 of the norm at the first step over that at the last, and
        ``gradient_reach_cell`` the same of an LSTM's cell state, over the same. 0: it arrives as
        it was; -6: a millionth does; above 0: it grows.
        """
        if not self.flows:
            return {}
        last = [flow for flow in self.flows if flow.epoch == self.flows[-1].epoch]
        name = last[-1].layer.replace(BACKWARD, FORWARD)
        top = [flow for flow in last if flow.layer == name]
        (hidden,) = (flow for flow in top if flow.state == HIDDEN)
        names = {HIDDEN: METRICS[0], CELL: METRICS[1]}
        return {names[flow.state]: reach(flow, hidden) for flow in top}


def reach(flow: Flow, hidden: Flow) -> float:
    """Return log10 of a state's norm at the first step over that of h at the last step."""
    first, last = float(flow.norms[0]), float(hidden.norms[-1])
    return math.log10(max(first, _SMALLEST)) - math.log10(max(last, _SMALLEST))


def mean_norms(gradients: np.ndarray) -> np.ndarray:
    """Return the mean norm by step ``(time,)`` of gradients ``(batch, time, units)``."""
    return np.asarray(np.linalg.norm(gradients.astype(np.float64), axis=-1).mean(axis=0))


def save(flows: Sequence[Flow], folder: Path) -> None:
    """Write what was measured to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        folder / FILE,
        epochs=np.array([flow.epoch for flow in flows], np.int64),
        layers=np.array([flow.layer for flow in flows], np.str_),
        states=np.array([flow.state for flow in flows], np.str_),
        norms=np.array([flow.norms for flow in flows], np.float32),
    )


def load(path: Path) -> tuple[Flow, ...] | None:
    """Return what :func:`save` wrote, or ``None`` where there is no such file."""
    found = load_arrays(path, "epochs", "layers", "states", "norms")
    if found is None:
        return None
    try:
        return tuple(
            Flow(int(epoch), str(layer), str(state), np.asarray(row, np.float32))
            for epoch, layer, state, row in zip(*found, strict=True)
        )
    except (ValueError, TypeError):
        return None

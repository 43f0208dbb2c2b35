"""How far an error reaches back in time: the norm of dL/dh_t at every step, at chosen epochs.

L is a sample's loss, dropout off. h_t is the state that a recurrent layer hands on from step t, to
its next step and, where it returns all states, to what stands above; dL/dh_t counts every path from
there to the loss. An LSTM hands on a cell state c_t beside it, whose dL/dc_t is measured likewise:
each of the two with the other one held fixed. The norm is Euclidean, over the units of a sample,
and its mean over the samples is what is recorded.

Source: Bengio, Simard & Frasconi, Learning long-term dependencies with gradient descent is
difficult, IEEE Transactions on Neural Networks 5, 1994.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from rnnbench.training.batches import Samples

FILE = "gradient_flow.npz"
SAMPLES = 64
_AT_ONCE = 32  # every step of every sample is kept until its gradient is known
HIDDEN, CELL = "h", "c"
FORWARD, BACKWARD = " forward", " backward"
METRICS = ("gradient_reach", "gradient_reach_cell")
_SMALLEST = float(np.finfo(np.float32).tiny)  # smaller gradients are lost in training, too


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


class GradientMeter:
    """Measures a model at the epochs that are asked for, always on the same samples."""

    def __init__(
        self, model: Any, samples: Samples, classes: int, epochs: Iterable[int] | None
    ) -> None:
        self._model = model
        self._x = np.asarray(samples.x[:SAMPLES])
        self._y = np.asarray(samples.y[:SAMPLES])
        self._classes = classes
        self._epochs = frozenset(epochs or ())
        self.flows: list[Flow] = []

    def measure(self, epoch: int) -> None:
        """Measure the model as it is now, if this epoch was asked for."""
        if epoch not in self._epochs:
            return
        norms: dict[tuple[str, str], list[np.ndarray]] = {}
        for start in range(0, len(self._y), _AT_ONCE):
            x, y = (part[start : start + _AT_ONCE] for part in (self._x, self._y))
            _, gradients = state_gradients(self._model, x, y, self._classes)
            for layer, state, values in gradients:
                norms.setdefault((layer, state), []).append(state_norms(values))
        self.flows += [
            Flow(epoch, layer, state, np.concatenate(parts).mean(axis=0).astype(np.float32))
            for (layer, state), parts in norms.items()
        ]

    def metrics(self) -> dict[str, float]:
        """Return how much of the error reaches the first step of the top layer, at the last epoch.

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


def state_norms(gradients: np.ndarray) -> np.ndarray:
    """Return the norms ``(batch, time)`` of gradients ``(batch, time, units)``."""
    return np.asarray(np.linalg.norm(gradients.astype(np.float64), axis=-1))


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
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            names = ("epochs", "layers", "states", "norms")
            epochs, layers, states, norms = (arrays[name] for name in names)
        return tuple(
            Flow(int(epoch), str(layer), str(state), np.asarray(row, np.float32))
            for epoch, layer, state, row in zip(epochs, layers, states, norms, strict=True)
        )
    except (OSError, EOFError, ValueError, TypeError, KeyError, zipfile.BadZipFile):
        return None


def state_gradients(
    model: Any, x: np.ndarray, y: np.ndarray, classes: int
) -> tuple[np.ndarray, list[tuple[str, str, np.ndarray]]]:
    """Return the losses ``(batch,)`` and, by layer and state, gradients ``(batch, time, units)``.

    Args:
        model: from :func:`rnnbench.model.build`, with a head; nothing in it is changed.
        x: inputs ``(batch, time)`` or ``(batch, time, features)``.
        y: labels ``(batch,)``.
        classes: how many there are.
    """
    import keras
    import tensorflow as tf

    kept = _streams(model)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        walk = _Walk(tape)
        output = walk.through(model, tf.convert_to_tensor(x))
        if classes == 2:
            losses = keras.losses.binary_crossentropy(tf.cast(y, output.dtype)[:, None], output)
        else:
            losses = keras.losses.sparse_categorical_crossentropy(y, output)
        total = tf.reduce_sum(losses)
    # A sample's loss depends on its own states alone, so the sum gives each sample its gradient.
    zero = tf.UnconnectedGradients.ZERO
    sources = [nudge for _, _, nudges in walk.nudges for nudge in nudges]
    found = tape.gradient(total, sources, unconnected_gradients=zero)
    for variable, value in kept:
        variable.assign(value)
    gradients, start = [], 0
    for layer, state, nudges in walk.nudges:
        steps = [value.numpy() for value in found[start : start + len(nudges)]]
        gradients.append((layer, state, np.stack(steps, axis=1)))
        start += len(nudges)
    return losses.numpy(), gradients


class _Walk:
    """A model run step by step, with a zero added to every state that is handed on.

    The gradient for that zero is the gradient for the state.
    """

    def __init__(self, tape: Any) -> None:
        self._tape = tape
        self.nudges: list[tuple[str, str, list[Any]]] = []

    def through(self, model: Any, x: Any) -> Any:
        """Return the model's output for a batch, dropout off."""
        import keras
        import tensorflow as tf

        mask, steps = None, None
        for layer in model.layers:
            if isinstance(layer, keras.layers.InputLayer):
                continue
            if isinstance(layer, (keras.layers.Embedding, keras.layers.Masking)):
                mask = layer.compute_mask(x)
                x = layer(x)
            elif isinstance(layer, (keras.layers.RNN, keras.layers.Bidirectional)):
                inputs = tf.unstack(x, axis=1) if steps is None else steps
                steps = self._layer(layer, inputs, mask)
                sequences = getattr(layer, "forward_layer", layer).return_sequences
                x = tf.stack(steps, axis=1) if sequences else self._last(layer, steps)
            elif isinstance(layer, keras.layers.GlobalAveragePooling1D):
                x = layer(x, mask=mask)
            else:
                x = layer(x, training=False) if "drop" in layer.name else layer(x)
        return x

    def _layer(self, layer: Any, inputs: list[Any], mask: Any) -> list[Any]:
        """Return the output of every step."""
        import keras
        import tensorflow as tf

        if not isinstance(layer, keras.layers.Bidirectional):
            return self._steps(layer, layer.name, inputs, mask)
        forward = self._steps(layer.forward_layer, layer.name + FORWARD, inputs, mask)
        backward = self._steps(layer.backward_layer, layer.name + BACKWARD, inputs, mask)
        return [tf.concat(pair, axis=-1) for pair in zip(forward, backward, strict=True)]

    def _last(self, layer: Any, steps: list[Any]) -> Any:
        """Return the last state: of a layer that runs backwards, the one at the first token."""
        import keras
        import tensorflow as tf

        if not isinstance(layer, keras.layers.Bidirectional):
            return steps[-1]
        units = layer.forward_layer.units
        return tf.concat([steps[-1][:, :units], steps[0][:, units:]], axis=-1)

    def _steps(self, layer: Any, name: str, inputs: list[Any], mask: Any) -> list[Any]:
        import tensorflow as tf

        cell = layer.cell
        states = list(layer.get_initial_state(len(inputs[0])))
        nudges: list[list[Any]] = [[None] * len(inputs) for _ in states]
        outputs: list[Any] = [None] * len(inputs)
        order = range(len(inputs))
        for t in reversed(order) if layer.go_backwards else order:
            _, new = cell.call(inputs[t], states, training=False)
            new = list(new) if isinstance(new, (list, tuple)) else [new]
            if mask is not None:
                # A masked step hands on what it was given.
                real = mask[:, t][:, None]
                new = [tf.where(real, n, old) for n, old in zip(new, states, strict=True)]
            for place, value in enumerate(new):
                nudge = tf.zeros_like(value)
                self._tape.watch(nudge)
                nudges[place][t] = nudge
                new[place] = value + nudge
            states = new
            outputs[t] = states[0]
        for state, values in zip((HIDDEN, CELL), nudges, strict=False):
            self.nudges.append((name, state, values))
        return outputs


def _streams(model: Any) -> list[tuple[Any, np.ndarray]]:
    """Return the states of the random streams: a step outside training must not move them."""
    weights = {id(variable) for variable in model.weights}
    return [(v, np.array(v)) for v in model.variables if id(v) not in weights]

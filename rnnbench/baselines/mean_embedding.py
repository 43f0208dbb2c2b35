"""The model without its recurrent layers: embedding, mean over the tokens, head."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np

from rnnbench.baselines.bags import shares
from rnnbench.baselines.optimizers import Optimizer
from rnnbench.baselines.result import Result, measure
from rnnbench.config.schema import Config
from rnnbench.data import InputSpec
from rnnbench.errors import Divergence
from rnnbench.seeds import derive
from rnnbench.training.epoch_order import epoch_orders
from rnnbench.training.fit import Patience
from rnnbench.training.history import Epoch, better, summarise
from rnnbench.training.parts import Parts


def fit_mean_embedding(
    parts: Parts, spec: InputSpec, config: Config, vectors: np.ndarray | None = None
) -> Result:
    """Train under the protocol of the cells: the same epochs, batches, order and optimizer.

    There is no dropout. An embedding that starts from word vectors starts from them here, too, and
    stays as it is where the configuration says so.

    With M the share of each token in a sample, ``(n, vocabulary)``, E the embedding, W and b the
    head::

        p = softmax(M E W + b)

    This is the classifier of Joulin et al., Bag of tricks for efficient text classification, EACL
    2017, and the average of Iyyer et al., ACL 2015. Two classes have a sigmoid, which is a softmax
    whose first column is zero.

    Raises:
        Divergence: where the loss stops being a number.
    """
    assert spec.vocabulary is not None
    start = time.perf_counter()
    model = MeanEmbedding(spec.vocabulary, spec.classes, config, vectors)
    data = [
        None if part is None else shares(part.x, spec.vocabulary)
        for part in (parts.training, parts.validation)
    ]
    stop = Patience(config.training.early_stopping)
    epochs: list[Epoch] = []
    orders = epoch_orders(parts.training, config)
    best: Epoch | None = None
    kept: list[np.ndarray] = []
    for number in range(1, config.training.epochs + 1):
        begun = time.perf_counter()
        size = config.training.batch_size
        loss, accuracy = model.train(data[0], parts.training.y, orders(number), size)
        if not math.isfinite(loss):
            raise Divergence(f"training loss is {loss} in epoch {number}")
        val_loss = val_accuracy = None
        if parts.validation is not None:
            val_loss, val_accuracy = measure(model.probabilities(data[1]), parts.validation.y)
        seconds = time.perf_counter() - begun
        epoch = Epoch(number, loss, accuracy, val_loss, val_accuracy, seconds)
        epochs.append(epoch)
        if better(epoch, best):
            best, kept = epoch, [variable.copy() for variable in model.trained]
        if stop.exhausted(epoch):
            break
    metrics = summarise(epochs)
    metrics["parameters_total"] = float(sum(variable.size for variable in model.trained))
    metrics["fit_seconds"] = time.perf_counter() - start
    if config.training.test == "best":
        for variable, value in zip(model.trained, kept, strict=True):
            variable[...] = value
    if config.training.test != "none":
        tested = model.probabilities(shares(parts.test.x, spec.vocabulary))
        metrics["test_loss"], metrics["test_accuracy"] = measure(tested, parts.test.y)
    return Result(metrics, tuple(epochs))


class MeanEmbedding:
    """Embedding ``(vocabulary, dim)``, head ``(dim, outputs)`` and its bias, in float32.

    One output for two classes, else one for each. ``vectors``, where given, are what the embedding
    starts from. ``trained`` are the variables that training changes.
    """

    def __init__(
        self, vocabulary: int, classes: int, config: Config, vectors: np.ndarray | None = None
    ) -> None:
        dim = config.model.embedding.dim if vectors is None else vectors.shape[1]
        outputs = 1 if classes == 2 else classes
        rng = np.random.default_rng(derive(config.seed, "baselines/mean_embedding"))
        limit = math.sqrt(6 / (dim + outputs))
        drawn = rng.uniform(-0.05, 0.05, (vocabulary, dim)).astype(np.float32)
        self.variables = [
            drawn if vectors is None else np.array(vectors, np.float32),
            rng.uniform(-limit, limit, (dim, outputs)).astype(np.float32),
            np.zeros(outputs, np.float32),
        ]
        self._first_trained = 1 if config.model.embedding.is_frozen else 0
        self.trained = self.variables[self._first_trained :]
        self._optimizer = Optimizer(config.optimizer, self.trained)

    def train(
        self, bags: Any, labels: np.ndarray, order: np.ndarray, size: int
    ) -> tuple[float, float]:
        """Take an epoch of optimizer steps; return mean loss and accuracy while weights change."""
        loss = correct = 0.0
        for start in range(0, len(order), size):
            chosen = order[start : start + size]
            batch, y = bags[chosen], np.asarray(labels[chosen])
            probabilities, gradients = self.gradients(batch, y)
            mean, accuracy = measure(probabilities, y)
            loss, correct = loss + mean * len(y), correct + accuracy * len(y)
            self._optimizer.apply(gradients[self._first_trained :])
        return loss / len(order), correct / len(order)

    def gradients(self, batch: Any, y: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
        """Return probabilities ``(n, classes)`` and the gradients of the mean loss."""
        _, head, _ = self.variables
        hidden, probabilities = self._forward(batch)
        error = probabilities.copy()
        error[np.arange(len(y)), y] -= 1.0
        error = (error[:, 1:] if head.shape[1] == 1 else error) / np.float32(len(y))
        at_embedding = batch.T @ (error @ head.T)
        return probabilities, [at_embedding, hidden.T @ error, error.sum(axis=0)]

    def probabilities(self, bags: Any) -> np.ndarray:
        """Return the probability of each class, ``(n, classes)``."""
        return self._forward(bags)[1]

    def _forward(self, bags: Any) -> tuple[np.ndarray, np.ndarray]:
        embedding, head, bias = self.variables
        hidden = bags @ embedding
        logits = hidden @ head + bias
        if logits.shape[1] == 1:
            logits = np.concatenate([np.zeros_like(logits), logits], axis=1)
        logits -= logits.max(axis=1, keepdims=True)
        powers = np.exp(logits)
        return hidden, powers / powers.sum(axis=1, keepdims=True)

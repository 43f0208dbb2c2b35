"""The network of PyTorch's layers, with the initial weights and the optimizer of Keras.

One thing differs: PyTorch's RNN and LSTM add two biases where Keras has one, so that their sum
takes steps twice as long.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn

LAYERS = {"simple_rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class Network(nn.Module):
    """Tokens ``(batch, maxlen)`` to logits ``(batch,)``."""

    def __init__(self, cell: str, vocabulary: int, dim: int, units: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, dim)
        self.recurrent = LAYERS[cell](dim, units, batch_first=True)
        self.head = nn.Linear(units, 1)
        self._draw()
        if cell == "lstm":
            # The second of four gates is the forget gate, whose bias Keras begins with 1.
            self.recurrent.bias_ih_l0.data[units : 2 * units] = 1.0

    def _draw(self) -> None:
        """Draw the weights as Keras does."""
        nn.init.uniform_(self.embedding.weight, -0.05, 0.05)
        nn.init.xavier_uniform_(self.recurrent.weight_ih_l0)
        nn.init.orthogonal_(self.recurrent.weight_hh_l0)
        nn.init.xavier_uniform_(self.head.weight)
        for bias in (self.recurrent.bias_ih_l0, self.recurrent.bias_hh_l0, self.head.bias):
            nn.init.zeros_(bias)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        states, _ = self.recurrent(self.embedding(tokens))
        return self.head(states[:, -1]).squeeze(1)


class RMSprop(torch.optim.Optimizer):
    """RMSprop with Keras's defaults, and with its epsilon under the root.

    PyTorch's own adds epsilon to the root. Most gradients of an embedding are so small that this
    decides how fast a network learns.
    """

    def __init__(self, parameters: Iterable[nn.Parameter]) -> None:
        super().__init__(parameters, {"rate": 1e-3, "rho": 0.9, "epsilon": 1e-7})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # noqa: ARG002
        for group in self.param_groups:
            for weight in group["params"]:
                square = self.state[weight].setdefault("square", torch.zeros_like(weight))
                square.lerp_(weight.grad.square(), 1 - group["rho"])
                root = (square + group["epsilon"]).sqrt_()
                weight.addcdiv_(weight.grad, root, value=-group["rate"])


def train_batch(
    network: nn.Module, optimizer: torch.optim.Optimizer, tokens: torch.Tensor, labels: torch.Tensor
) -> tuple[float, int]:
    """Take a step, and return the batch's mean loss and its correct answers."""
    optimizer.zero_grad()
    logits = network(tokens)
    loss = nn.functional.binary_cross_entropy_with_logits(logits, labels)
    loss.backward()
    optimizer.step()
    return loss.item(), correct(logits, labels)


def correct(logits: torch.Tensor, labels: torch.Tensor) -> int:
    """Return how many answers are right."""
    return int(((logits > 0) == (labels > 0.5)).sum())

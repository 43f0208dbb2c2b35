"""PyTorch in the benchmarks: the same network, with weights drawn as Keras draws them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs torch: pip install 'rnnbench[pytorch]'")
pytest.importorskip("benchmarks.side_by_side", reason="needs a checkout with benchmarks/")

import torch

from benchmarks.side_by_side import pytorch_loop
from benchmarks.side_by_side.pytorch_model import Network, RMSprop
from rnnbench.reference import gru_reset_after, lstm, simple_rnn

UNITS = 4


def drawn(cell: str) -> Network:
    torch.manual_seed(0)
    return Network(cell, vocabulary=30, dim=3, units=UNITS)


def gates(tensor: torch.Tensor, order: list[int]) -> np.ndarray:
    """PyTorch's rows of gates as columns, in Keras's order of gates."""
    parts = np.split(tensor.detach().numpy(), len(order))
    return np.concatenate([parts[gate] for gate in order]).T


@pytest.mark.parametrize("cell", ["simple_rnn", "lstm", "gru"])
def test_pytorch_computes_what_the_reference_computes(cell: str) -> None:
    network = drawn(cell)
    recurrent = network.recurrent
    for bias in (recurrent.bias_ih_l0, recurrent.bias_hh_l0):
        torch.nn.init.normal_(bias)
    # Of GRU, PyTorch has r, z, n and Keras z, r, h; of LSTM, both have i, f, c, o.
    order = {"simple_rnn": [0], "lstm": [0, 1, 2, 3], "gru": [1, 0, 2]}[cell]
    kernel, recurrent_kernel = (
        gates(weight, order) for weight in (recurrent.weight_ih_l0, recurrent.weight_hh_l0)
    )
    biases = [gates(bias, order) for bias in (recurrent.bias_ih_l0, recurrent.bias_hh_l0)]
    tokens = torch.randint(0, 30, (5, 7), dtype=torch.int32)
    x = network.embedding(tokens).detach().numpy()
    if cell == "gru":
        states = gru_reset_after(x, kernel, recurrent_kernel, np.stack(biases))
    else:
        layer = {"simple_rnn": simple_rnn, "lstm": lstm}[cell]
        states = layer(x, kernel, recurrent_kernel, sum(biases))
    head = network.head.weight.detach().numpy()[0]
    np.testing.assert_allclose(network(tokens).detach().numpy(), states[:, -1] @ head, atol=1e-6)


@pytest.mark.parametrize("cell", ["simple_rnn", "lstm", "gru"])
def test_weights_are_drawn_as_keras_draws_them(cell: str) -> None:
    network = drawn(cell)
    recurrent = network.recurrent
    assert 0.04 < network.embedding.weight.abs().max() <= 0.05
    square = recurrent.weight_hh_l0.T @ recurrent.weight_hh_l0
    torch.testing.assert_close(square, torch.eye(UNITS))
    glorot = np.sqrt(6 / sum(recurrent.weight_ih_l0.shape))
    assert 0.8 * glorot < recurrent.weight_ih_l0.abs().max() <= glorot
    bias = np.zeros(len(recurrent.bias_ih_l0))
    if cell == "lstm":
        bias[UNITS : 2 * UNITS] = 1  # the forget gate
    np.testing.assert_array_equal((recurrent.bias_ih_l0 + recurrent.bias_hh_l0).detach(), bias)


def test_rmsprop_is_that_of_keras() -> None:
    weight = torch.nn.Parameter(torch.zeros(3))
    optimizer = RMSprop([weight])
    value, square = np.zeros(3), np.zeros(3)
    for factor in (1.0, -0.5, 3.0):
        gradient = factor * np.array([1e-9, 3e-4, 2.0])
        weight.grad = torch.tensor(gradient, dtype=torch.float32)
        optimizer.step()
        square = 0.9 * square + 0.1 * gradient**2
        value -= 1e-3 * gradient / np.sqrt(square + 1e-7)
    np.testing.assert_allclose(weight.detach(), value, rtol=1e-5)


def test_loop_trains_every_run_of_the_grid_and_leaves_its_numbers(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for part, samples in (("train", 100), ("test", 20)):
        labels = rng.integers(0, 2, samples)
        np.save(tmp_path / f"x_{part}.npy", (labels[:, None] + np.ones(5)).astype(np.int32))
        np.save(tmp_path / f"y_{part}.npy", labels)
    sizes = {"units": UNITS, "dim": 3, "batch": 8, "epochs": 8, "vocabulary": 4}
    grid = {"cells": ["simple_rnn", "gru"], "seeds": 2, "validation": 0.2}
    pytorch_loop.main({**sizes, **grid, "arrays": str(tmp_path), "folder": str(tmp_path)})
    runs = [json.loads(path.read_text()) for path in tmp_path.glob("*.json")]
    assert len(runs) == 4
    for run in runs:
        assert run["val_accuracy"] == run["test_accuracy"] == 1.0
        assert min(run["training"], run["evaluation"]) > 0
        assert run["compile"] >= 0

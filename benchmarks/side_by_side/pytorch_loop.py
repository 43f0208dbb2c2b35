"""The training loop of PyTorch's tutorials: one run after another in one process, eagerly.

https://pytorch.org/tutorials/beginner/basics/optimization_tutorial.html
"""

from __future__ import annotations

import os
import time
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.side_by_side.arrays import load_data
from benchmarks.side_by_side.clock import Batches, write_run
from benchmarks.side_by_side.pytorch_model import Network, RMSprop, correct, train_batch


def main(job: dict[str, Any]) -> None:
    # All cores that the process may use, as TensorFlow takes them for the Keras loop.
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    data = load_data(job)
    kept = int(len(data.x_train) * (1 - job["validation"]))
    trained = _samples(data.x_train[:kept], data.y_train[:kept])
    validated = _samples(data.x_train[kept:], data.y_train[kept:])
    tested = _samples(data.x_test, data.y_test)
    for cell in job["cells"]:
        for seed in range(job["seeds"]):
            _run(job, cell, seed, trained, validated, tested)


def _samples(tokens: np.ndarray, labels: np.ndarray) -> TensorDataset:
    return TensorDataset(torch.from_numpy(tokens), torch.from_numpy(labels.astype(np.float32)))


def _run(
    job: dict[str, Any],
    cell: str,
    seed: int,
    trained: TensorDataset,
    validated: TensorDataset,
    tested: TensorDataset,
) -> None:
    """Train one model, validate it after every epoch, test it at the end."""
    torch.manual_seed(seed)
    network = Network(cell, job["vocabulary"], job["dim"], job["units"])
    optimizer = RMSprop(network.parameters())
    batches = DataLoader(trained, batch_size=job["batch"], shuffle=True)
    training, evaluation = Batches(), 0.0
    started = time.time()
    for epoch in range(job["epochs"]):
        training.begin()
        loss, right = _epoch(network, optimizer, batches, training)
        training.end()
        start = time.perf_counter()
        accuracy = _accuracy(network, validated, job["batch"])
        evaluation += time.perf_counter() - start
        print(
            f"{cell} {seed}, epoch {epoch + 1}: loss {loss:.4f}, accuracy "
            f"{right:.4f}, val_accuracy {accuracy:.4f}",
            flush=True,
        )
    start = time.perf_counter()
    test = _accuracy(network, tested, job["batch"])
    found = {
        "started": started,
        "compile": training.compiling,
        "training": training.seconds - training.compiling,
        "evaluation": evaluation + time.perf_counter() - start,
        "val_accuracy": accuracy,
        "test_accuracy": test,
    }
    write_run(job["folder"], cell, seed, found)


def _epoch(
    network: Network, optimizer: torch.optim.Optimizer, batches: DataLoader[Any], clock: Batches
) -> tuple[float, float]:
    """Train one epoch, and return its mean loss and its accuracy."""
    network.train()
    loss, right, samples = 0.0, 0, 0
    for tokens, labels in batches:
        mean, hits = train_batch(network, optimizer, tokens, labels)
        clock.batch()
        loss, right, samples = loss + mean * len(labels), right + hits, samples + len(labels)
    return loss / samples, right / samples


@torch.inference_mode()
def _accuracy(network: Network, samples: TensorDataset, batch: int) -> float:
    network.eval()
    right = sum(correct(network(x), y) for x, y in DataLoader(samples, batch_size=batch))
    return right / len(samples)

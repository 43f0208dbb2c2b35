"""Floating-point operations of a training step, against what one core can do.

    python benchmarks/step.py [--maxlen 500] [--units 32] [--batch 128] [--inputs 32] [--steps 20]

Times a training step of each cell by five ways: Keras's graph, Keras's layer under XLA, rnnbench's
kernels, the kernels with shared padding, and PyTorch's layer where torch is installed. One thread's
peak is that of a product of two square matrices, by NumPy and under XLA; both are timed before
every step, so that what else the machine does slows steps and peak alike, and medians are compared.
Counted are the matrix products that the cell asks for, forwards and backwards, of every sample at
every time step: what is saved by sharing padding counts as done, and the last column says how much
of it was. Reviews are IMDB's where
RNNBENCH_IMDB names the file, else the embedded ones. Writes benchmarks/results/step.md.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

# NumPy's threads are counted when it is loaded.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.side_by_side.machine import machine, told  # noqa: E402
from benchmarks.written import write  # noqa: E402
from rnnbench.config.expand import load  # noqa: E402
from rnnbench.data import prepare  # noqa: E402
from rnnbench.models.cells import CELLS  # noqa: E402
from rnnbench.models.kernels.width_schedule import cost, padding, sort  # noqa: E402
from rnnbench.training.batches import Samples, batches  # noqa: E402
from rnnbench.training.program import Batch, Program  # noqa: E402
from rnnbench.training.runtime import set_environment  # noqa: E402

NAMES = ("simple_rnn", "lstm", "gru")
SQUARE = 1024
WAYS: dict[str, tuple[list[str], bool]] = {
    "Keras, graph": (["training.jit_compile=false"], False),
    "Keras, XLA": (["training.fused=false"], False),
    "kernels": ([], False),
    "kernels, padding shared": ([], True),
}
NO_PYTORCH = "PyTorch: no result. torch is not installed: pip install 'rnnbench[pytorch]'."


def arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, value in (("maxlen", 500), ("units", 32), ("batch", 128), ("inputs", 32)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    return parser.parse_args(words)


def seconds(action: Callable[[], Any]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


class Peaks:
    """GFLOP/s of a square product, by NumPy and by XLA."""

    def __init__(self) -> None:
        import tensorflow as tf

        under_xla = tf.function(tf.matmul, jit_compile=True, autograph=False)
        rng = np.random.default_rng(0)
        a, b = (rng.random((SQUARE, SQUARE), np.float32) for _ in range(2))
        x, y = tf.constant(a), tf.constant(b)
        self._products = [lambda: a @ b, lambda: under_xla(x, y)]
        self.measure()

    def measure(self) -> list[float]:
        """Return both, of one product each."""
        return [2 * SQUARE**3 / 1e9 / seconds(product) for product in self._products]


def operations(name: str, sizes: argparse.Namespace) -> float:
    """Return the GFLOP of a step's matrix products: one forwards, two backwards, for each gate."""
    gates = len(CELLS[name].gates)
    products = sizes.batch * sizes.maxlen * gates * sizes.units * (sizes.inputs + sizes.units)
    return 3 * 2 * products / 1e9


def words_of(name: str, sizes: argparse.Namespace, more: list[str], home: str) -> list[str]:
    file = os.environ.get("RNNBENCH_IMDB")
    data = ["data=imdb", f"data.path={file}"] if file else ["data=reviews"]
    return [
        f"+cell={name}",
        *data,
        f"data.maxlen={sizes.maxlen}",
        f"model.units={sizes.units}",
        f"model.embedding.dim={sizes.inputs}",
        f"training.batch_size={sizes.batch}",
        "optimizer=rmsprop",
        f"home={home}",
        *more,
    ]


def drawn(samples: Samples, sizes: argparse.Namespace) -> list[Batch]:
    """Return the batches of the steps, the same for each way, and before them one to begin with."""
    return list(islice(endless(samples, sizes.batch), 1 + sizes.steps))


def endless(samples: Samples, size: int) -> Iterator[Batch]:
    """Yield batches of one epoch after another, each in an order of its own."""
    rng = np.random.default_rng(0)
    while True:
        yield from batches(samples, size, rng.permutation(len(samples)))


class Row(NamedTuple):
    """A cell trained one way: medians of its steps, but the fastest step and the best products."""

    cell: str
    way: str
    milliseconds: float
    fastest: float
    numpy: float
    xla: float
    best_numpy: float
    columns: float


def rows(sizes: argparse.Namespace, home: str) -> Iterator[Row]:
    """Train some steps of each cell by each way."""
    peaks = Peaks()
    for name in NAMES:
        for way, (more, shared) in WAYS.items():
            config = load(words_of(name, sizes, more, home))
            data = prepare(config.data, config.home)
            arrays = data.arrays()
            paddings = padding(arrays.x_train) if shared else None
            program = Program(config, data.spec, None, paddings)
            samples = Samples(arrays.x_train, arrays.y_train)
            found = measured(program.train_batch, drawn(samples, sizes), peaks)
            yield Row(name, way, *found, columns(program, drawn(samples, sizes)))
        if find_spec("torch"):
            train = pytorch(name, data.spec.vocabulary, sizes)
            yield Row(name, "PyTorch", *measured(train, drawn(samples, sizes), peaks), 1.0)


Train = Callable[[Batch], Any]


def measured(
    train: Train, drawn: Sequence[Batch], peaks: Peaks
) -> tuple[float, float, float, float, float]:
    """Return a row's numbers: milliseconds a step, and the peaks between the steps."""
    first, *timed = drawn
    train(first)
    found, peak = [], []
    for batch in timed:
        peak.append(peaks.measure())
        found.append(1e3 * seconds(partial(train, batch)))
    by_numpy, by_xla = np.median(peak, axis=0)
    best = max(rate for rate, _ in peak)
    return statistics.median(found), min(found), by_numpy, by_xla, best


def columns(program: Program, drawn: Sequence[Batch]) -> float:
    """Return the mean part of the timed batches' columns that a program computes."""
    starts = [sort(batch[0], program.widths)[1] for batch in drawn[1:]]
    timesteps = program.spec.timesteps
    return statistics.mean(cost(start, program.widths, timesteps, fixed=0.0) for start in starts)


def pytorch(name: str, vocabulary: int, sizes: argparse.Namespace) -> Train:
    """Return a step of PyTorch's layer, on one thread."""
    import torch

    from benchmarks.side_by_side.pytorch_model import Network, RMSprop, train_batch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    network = Network(name, vocabulary, sizes.inputs, sizes.units)
    optimizer = RMSprop(network.parameters())

    def train(batch: Batch) -> None:
        labels = torch.from_numpy(batch[1].astype(np.float32))
        train_batch(network, optimizer, torch.from_numpy(batch[0]), labels)

    return train


def main(words: list[str]) -> None:
    sizes = arguments(words)
    set_environment(1)
    lines = [
        "# A training step",
        "",
        f"`python benchmarks/step.py {' '.join(words)}`".replace(" `", "`"),
        "",
        f"One thread; maxlen {sizes.maxlen}, {sizes.units} units, {sizes.inputs} inputs, batch "
        f"{sizes.batch}, RMSprop; {sizes.steps} steps, before each of which a product of two "
        f"matrices {SQUARE} wide is timed. Shares of a peak compare medians; in brackets the "
        f"fastest step with the fastest product. {told(machine())}",
        "",
        "| cell | way | ms a step | GFLOP/s | NumPy's | XLA's | of NumPy's peak | of XLA's "
        "| columns computed |",
        "| :-- | :-- | --: | --: | --: | --: | --: | --: | --: |",
    ]
    with tempfile.TemporaryDirectory() as home:
        for row in rows(sizes, home):
            work = 1e3 * operations(row.cell, sizes)
            rate = work / row.milliseconds
            line = (
                f"| {CELLS[row.cell].title} | {row.way} | {row.milliseconds:.1f} | {rate:.1f} "
                f"| {row.numpy:.0f} | {row.xla:.0f} "
                f"| {rate / row.numpy:.0%} ({work / row.fastest / row.best_numpy:.0%}) "
                f"| {rate / row.xla:.0%} | {row.columns:.0%} |"
            )
            print(line, flush=True)
            lines.append(line)
    if not find_spec("torch"):
        print(NO_PYTORCH)
        lines += ["", NO_PYTORCH]
    write(sizes.out / "step.md", "\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])

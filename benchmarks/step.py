"""Floating-point operations of a training step, against what one core can do.

    python benchmarks/step.py [--maxlen 500] [--units 32] [--batch 128] [--inputs 32] [--steps 20]

Measures one thread's peak on square matrix products (NumPy's, and the same under XLA) and its
memory bandwidth, then a training step of each cell by four ways: Keras's graph, Keras's layer under
XLA, rnnbench's kernels, and the kernels with shared padding. Counted are the matrix products that
the cell asks for, forwards and backwards, of every sample at every time step: what is saved by
sharing padding counts as done, and the last column says how much of it was. Reviews are IMDB's
where RNNBENCH_IMDB names the file, else the embedded ones. Writes benchmarks/results/step.md.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# NumPy's threads are counted when it is loaded.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.side_by_side.machine import machine, told  # noqa: E402
from benchmarks.written import write  # noqa: E402
from rnnbench.cells import CELLS  # noqa: E402
from rnnbench.config.expand import load  # noqa: E402
from rnnbench.data import prepare  # noqa: E402
from rnnbench.kernels.ladder import choose, cost, padding, sort  # noqa: E402
from rnnbench.training.batches import Samples, batches  # noqa: E402
from rnnbench.training.program import Program  # noqa: E402
from rnnbench.training.runtime import set_environment  # noqa: E402

NAMES = ("simple_rnn", "lstm", "gru")
WAYS: dict[str, tuple[list[str], bool]] = {
    "Keras, graph": (["training.jit_compile=false"], False),
    "Keras, XLA": (["training.fused=false"], False),
    "kernels": ([], False),
    "kernels, padding shared": ([], True),
}


def arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, value in (("maxlen", 500), ("units", 32), ("batch", 128), ("inputs", 32)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    return parser.parse_args(words)


def best(action: Callable[[], Any], repetitions: int) -> float:
    """Return the seconds of the fastest of some calls after a first one."""
    action()
    found = []
    for _ in range(repetitions):
        start = time.perf_counter()
        action()
        found.append(time.perf_counter() - start)
    return min(found)


def peaks() -> dict[str, float]:
    """Return GFLOP/s of square products by NumPy and by XLA, and GB/s of a copy."""
    import tensorflow as tf

    under_xla = tf.function(tf.matmul, jit_compile=True, autograph=False)
    rng = np.random.default_rng(0)
    found = {"numpy": 0.0, "xla": 0.0}
    for size in (512, 1024, 2048):
        a, b = (rng.random((size, size), np.float32) for _ in range(2))
        x, y = tf.constant(a), tf.constant(b)
        operations = 2 * size**3 / 1e9
        found["numpy"] = max(found["numpy"], operations / best(lambda a=a, b=b: a @ b, 8))
        seconds = best(lambda x=x, y=y: under_xla(x, y).numpy()[0, 0], 8)
        found["xla"] = max(found["xla"], operations / seconds)
    block = np.ones(1 << 24, np.float32)
    target = np.empty_like(block)
    # Read once and written once.
    found["copy"] = 2 * block.nbytes / 1e9 / best(lambda: np.copyto(target, block), 8)
    return found


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


def rows(sizes: argparse.Namespace, home: str) -> Iterator[tuple[str, str, float, float]]:
    """Yield cell, way, milliseconds of a step, and the share of columns that it computed."""
    for name in NAMES:
        for way, (more, shared) in WAYS.items():
            config = load(words_of(name, sizes, more, home))
            data = prepare(config.data, config.home)
            arrays = data.arrays()
            paddings = padding(arrays.x_train) if shared else None
            ladder = (sizes.batch,)
            if paddings is not None:
                ladder = choose(paddings, sizes.batch, sizes.maxlen)
            program = Program(config, data.spec, None, paddings)
            samples = Samples(arrays.x_train, arrays.y_train)
            order = np.random.default_rng(0).permutation(len(samples))
            drawn = batches(samples, sizes.batch, order)
            program.train_batch(next(drawn))
            found, computed = [], []
            for _ in range(sizes.steps):
                batch = next(drawn)
                start = time.perf_counter()
                program.train_batch(batch)
                found.append(time.perf_counter() - start)
                starts = sort(batch[0], ladder)[1]
                computed.append(cost(starts, ladder, fixed=0.0))
            yield name, way, 1e3 * statistics.median(found), statistics.mean(computed)


def main(words: list[str]) -> None:
    sizes = arguments(words)
    set_environment(1)
    peak = peaks()
    lines = [
        "# A training step",
        "",
        f"`python benchmarks/step.py {' '.join(words)}`".replace(" `", "`"),
        "",
        f"One thread; maxlen {sizes.maxlen}, {sizes.units} units, {sizes.inputs} inputs, batch "
        f"{sizes.batch}, RMSprop; median of {sizes.steps} steps. Peak of a square matrix product "
        f"{peak['numpy']:.0f} GFLOP/s (NumPy), {peak['xla']:.0f} (XLA); memory "
        f"{peak['copy']:.0f} GB/s read and written. {told(machine())}",
        "",
        "| cell | way | ms a step | GFLOP/s | of NumPy's peak | of XLA's | columns computed |",
        "| :-- | :-- | --: | --: | --: | --: | --: |",
    ]
    with tempfile.TemporaryDirectory() as home:
        for name, way, milliseconds, computed in rows(sizes, home):
            rate = operations(name, sizes) / milliseconds * 1e3
            line = (
                f"| {CELLS[name].title} | {way} | {milliseconds:.1f} | {rate:.1f} "
                f"| {rate / peak['numpy']:.0%} | {rate / peak['xla']:.0%} | {computed:.0%} |"
            )
            print(line, flush=True)
            lines.append(line)
    write(sizes.out / "step.md", "\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])

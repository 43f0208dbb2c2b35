"""How much of a sweep's time its workers spend training: the harness's own cost.

    python benchmarks/utilisation.py [overrides of the sweep]

Trains a sweep in an empty folder and prints a Markdown table. Training is what happens between the
first and the last step of a run, validation and test included; the share is that of the time
between the first and the last training step of the whole sweep, times the number of workers.
Without arguments: twelve runs on real IMDB (RNNBENCH_IMDB names the file).
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from rnnbench.config.expand import expand
from rnnbench.sweep.executors.choice import expected_workers
from rnnbench.sweep.fixed import FixedSeeds
from rnnbench.sweep.run import run_arms
from rnnbench.tracking.store import Store

DEFAULT = (
    "+cell=simple_rnn,lstm,gru",
    "data=imdb",
    "data.maxlen=500",
    "model.units=32",
    "model.embedding.dim=32",
    "optimizer=rmsprop",
    "training.batch_size=128",
    "training.epochs=3",
    "seeds=4",
)


def main(words: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        arms = expand([*(words or DEFAULT), f"home={Path(folder) / 'runs'}"])
        config = arms[0].config
        run_arms(arms, Console(stderr=True), "benchmarks/utilisation.py", FixedSeeds())
        store = Store.open(config)
        rows = []
        begins, ends = [], []
        for record in store.records():
            losses = store.client.get_metric_history(record.run_id, "loss")
            seconds = store.client.get_metric_history(record.run_id, "epoch_seconds")
            begins.append(losses[0].timestamp / 1000 - seconds[0].value)
            ends.append(losses[-1].timestamp / 1000)
            trained = record.metrics["fit_seconds"] + record.metrics["test_seconds"]
            rows.append((record.tags["mlflow.runName"], trained, record.metrics))
    wall = max(ends) - min(begins)
    workers = expected_workers(config.executor)
    share = sum(trained for _, trained, _ in rows) / (wall * workers)
    print("| run | training s | overhead s | of it compiling s |")
    print("| :-- | --: | --: | --: |")
    for name, trained, metrics in rows:
        overhead, compiling = metrics["overhead_seconds"], metrics["compile_seconds"]
        print(f"| {name} | {trained:.1f} | {overhead:.1f} | {compiling:.1f} |")
    overheads = [metrics["overhead_seconds"] for *_, metrics in rows]
    print(
        f"\n{len(rows)} runs, {workers} workers, {wall:.1f} s from first to last training step: "
        f"workers trained {100 * share:.1f} % of it. "
        f"Overhead a run: median {statistics.median(overheads):.1f} s."
    )


if __name__ == "__main__":
    main(sys.argv[1:])

"""How many processes work in parallel on one machine."""

from __future__ import annotations

from rnnbench.config.schema import ExecutorConfig
from rnnbench.system.cores import worker_count
from rnnbench.system.gpus import gpus


def local_workers(config: ExecutorConfig) -> int:
    """Return how many processes work in parallel on this machine.

    ``auto`` is a process for each core or, where there are GPUs, as many as share them.
    """
    count = worker_count(config.workers, config.threads)
    share = 1.0 if config.gpus == "auto" else config.gpus
    if config.workers != "auto" or not share or not (devices := gpus()):
        return count
    return len(devices) * max(1, int(1 / share + 1e-9))

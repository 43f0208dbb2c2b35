"""The executor that a configuration names."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from rnnbench.config.schema import ExecutorConfig
from rnnbench.sweep.executors.workers import local_workers

if TYPE_CHECKING:
    from rnnbench.sweep.executors.protocol import Executor


def make_executor(config: ExecutorConfig, *, preload: bool = True) -> Executor:
    """Return who trains the runs; close it when all is done.

    Args:
        config: ``executor.*``, the same for all arms of a sweep.
        preload: whether its processes have TensorFlow loaded when they start.

    Raises:
        ConfigError: for devices or packages that are not there.
    """
    # A plan asks for the number of workers alone.
    if config.name == "in_process":
        from rnnbench.sweep.executors.in_process import InProcessExecutor

        return InProcessExecutor(config)
    if config.name == "ray":
        from rnnbench.sweep.executors.ray_executor import RayExecutor  # not installed everywhere

        return RayExecutor(config, preload=preload)
    from rnnbench.sweep.executors.local import LocalExecutor

    return LocalExecutor(config, preload=preload)


def expected_workers(config: ExecutorConfig) -> int:
    """Return how many runs will be trained in parallel.

    Raises:
        ConfigError: where it takes a cluster to tell that cannot be asked.
    """
    if config.name != "ray" or config.address is None or config.workers != "auto":
        return local_workers(config)
    from rnnbench.sweep.executors.ray_cluster import Cluster

    with closing(Cluster(config)) as cluster:
        cluster.connect()
        return max(1, cluster.free_slots())

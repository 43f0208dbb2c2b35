"""The executor that a configuration names."""

from __future__ import annotations

from rnnbench.config.schema import ExecutorConfig
from rnnbench.sweep.executors.in_process import InProcessExecutor
from rnnbench.sweep.executors.local import LocalExecutor
from rnnbench.sweep.executors.protocol import Executor


def make_executor(config: ExecutorConfig, *, preload: bool = True) -> Executor:
    """Return who trains the runs; close it when all is done.

    Args:
        config: ``executor.*``, the same for all arms of a sweep.
        preload: whether its processes have TensorFlow loaded when they start.
    """
    if config.name == "in_process":
        return InProcessExecutor(config)
    return LocalExecutor(config, preload=preload)

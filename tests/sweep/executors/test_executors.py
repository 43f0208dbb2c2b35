"""The executors that there are keep what an executor promises."""

from __future__ import annotations

from rnnbench.config.expand import load
from rnnbench.sweep.executors.choice import make_executor
from rnnbench.sweep.executors.in_process import InProcessExecutor
from rnnbench.sweep.executors.local import LocalExecutor
from rnnbench.sweep.executors.protocol import Executor
from rnnbench.testing.executors import ExecutorConformance


class TestLocalExecutor(ExecutorConformance):
    def make(self) -> Executor:
        executor = make_executor(load(["executor.workers=2"], cell=False).executor)
        assert isinstance(executor, LocalExecutor)
        return executor


class TestInProcessExecutor(ExecutorConformance):
    def make(self) -> Executor:
        executor = make_executor(load(["executor=in_process"], cell=False).executor)
        assert isinstance(executor, InProcessExecutor)
        return executor

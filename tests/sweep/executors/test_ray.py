"""What is trained on the nodes of a Ray cluster is as what is trained here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rnnbench.config.expand import load
from rnnbench.sweep.executors.choice import make_executor
from rnnbench.sweep.executors.protocol import Executor
from rnnbench.sweep.executors.ray_executor import RayExecutor
from rnnbench.testing.executors import ExecutorConformance
from tests.sweep.executors.clusters import Nodes


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[Nodes]:
    """A node that only holds the cluster, and one with two slots."""
    with pytest.MonkeyPatch.context() as patch, Nodes(0, 2) as nodes:
        patch.setenv("RAY_AUTH_MODE", "disabled")
        yield nodes


class TestRayExecutor(ExecutorConformance):
    @pytest.fixture(autouse=True)
    def use(self, cluster: Nodes) -> None:
        self.cluster = cluster

    def make(self) -> Executor:
        words = ["executor=ray", f"executor.address={self.cluster.address}"]
        executor = make_executor(load(words, cell=False).executor, preload=False)
        assert isinstance(executor, RayExecutor)
        return executor

    def processes(self) -> set[int]:
        return {process.pid for process in self.cluster.training()}

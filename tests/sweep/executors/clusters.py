"""Ray clusters for tests: several nodes on this machine, in processes of their own.

As a program it is the process that holds a cluster: it takes commands from standard input.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil

MEMORY = 100 * 2**20  # bytes of a node's object store


class Nodes:
    """A cluster whose nodes come and go; a context manager that ends it."""

    def __init__(self, *slots: int) -> None:
        """Start a node for each number, with as many slots; the first one holds the cluster."""
        # Short: paths of sockets have a limit.
        self._folder = Path(tempfile.mkdtemp(prefix="ray", dir="/tmp"))
        self._log = (self._folder / "log").open("wb")
        # The file that `auto` reads is not to be a user's, nor to need one.
        (self._folder / "ray").mkdir()
        own = {"RAY_AUTH_MODE": "disabled", "RAY_USAGE_STATS_ENABLED": "0"}
        own["RAY_TMPDIR"] = str(self._folder)
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(self._folder), *map(str, slots)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            start_new_session=True,
            env=os.environ | own,
        )
        told = self._answer()
        self.address: str = told["address"]
        self.client: str = told["client"]  # for drivers that are no nodes

    def __enter__(self) -> Nodes:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(60)
        finally:
            for process in self.processes():
                process.kill()
            self._process.kill()
            self._process.wait()
            self._log.close()
            assert self._process.stdout is not None
            self._process.stdout.close()
            shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, slots: int) -> None:
        """Add a node, which is there when this returns."""
        self._command("add", slots)

    def kill(self, number: int) -> None:
        """Kill all processes of a node at once, as a power failure would.

        ``number`` is its place among those that are there; 0 holds the cluster.
        """
        self._command("kill", number)

    def processes(self) -> list[psutil.Process]:
        """Return all processes of the cluster, those that train included."""
        return psutil.Process(self._process.pid).children(recursive=True) if self.is_alive else []

    def training(self) -> list[psutil.Process]:
        """Return the processes that train, and their fork servers."""
        found = []
        for process in self.processes():
            try:
                words = " ".join(process.cmdline())
            except psutil.Error:
                continue
            if "multiprocessing" in words and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        return found

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def _command(self, *words: object) -> dict[str, Any]:
        assert self._process.stdin is not None
        print(json.dumps(words), file=self._process.stdin, flush=True)
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, (self._folder / "log").read_text()
        answer: dict[str, Any] = json.loads(line)
        return answer


def serve(folder: str, *slots: str) -> None:
    """Hold a cluster until standard input ends."""
    from ray.cluster_utils import Cluster

    logging.getLogger("ray").setLevel(logging.ERROR)
    options = {"object_store_memory": MEMORY, "include_dashboard": False}
    head, *others = (int(number) for number in slots)
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    of_head = {"num_cpus": head, "temp_dir": folder, "ray_client_server_port": port}
    # Ports of workers are elsewhere, or Ray finds that they overlap.
    of_head |= {"min_worker_port": 0, "max_worker_port": 0}
    cluster = Cluster(initialize_head=True, head_node_args=options | of_head)
    del options["include_dashboard"]
    nodes = [cluster.head_node, *(cluster.add_node(num_cpus=n, **options) for n in others)]
    told = {"address": cluster.address, "client": f"ray://127.0.0.1:{port}"}
    print(json.dumps(told), flush=True)
    for line in sys.stdin:
        word, number = json.loads(line)
        if word == "add":
            nodes.append(cluster.add_node(num_cpus=number, **options))
        else:
            cluster.remove_node(nodes.pop(number), allow_graceful=False)
        print(json.dumps({}), flush=True)
    cluster.shutdown()


if __name__ == "__main__":
    serve(*sys.argv[1:])

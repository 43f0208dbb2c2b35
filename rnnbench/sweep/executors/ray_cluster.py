"""The connection of a driver to a Ray cluster: quiet, with the driver's own code on every node."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import rnnbench
from rnnbench.config.schema import ExecutorConfig
from rnnbench.errors import ConfigError, first_line
from rnnbench.formatting.redact import redacted
from rnnbench.sweep.executors.ray_slot import Node
from rnnbench.sweep.executors.workers import local_workers
from rnnbench.system.cores import cores
from rnnbench.system.machine import code_digest, this_machine
from rnnbench.system.quiet import no_remarks
from rnnbench.system.scratch import PREFIX, scratch_folder

_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    # What slots without a GPU see is decided by the slots.
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
_CONNECT_SECONDS = 10.0
_SAME = ("tensorflow", "keras", "numpy")  # packages that decide a result's last digits


def import_ray() -> Any:
    """Return the package Ray; raises ConfigError where it is not installed."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        import ray
    except ImportError:
        raise ConfigError(
            "executor",
            "local or in_process where Ray is not installed",
            "ray",
            "install it with: pip install 'rnnbench[ray]'",
        ) from None
    return ray


class Cluster:
    """A Ray cluster that this process is connected to, or one of its own on this machine."""

    def __init__(self, config: ExecutorConfig) -> None:
        """Connect to nothing yet.

        Raises:
            ConfigError: where Ray is not installed, or nobody answers at ``executor.address``.
        """
        self._config = config
        if config.address is None:
            _protect()
        self.ray = import_ray()
        _refuse_silent(config.address)
        self._stack: ExitStack | None = None

    def connect(self) -> None:
        """Connect, unless this process is connected already.

        Raises:
            ConfigError: where there is no cluster at the address, or one of another version.
        """
        if self._stack is not None:
            return
        with ExitStack() as stack:
            stack.enter_context(_quiet(self.ray))
            if not self.ray.is_initialized():  # by a notebook, to which it belongs then
                stack.callback(self._shutdown)
                self._init(stack)
            self._stack = stack.pop_all()

    def close(self) -> None:
        """Disconnect, and end a cluster of this process; once more does nothing."""
        stack, self._stack = self._stack, None
        if stack is not None:
            stack.close()

    @property
    def share(self) -> float:
        """The share of a GPU that a slot has."""
        if self._config.gpus != "auto":
            return self._config.gpus
        return 1.0 if self.ray.cluster_resources().get("GPU") else 0.0

    @property
    def losses(self) -> tuple[type[BaseException], ...]:
        """The errors that say that the connection is lost, those of Ray's client included."""
        client = getattr(sys.modules.get("grpc"), "RpcError", ConnectionError)
        return ConnectionError, self.ray.exceptions.RayError, client

    def free_slots(self) -> int:
        """Return how many slots the cluster has room for beside those that it has."""
        return self._room(self.ray.available_resources())

    def could_hold_a_slot(self) -> bool:
        """Return whether a node is large enough for a slot, were it free."""
        return any(node["Alive"] and self._room(node["Resources"]) for node in self.ray.nodes())

    def check(self, node: Node) -> None:
        """Refuse a node that runs other code than the driver; raises ConfigError."""
        ours, theirs = this_machine(), node.machine
        here, there = ours.version, theirs.version
        if (here, code_digest()) != (there, node.code):
            wanted, found = f"rnnbench {here} {code_digest()}", f"rnnbench {there} {node.code}"
        else:
            wanted = " ".join(p for p in ours.packages.split() if p.split("=")[0] in _SAME)
            found = " ".join(p for p in theirs.packages.split() if p.split("=")[0] in _SAME)
        if wanted != found:
            raise ConfigError(
                "executor.address",
                f"nodes with the versions of this machine, {wanted}",
                f"{theirs.host} with {found or 'none of them'}",
                "install the same on all nodes",
            )

    def _room(self, resources: dict[str, float]) -> int:
        room = int(resources.get("CPU", 0.0) / self._config.threads + 1e-6)
        if share := self.share:
            room = min(room, int(resources.get("GPU", 0.0) / share + 1e-6))
        return room

    def _init(self, stack: ExitStack) -> None:
        address = self._config.address
        options: dict[str, Any] = {
            "runtime_env": {
                "py_modules": [str(Path(rnnbench.__file__).parent)],
                "excludes": ["**/__pycache__"],
            },
            "log_to_driver": False,
            "configure_logging": False,
            "logging_level": logging.CRITICAL,
        }
        if address is None:
            place = scratch_folder(Path("/tmp"))  # short: paths of sockets have a limit
            options |= {
                "address": "local",
                "num_cpus": max(cores(), local_workers(self._config) * self._config.threads),
                "include_dashboard": False,
                "_temp_dir": str(stack.enter_context(place)),
            }
        else:
            options["address"] = address
            stack.enter_context(_where_ray_start_writes())
        try:
            with _signals_kept(), no_remarks(), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.ray.init(**options)
        except ImportError as error:
            raise ConfigError(
                "executor.address",
                "an address without ray:// where Ray's client is not installed",
                f"{address} ({error})",
                "install it with: pip install 'rnnbench[ray]'",
            ) from None
        except (Exception, SystemExit) as error:
            raise ConfigError(
                "executor.address",
                "a Ray cluster that this machine can connect to",
                redacted(f"{address or 'null'} ({first_line(error)})"),
                "see docs/how-to/scaling_out.md",
            ) from None

    def _shutdown(self) -> None:
        with no_remarks():
            self.ray.shutdown()


def _refuse_silent(address: str | None) -> None:
    """Refuse an address at which nobody answers: Ray would try for minutes."""
    if address is None or address == "auto":
        return
    host, _, port = address.removeprefix("ray://").rpartition(":")
    with suppress(OSError, ValueError):
        socket.create_connection((host.strip("[]"), int(port)), _CONNECT_SECONDS).close()
        return
    raise ConfigError(
        "executor.address",
        "auto, ray://HOST:10001 or HOST:6379 of a Ray cluster that answers",
        address,
        "start one with ray start --head, or leave the key out for a Ray on this machine",
    )


@contextmanager
def _quiet(ray: Any) -> Iterator[None]:
    """Keep Ray's remarks from the terminal, what it prints of other machines included."""
    logger = logging.getLogger("ray")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    worker = ray._private.worker
    printed = getattr(worker, "print_to_stdstream", None)
    worker.print_to_stdstream = lambda *_, **__: None
    try:
        yield
    finally:
        logger.setLevel(level)
        worker.print_to_stdstream = printed


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Have SIGTERM mean afterwards what it meant before: Ray puts a handler of its own in place."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _protect() -> None:
    """Protect a Ray of this process by a password that nobody else knows and no file holds.

    Ray reads it when it is imported. Where it was, by others, Ray chooses one itself.
    """
    if "RAY_AUTH_MODE" not in os.environ and "ray" not in sys.modules:
        os.environ["RAY_AUTH_MODE"] = "token"
        os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)


@contextmanager
def _where_ray_start_writes() -> Iterator[None]:
    """Have ``auto`` find the cluster of ``ray start``, whose temporary files are not this one's."""
    own = Path(tempfile.gettempdir())
    if not own.name.startswith(PREFIX) or "RAY_TMPDIR" in os.environ:
        yield
        return
    os.environ["RAY_TMPDIR"] = str(own.parent)
    try:
        yield
    finally:
        del os.environ["RAY_TMPDIR"]

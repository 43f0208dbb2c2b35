"""What an executor tells about its tasks while they run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rnnbench.system.machine import Machine
from rnnbench.training.history import Epoch, Outcome

Loss = Literal["exited", "killed", "silent", "node"]


@dataclass(frozen=True)
class Started:
    """A task was given to a worker, which may have to be started first."""

    key: str


@dataclass(frozen=True)
class Placed:
    """The worker that trains a task has said where it is."""

    key: str
    machine: Machine


@dataclass(frozen=True)
class EpochEnded:
    """An epoch of a running task has ended."""

    key: str
    epoch: Epoch


@dataclass(frozen=True)
class Finished:
    """A task has ended with a result."""

    key: str
    outcome: Outcome


@dataclass(frozen=True)
class Failed:
    """A task has ended without a result.

    Attributes:
        key: of the task.
        reason: why.
        killed: whether it is to be tried again, because the error was none of its own.
    """

    key: str
    reason: str
    killed: bool = False


@dataclass(frozen=True)
class Stopped:
    """A prunable task was ended early, as ``Executor.reply`` asked."""

    key: str


@dataclass(frozen=True)
class Lost:
    """The worker of a task is gone; whether the task is why is not known.

    Attributes:
        key: of the task.
        loss: how: the worker ``exited`` by itself, was ``killed`` by a signal, was ``silent`` for
            too long and therefore ended, or its ``node`` is gone.
        detail: exit status, name of the signal, seconds of silence, or name of the node.
    """

    key: str
    loss: Loss
    detail: str

    @property
    def reason(self) -> str:
        """The same in words."""
        if self.loss == "exited":
            return f"the worker exited with status {self.detail}"
        if self.loss == "killed":
            hint = ", perhaps for lack of memory" if self.detail == "SIGKILL" else ""
            return f"the worker was killed by {self.detail}{hint}"
        if self.loss == "silent":
            limit = f"{self.detail} s (executor.timeout)"
            return f"the worker gave no sign for {limit} and was killed"
        return f"the worker is gone with its node {self.detail}"


@dataclass(frozen=True)
class Idle:
    """Every worker has been given what there is to do: the moment for work of the driver's own."""


OfTask = Placed | EpochEnded | Finished | Failed | Stopped  # what a worker says itself
Event = Started | OfTask | Lost | Idle

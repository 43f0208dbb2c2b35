"""What an executor tells about its tasks while they run."""

from __future__ import annotations

from dataclasses import dataclass

from rnnbench.training.history import Epoch, Outcome

DIED = "the worker"  # with this begins why a run failed whose worker was lost


@dataclass(frozen=True)
class Started:
    """A worker has begun with a task."""

    key: str


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

    ``killed`` tells a lost worker, whose run may be tried again, from a run that failed by itself.
    """

    key: str
    reason: str
    killed: bool


@dataclass(frozen=True)
class Stopped:
    """A task has been ended early, as :meth:`LocalExecutor.reply` asked."""

    key: str


@dataclass(frozen=True)
class Filled:
    """Every worker has been given what there is to do: the moment for work of the driver's own."""


Event = Started | EpochEnded | Finished | Failed | Stopped | Filled

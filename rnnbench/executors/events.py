"""What an executor tells about its tasks while they run."""

from __future__ import annotations

from dataclasses import dataclass

from rnnbench.training.history import Epoch, Outcome


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
class Passed:
    """A task was not started, because it could not be claimed."""

    key: str


Event = Started | EpochEnded | Finished | Failed | Passed

"""One attempt at a task, in the process that trains: whatever happens becomes an event."""

from __future__ import annotations

import importlib
import os
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from rnnbench.errors import RnnbenchError
from rnnbench.sweep.executors.events import EpochEnded, Failed, Finished, OfTask, Placed, Stopped
from rnnbench.system.machine import this_machine

if TYPE_CHECKING:
    from rnnbench.training.history import Epoch, Outcome
    from rnnbench.training.spec import Task


class Trains(Protocol):
    """What trains tasks, such as :class:`rnnbench.training.trainer.Trainer`."""

    def execute(self, task: Task, on_epoch: Callable[[Epoch], None]) -> Outcome:
        """Train a task and leave its files in its folder."""
        ...


def make_trainer(named: str) -> Trains:
    """Return what trains the tasks that name it, as ``module:Class``; who trains them keeps it."""
    module, _, name = named.partition(":")
    trainer: Trains = getattr(importlib.import_module(module), name)()
    return trainer


class Stop(Exception):  # noqa: N818
    """The driver ends the task early."""


def attempt(
    task: Task, trainer_of: Callable[[str], Trains], tell: Callable[[OfTask], None]
) -> None:
    """Train a task.

    Args:
        task: what to train.
        trainer_of: :func:`make_trainer`, cached.
        tell: called with each event; raises :class:`Stop` to end the task there.
    """
    key = task.key
    last: OfTask
    try:
        tell(Placed(key, this_machine()))
        outcome = trainer_of(task.trainer).execute(task, lambda epoch: tell(EpochEnded(key, epoch)))
    except Stop:
        last = Stopped(key)
    except RnnbenchError as error:
        last = Failed(key, str(error))
    except MemoryError:
        last = Failed(key, "out of memory; lower training.batch_size or data.maxlen")
    except Exception as error:
        last = Failed(key, _reason(error))
    else:
        last = _kept(task, outcome)
    tell(last)


def _kept(task: Task, outcome: Outcome) -> Finished | Failed:
    """Write the files of a run; what cannot be written costs this run."""
    if task.title:
        from rnnbench.sweep.artifacts import write_artifacts

        try:
            write_artifacts(task, outcome)
        except (OSError, ValueError) as error:
            return Failed(task.key, f"its files could not be stored: {error}", killed=True)
    return Finished(task.key, outcome)


def _reason(error: Exception) -> str:
    """Return the first line of an unexpected error with the place that raised it."""
    text: Any = next(iter(str(error).strip().splitlines()), "")
    frame = traceback.extract_tb(error.__traceback__)[-1]
    if "ResourceExhausted" in type(error).__name__:
        return f"out of memory; lower training.batch_size or data.maxlen ({text})"
    return f"{type(error).__name__}: {text} ({os.path.basename(frame.filename)}:{frame.lineno})"  # noqa: PTH119

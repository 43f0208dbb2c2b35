"""Jobs that other processes do: forked from one that has loaded what they need meanwhile.

A fresh process loads it while this one does other things. It has no threads, so that it can be
forked into as many as there are cores once jobs are known.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from rnnbench.errors import RunFailure
from rnnbench.interrupt import ignored
from rnnbench.system.cores import cores

if TYPE_CHECKING:
    from multiprocessing.queues import SimpleQueue
    from multiprocessing.synchronize import Lock

_Result = TypeVar("_Result")
_Packed = tuple[int, bytes]  # the number of a job, and the job, pickled


class JobRunner(Protocol):
    """What does jobs."""

    def __call__(self, jobs: Sequence[Callable[[], _Result]], /) -> Iterator[tuple[int, _Result]]:
        """Give the number and the result of each job as it ends.

        They are begun before this returns. Those of one call must have ended before the next.
        """


def run_here(jobs: Sequence[Callable[[], _Result]], /) -> Iterator[tuple[int, _Result]]:
    """Do jobs one after another, each when its result is asked for."""
    for number, job in enumerate(jobs):
        yield number, job()


@contextmanager
def helpers(load: Callable[[], object]) -> Iterator[JobRunner]:
    """Give what does jobs: in processes of their own where there is more than one core.

    They are gone afterwards, whatever has happened, and when this process is killed. Jobs and
    their results are pickled.

    Args:
        load: loads what most jobs need; pickled, too.
    """
    if sys.platform != "linux" or cores() < 2:
        yield run_here
        return
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, load))
    with ignored(signal.SIGINT, signal.SIGHUP):
        process.start()
    theirs.close()

    def run(jobs: Sequence[Callable[[], _Result]], /) -> Iterator[tuple[int, _Result]]:
        return _begun(jobs, ours)

    try:
        yield run
    finally:
        ours.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.ident or 0, signal.SIGKILL)
        process.kill()  # it may not have come to be a group yet
        process.join()


def _begun(jobs: Sequence[Callable[[], Any]], helper: Connection) -> Iterator[tuple[int, Any]]:
    """Have jobs done, the largest first."""
    packed = [(number, pickle.dumps(job)) for number, job in enumerate(jobs)]
    packed.sort(key=lambda job: -len(job[1]))
    try:
        helper.send(packed)
    except ConnectionError:
        raise _killed() from None
    return _ended(set(range(len(jobs))), helper)


def _ended(left: set[int], helper: Connection) -> Iterator[tuple[int, Any]]:
    """Give numbers and results of jobs as they end."""
    while left:
        try:
            number, result, error = helper.recv()
        except (EOFError, ConnectionError):
            raise _killed() from None
        if error is not None:
            raise error
        left.remove(number)
        yield number, result


def _killed() -> RunFailure:
    return RunFailure(
        "a process that reads or draws for this command was killed, perhaps for lack of memory; "
        "the same command starts again"
    )


def _serve(driver: Connection, load: Callable[[], object]) -> None:
    """Load what jobs need, and do them in parallel whenever some have come."""
    os.setpgrp()  # to be ended at once, with all that are forked from it
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # threads would not survive the fork
    gc.set_threshold(1_000_000, 20, 100)  # as in the driver
    load()
    gc.freeze()
    with contextlib.suppress(EOFError, ConnectionError):  # the driver has no more, or is gone
        while True:
            _share(driver.recv(), driver)


def _share(jobs: Sequence[_Packed], driver: Connection) -> None:
    """Fork processes that do jobs until none is left."""
    context = multiprocessing.get_context("fork")
    one_at_a_time = context.Lock()
    waiting: SimpleQueue[int | None] = context.SimpleQueue()
    count = min(cores(), len(jobs))
    workers = [
        context.Process(target=_work, args=(jobs, waiting, driver, one_at_a_time))
        for _ in range(count)
    ]
    for worker in workers:
        worker.start()
    for place in [*range(len(jobs)), *[None] * count]:
        waiting.put(place)
    for worker in workers:
        worker.join()


def _work(
    jobs: Sequence[_Packed],
    waiting: SimpleQueue[int | None],
    driver: Connection,
    one_at_a_time: Lock,
) -> None:
    while (place := waiting.get()) is not None:
        number, job = jobs[place]
        result = failed = None
        try:
            result = pickle.loads(job)()  # noqa: S301 - from the driver
        except Exception as error:
            if not isinstance(error, OSError):
                error.add_note(traceback.format_exc())  # where it was: that is lost on the way
            failed = error
        with one_at_a_time, contextlib.suppress(OSError):  # the driver is gone
            driver.send((number, result, failed))

"""Figures drawn in parallel, by processes that load matplotlib while runs are read and compared.

Drawing takes most of a report's time and matplotlib half a second to load. A fresh process loads
it, and is forked into as many as there are cores once the figures are known; it has no threads.
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
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from rnnbench.errors import RunFailure
from rnnbench.interrupt import ignored
from rnnbench.system.cores import cores

if TYPE_CHECKING:
    from multiprocessing.queues import SimpleQueue
    from multiprocessing.synchronize import Lock

# What draws a figure into files, and the files.
Job = tuple[Callable[[list[Path]], None], list[Path]]
# Figures of most reports; with the first one comes pandas.
USUAL = ("learning", "courses", "differences", "slope", "tradeoff")
_Packed = tuple[int, bytes, list[Path]]  # its number, and what draws it, pickled
Draw = Callable[[Sequence[Job]], Iterable[int]]


def draw_here(jobs: Sequence[Job]) -> Iterator[int]:
    """Draw figures one after another; gives the number of each when it is written."""
    for number, (save, paths) in enumerate(jobs):
        save(paths)
        yield number


@contextmanager
def painters(formats: Sequence[str] = ("svg",)) -> Iterator[Draw]:
    """Give what draws figures: in processes of their own where that is faster.

    They are gone afterwards, whatever has happened, and when this process is killed.

    Args:
        formats: of the files that will be drawn, ``svg``, ``png`` or ``pdf``, the usual first: what
            they need is loaded before the figures are known.
    """
    if sys.platform != "linux" or cores() < 2 or "matplotlib" in sys.modules:
        yield draw_here
        return
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, formats))
    with ignored(signal.SIGINT, signal.SIGHUP):
        process.start()
    theirs.close()
    try:
        yield lambda jobs: _drawn(jobs, ours)
    finally:
        ours.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.ident or 0, signal.SIGKILL)
        process.kill()  # it may not have come to be a group yet
        process.join()


def _drawn(jobs: Sequence[Job], painter: Connection) -> Iterator[int]:
    """Have figures drawn, those with the most to draw first: it is begun before this returns."""
    packed = [(number, pickle.dumps(save), paths) for number, (save, paths) in enumerate(jobs)]
    packed.sort(key=lambda job: -len(job[1]))
    try:
        painter.send(packed)
    except ConnectionError:
        raise _killed() from None
    return _ended(set(range(len(jobs))), painter)


def _ended(left: set[int], painter: Connection) -> Iterator[int]:
    """Give the numbers of figures as they end."""
    while left:
        try:
            number, error = painter.recv()
        except (EOFError, ConnectionError):
            raise _killed() from None
        if error is not None:
            raise error
        left.remove(number)
        yield number


def _killed() -> RunFailure:
    return RunFailure(
        "a process that draws figures was killed, perhaps for lack of memory; "
        "the same command starts again"
    )


def _serve(driver: Connection, formats: Sequence[str]) -> None:
    """Load what draws; once the figures have come, draw them in parallel."""
    os.setpgrp()  # to be ended at once, with all that are forked from it
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # threads would not survive the fork
    gc.set_threshold(1_000_000, 20, 100)  # as in the driver
    for name in USUAL:
        import_module(f"rnnbench.plots.{name}")
    from rnnbench.plots.style import rehearse

    for name in formats:
        rehearse(name)
    try:
        jobs: list[_Packed] = driver.recv()
    except (EOFError, ConnectionError):
        return  # there is nothing to draw
    gc.freeze()
    context = multiprocessing.get_context("fork")
    one_at_a_time = context.Lock()
    waiting: SimpleQueue[int | None] = context.SimpleQueue()
    count = min(cores(), len(jobs))
    workers = [
        context.Process(target=_paint, args=(jobs, waiting, driver, one_at_a_time))
        for _ in range(count)
    ]
    for worker in workers:
        worker.start()
    for number in [*range(len(jobs)), *[None] * count]:
        waiting.put(number)
    for worker in workers:
        worker.join()


def _paint(
    jobs: Sequence[_Packed],
    waiting: SimpleQueue[int | None],
    driver: Connection,
    one_at_a_time: Lock,
) -> None:
    while (place := waiting.get()) is not None:
        number, save, paths = jobs[place]
        failed = None
        try:
            pickle.loads(save)(paths)  # noqa: S301 - from the driver
        except Exception as error:
            if not isinstance(error, OSError):
                error.add_note(traceback.format_exc())  # where it was: that is lost on the way
            failed = error
        with one_at_a_time, contextlib.suppress(OSError):  # the driver is gone
            driver.send((number, failed))

"""How long workers wait for their driver, and drivers for the store: a simulation of the queue.

A worker trains a run and hands its result to its driver, which takes one after another; then it
has the next run. Drivers share one store, which takes one after another, too.
"""

from __future__ import annotations

import heapq
import itertools
import random
from dataclasses import dataclass

SPREAD = 0.25  # standard deviation of a run's seconds, of their mean


@dataclass(frozen=True)
class Scenario:
    """A sweep.

    Attributes:
        runs: all of them.
        workers: trained at once.
        seconds: of a run's training, on average.
        drivers: each has its share of the workers.
    """

    runs: int
    workers: int
    seconds: float
    drivers: int = 1


@dataclass(frozen=True)
class Waited:
    """What came of it.

    Attributes:
        hours: until the last result was stored.
        busy: share of the workers' time in which they train.
        rate: runs a second.
        driver: share of the time in which a driver works.
        store: share of the time in which the store does.
    """

    hours: float
    busy: float
    rate: float
    driver: float
    store: float


def simulate(one: Scenario, driver: float, store: float, seed: int = 0) -> Waited:
    """Let a sweep run.

    Args:
        one: the sweep.
        driver: seconds of a driver's own for a run.
        store: seconds of the store for a run.
        seed: of the seconds of runs.
    """
    draw = random.Random(seed)
    left, trained, end, store_free = one.runs, 0.0, 0.0, 0.0
    waiting, is_free = [0] * one.drivers, [True] * one.drivers
    events: list[tuple[float, int, str, int]] = []  # moment, order, what, driver
    order = itertools.count()

    def train(moment: float, own: int) -> None:
        nonlocal left, trained
        if left:
            left -= 1
            took = max(0.0, draw.gauss(one.seconds, SPREAD * one.seconds))
            trained += took
            heapq.heappush(events, (moment + took, next(order), "trained", own))

    def take(moment: float, own: int) -> None:
        if is_free[own] and waiting[own]:
            waiting[own] -= 1
            is_free[own] = False
            heapq.heappush(events, (moment + driver, next(order), "handed", own))

    for worker in range(one.workers):
        train(0.0, worker % one.drivers)
    while events:
        end, _, what, own = heapq.heappop(events)
        if what == "trained":
            waiting[own] += 1
        elif what == "handed":
            store_free = max(end, store_free) + store
            heapq.heappush(events, (store_free, next(order), "stored", own))
        else:
            is_free[own] = True
            train(end, own)
        take(end, own)
    total = end or 1.0
    return Waited(
        total / 3600,
        trained / (total * one.workers),
        one.runs / total,
        one.runs * driver / (total * one.drivers),
        one.runs * store / total,
    )


def most_workers(seconds: float, driver: float, store: float, drivers: int = 1) -> float:
    """Return how many workers are kept busy: beyond, more of them finish no more runs.

    The bottleneck's law for closed networks (Denning and Buzen 1978): a run is in training, with
    its driver and in the store in turn, and the slowest station decides.
    """
    slowest = max((driver + store) / drivers, store)
    return (seconds + driver + store) / slowest

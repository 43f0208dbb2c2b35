"""How long a run will take, learned from those that are finished."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

from rnnbench.models.kernels.support import wants_kernels
from rnnbench.tracking import names
from rnnbench.tracking.record import Record
from rnnbench.training.spec import RunSpec

_NEAREST = 5
# Steps of tiny runs take what a step takes, whatever it computes: nothing to multiply by thousands.
_FURTHEST = 30.0
SECONDS = "run_seconds"
FIT_SECONDS = "fit_seconds"


class Expected:
    """Expected seconds of runs, from the seconds and the work of finished ones."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._arms: dict[str, list[float]] = defaultdict(list)
        self._alike: dict[tuple[str, bool], list[tuple[float, float, float]]] = defaultdict(list)
        for record in records:
            seconds = record.metrics.get(SECONDS)
            work = record.tags.get(names.WORK)
            if seconds is None or not record.is_finished:
                continue
            self._arms[record.tags.get(names.ARM_KEY, "")].append(seconds)
            if work is not None:
                fused = "fused" in record.tags.get(names.PATH, "")
                alike = self._alike[record.tags.get(names.CELL, ""), fused]
                fit = min(record.metrics.get(FIT_SECONDS, seconds), seconds)
                alike.append((float(work), fit, seconds - fit))

    def seconds(self, spec: RunSpec) -> float | None:
        """Return the seconds that one worker will need, or ``None`` where nothing is known.

        The mean of the arm's own runs; else the median over the runs of the same cell that are
        nearest in their work, and computed by the same kind of loops if there are such: the
        seconds of their epochs in proportion to the work, and those beside them as they were.
        Nothing is concluded from runs of less than a thirtieth of the work.
        """
        from statistics import fmean, median  # with nothing finished, not asked for

        if spec.arm_key in self._arms:
            return fmean(self._arms[spec.arm_key])
        assert spec.config.cell is not None
        cell = spec.config.cell.name
        fused = wants_kernels(spec.config)
        known = self._alike.get((cell, fused)) or self._alike.get((cell, not fused))
        if not known:
            return None
        near = [one for one in known if one[0] > 0 and spec.work <= _FURTHEST * one[0]]
        near.sort(key=lambda one: abs(math.log(one[0] / spec.work)))
        if not near:
            return None
        return median(fit * spec.work / work + rest for work, fit, rest in near[:_NEAREST])

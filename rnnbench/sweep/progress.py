"""Progress of a sweep on the terminal: runs done, epochs running, time left."""

from __future__ import annotations

import time

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Column

from rnnbench.config.metrics import METRICS
from rnnbench.formatting.durations import about, duration
from rnnbench.formatting.printable import printable
from rnnbench.formatting.wrapping import wrapped
from rnnbench.training.history import Epoch
from rnnbench.training.spec import RunSpec

# Columns of a terminal that have room for both accuracies and the time, and for a bar as well.
_MEDIUM, _WIDE = 72, 100
# Columns of a line beside a run's name: gaps, count, a note and the time.
_REST = 3 + 7 + len("accuracy 0.912, val 0.877") + 7
_REST_NARROW = 2 + 7 + len("59 min 59 s left")
_BAR, _INDENT = 30, "  "


class TimeLeft:
    """Estimates the rest of a sweep from the work done since its first epoch ended.

    Before that, processes start and models are compiled, which says nothing of the rest.
    """

    def __init__(self, work: float) -> None:
        self._left = work
        self._done = 0.0
        self._start: float | None = None

    def add(self, work: float, clock: float | None = None) -> None:
        """Count work as done."""
        if self._start is None:
            self._start = time.monotonic() if clock is None else clock
        else:
            self._done += work
        self._left -= work

    def more(self, work: float) -> None:
        """Count further work that is still to be done."""
        self._left += work

    def seconds(self, clock: float | None = None) -> float | None:
        """Return the expected seconds left, or ``None`` before there is a rate."""
        if self._start is None or self._done <= 0:
            return None
        now = time.monotonic() if clock is None else clock
        return max(0.0, self._left) * (now - self._start) / self._done


class SweepProgress:
    """Bars on a terminal; one line for each finished run elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._is_narrow = console.width < _MEDIUM
        self._bars = Progress(
            TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True)),
            *([BarColumn(bar_width=_BAR)] if console.width >= _WIDE else []),
            MofNCompleteColumn(table_column=Column(no_wrap=True)),
            TextColumn("{task.fields[note]}", markup=False, table_column=Column(no_wrap=True)),
            *([] if self._is_narrow else [TimeElapsedColumn(table_column=Column(no_wrap=True))]),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._overall: TaskID | None = None
        self._running: dict[str, TaskID] = {}
        self._work: dict[str, float] = {}
        self._time_left: TimeLeft | None = None
        self._done = 0
        self._total = 0
        self._has_status = False

    def __enter__(self) -> SweepProgress:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    @property
    def _room(self) -> int:
        """Columns that a line has before its bar, or its count."""
        rest = _REST_NARROW if self._is_narrow else _REST
        return self._console.width - rest - (1 + _BAR if self._console.width >= _WIDE else 0)

    def say(self, text: str) -> None:
        """Print a line above the bars."""
        # Rich's thread that draws the bars again would write in between, and a line would be lost.
        with self._bars.live._lock:
            self._console.print(text, highlight=False, markup=False)

    def begin(self, total: int, done: int, work: float = 0.0) -> None:
        """Show how many runs there are and how many are finished already."""
        self._total, self._done = total, done
        self._time_left = TimeLeft(work)
        self._overall = self._bars.add_task("runs", total=total, completed=done, note="")

    def extend(self, status: str, runs: int, work: float, left: int | None = None) -> None:
        """Show further runs, what they are for, and how many of them are left where some are not.

        Args:
            status: what is being done; a narrow terminal shows what comes before a comma.
            runs: how many have come to be needed.
            work: of those that are left.
            left: how many are; ``None`` for all.
        """
        self._total += runs
        self._done += 0 if left is None else runs - left
        self._has_status = True
        if self._time_left is not None:
            self._time_left.more(work)
        if self._overall is not None:
            shown = status if len(status) <= self._room else status.partition(",")[0]
            self._bars.update(
                self._overall, total=self._total, completed=self._done, description=shown
            )

    def started(self, spec: RunSpec) -> None:
        """Show a run that has begun."""
        total = spec.config.training.epochs
        name = wrapped(printable(spec.name), self._room - len(_INDENT))
        text = "\n".join(f"{_INDENT}{line}" for line in name)
        self._running[spec.key] = self._bars.add_task(text, total=total, note="starts")

    def epoch(self, spec: RunSpec, epoch: Epoch) -> None:
        """Show an epoch that has ended."""
        metric = METRICS[epoch.score.name]
        parts = [f"{epoch.score.name} {metric.shown(epoch.trained, 3)}"]
        if epoch.validated is not None:
            parts.append(f"val {metric.shown(epoch.validated, 3)}")
        note = ", ".join(parts[-1:] if self._is_narrow else parts)
        self._bars.update(self._running[spec.key], completed=epoch.epoch, note=note)
        self._count(spec.work / spec.config.training.epochs, spec.key)

    def ended(self, spec: RunSpec, text: str) -> None:
        """Count a run that has ended and say how."""
        self._done += 1
        self._leave(spec, spec.work)
        if self._overall is not None:
            self._bars.update(self._overall, completed=self._done)
        self.say(f"[{self._done}/{self._total}] {spec.name}: {text}")

    def given_up(
        self, spec: RunSpec, why: str = "given up, because its lock was lost or it was deleted"
    ) -> None:
        """Say that a run is not being trained any more, which counts as none of those ended."""
        self._leave(spec, 0.0)
        self.say(f"{spec.name}: {why}")

    def _leave(self, spec: RunSpec, work: float) -> None:
        """Show a run no longer, of which so much work counts as done."""
        if spec.key in self._running:
            self._bars.remove_task(self._running.pop(spec.key))
        self._count(work - self._work.pop(spec.key, 0.0), spec.key)
        self._work.pop(spec.key, None)

    def _count(self, work: float, key: str) -> None:
        if self._time_left is None or self._overall is None:
            return
        self._work[key] = self._work.get(key, 0.0) + work
        self._time_left.add(work)
        left = self._time_left.seconds()
        if left is not None and self._done < self._total:
            is_short = self._is_narrow or self._has_status
            note = f"{duration(left)} left" if is_short else f"{about(left)} left, running"
            self._bars.update(self._overall, note=note)

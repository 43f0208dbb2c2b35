"""``plan``: what ``sweep`` would do."""

from __future__ import annotations

from collections.abc import Sequence

from rnnbench.cli.console import paste, show, stdout, tell
from rnnbench.cli.endings import RETRY, report_command, sweep_command, tell_home
from rnnbench.cli.strategy import strategy_of
from rnnbench.cli.words import DEFAULT_CELLS, Words
from rnnbench.config.expand import Arm, expand
from rnnbench.config.schema import Config
from rnnbench.formatting.durations import about
from rnnbench.formatting.tables import MISSING, Table
from rnnbench.search.epochs import remarks
from rnnbench.sweep.at_hand import at_hand
from rnnbench.sweep.jobs import JobStatus
from rnnbench.sweep.plan import Plan, PlannedRun
from rnnbench.sweep.run import make_plan
from rnnbench.until.planning import Shown, assumed_words, shown_table

_STATUSES: tuple[JobStatus, ...] = ("DONE", "RUNNING", "PENDING", "FAILED", "STALE")


def plan(words: Words) -> int:
    """Print one line a run, and what is left to do; nothing is started."""
    words.refuse_names()
    arms = expand(words.overrides, config_dirs=words.config_dirs, default_cells=DEFAULT_CELLS)
    tell_home(arms[0].config)
    arms = at_hand(arms, tell)
    made = make_plan(arms, strategy_of(arms[0].config))
    for remark in remarks(arm.config for arm in arms):
        tell(remark)
    columns = ("run", "status", "units", "recurrent parameters", "expected seconds")
    optional = ("recurrent parameters", "units", "expected seconds")
    show(Table("Plan", columns, tuple(map(_row, made.lines)), optional=optional))
    outlooks = _outlooks(arms[0].config, made)
    stdout().print(_total(made, so_far=bool(outlooks)))
    _tell_comparisons(arms[0].config, made)
    for text in outlooks:
        stdout().print(text)
    _tell_next(words, arms, made)
    return 0


def _tell_comparisons(config: Config, made: Plan) -> None:
    """Say what the seeds can show, or how many runs it takes until all is decided."""
    shown = [one for one in made.found if isinstance(one, Shown)]
    if any(one.spread.seeds is not None for one in shown):
        show(shown_table(shown, config))
    elif shown:
        stdout().print(assumed_words(shown, config))


def _outlooks(config: Config, made: Plan) -> list[str]:
    """Return of each data set what it will take until all is decided."""
    if config.until is None:
        return []
    from rnnbench.until.outlook import Outlook, outlook_words

    found = [one for one in made.found if isinstance(one, Outlook)]
    return [outlook_words(one, made.workers, several=len(found) > 1) for one in found]


def _tell_next(words: Words, arms: Sequence[Arm], made: Plan) -> None:
    console = stdout()
    if made.to_train:
        console.print("To start it:")
        paste(sweep_command(words), console)
    elif made.count("FAILED"):
        console.print("To train the failed runs again:")
        paste(sweep_command(words, RETRY), console)
    else:
        console.print("For the results:")
        paste(report_command(words, arms), console)


def _row(line: PlannedRun) -> tuple[str, ...]:
    return (
        line.name,
        line.status,
        MISSING if line.units is None else str(line.units),
        MISSING if line.parameters is None else f"{line.parameters:,}",
        MISSING if line.seconds is None else _seconds(line.seconds),
    )


def _seconds(seconds: float) -> str:
    return f"{seconds:,.1f}" if seconds >= 0.1 else "under 0.1"


def _total(made: Plan, *, so_far: bool) -> str:
    counts = [(made.count(status), status) for status in _STATUSES]
    parts = ", ".join(f"{count} {status}" for count, status in counts if count)
    text = f"{len(made.lines)} runs{' so far' if so_far else ''}: {parts}."
    if not made.to_train:
        return f"{text} A sweep would train nothing."
    time = (
        "; how long it takes is not known"
        if made.seconds is None
        else f", in {about(made.seconds)}"
    )
    workers = f"{made.workers} worker{'s' if made.workers > 1 else ''}"
    return f"{text} A sweep would train {len(made.to_train)} with {workers}{time}."

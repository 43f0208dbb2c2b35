"""A report's comparisons as a frame, of whatever runs are left in a notebook's frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from rnnbench.config.arm_names import short_name
from rnnbench.config.expand import load
from rnnbench.config.keys import about, role
from rnnbench.config.roles import Choice, Purpose
from rnnbench.config.schema import ReportConfig
from rnnbench.errors import ConfigError
from rnnbench.report.build import Tables, dataset_sections
from rnnbench.report.comparisons import place_in_table
from rnnbench.report.dataset_section import DatasetSection
from rnnbench.report.pairs import Pair
from rnnbench.results import COLUMNS
from rnnbench.results.arms import finished
from rnnbench.results.frame import frame, with_parameters
from rnnbench.results.history import history_frame
from rnnbench.results.rows import is_parameter
from rnnbench.tracking import names

NOT_COMPARED = "not compared"
_ALONE = "no other arm differs from it in one thing alone"
_NUMBERS = ("p_better", "p_equivalent", "p_worse", "p", "wins", "wins_low", "wins_high")
_TYPES = {
    **dict.fromkeys(("data", "a", "b", "factor", "metric"), "string"),
    "seeds": "Int64",
    **dict.fromkeys(("difference", "low", "high"), "Float64"),
    "verdict": "string",
    **dict.fromkeys(_NUMBERS, "Float64"),
    **dict.fromkeys(("remarks", "reason"), "string"),
}
# A frame without any parameter of a section tells nothing of what differs in it.
_SECTIONS = [name for name in about(Purpose.RESULT) if role(f"{name}.name", Choice) is None]
_METRICS = tuple(column.name for column in COLUMNS if column.source == "metric")


def compare(
    runs: pd.DataFrame,
    by: str | None = None,
    *,
    margin: float | None = None,
    confidence: float | None = None,
    metric: str | None = None,
) -> pd.DataFrame:
    """Return the comparisons of a report over these runs: one row a pair of arms.

    Two arms are compared where they differ in one factor and nothing else, paired by seed; the
    verdict is the report's, from the seeds alone: a frame has no answers to single test samples.
    Columns are ``data``, ``a`` (the arm that is ahead), ``b``, ``factor``, ``metric`` (what they
    are compared by), ``seeds`` (that both have), ``difference`` (a minus b, in the unit of the
    metric) with ``low`` and ``high``, which hold for all comparisons of a data set together,
    ``verdict`` (``better by more than the margin``, ``better, size unclear``, ``better but it
    hardly matters``, each of ``a``; ``equivalent``, ``undecided``, ``not compared``), the
    probabilities that a is better by more than the margin, that they differ by less, and that a is
    worse (``p_better``, ``p_equivalent``, ``p_worse``), ``p`` (adjusted for all comparisons of the
    data set, also those that ``by`` leaves out), ``wins`` (chance that a is better with the same
    seed) with ``wins_low`` and ``wins_high``, ``remarks`` and ``reason``: why a pair that a reader
    would look for is not compared, or an arm with any other.

    Args:
        runs: rows of :func:`load_runs`, such as those of some arms or seeds, with its columns;
            further columns do no harm, and arms are called as in its column ``arm``.
        by: the factor that is compared, such as ``cell`` or ``units``; ``None`` for every one.
        margin: the difference that does not matter, in the unit of the metric, of errors of numbers
            as a part of the standard deviation of the targets; ``None`` for the configuration's
            ``report.margin``.
        confidence: of the intervals; ``None`` for ``report.confidence``.
        metric: what arms are compared by; ``None`` for ``report.metric``.

    Raises:
        ConfigError: for columns that are missing, a factor in which no arms differ, numbers out of
            range, or an unknown metric.

    >>> import rnnbench
    >>> runs = rnnbench.load_runs(source="reports/imdb")
    >>> found = rnnbench.compare(runs, by="cell")
    >>> found[["a", "b", "seeds", "difference", "low", "high"]].round(3)
          a           b  seeds  difference    low   high
    0  lstm  simple_rnn     10       0.023  0.014  0.031
    1   gru  simple_rnn     10       0.016   0.01  0.022
    2  lstm         gru     10       0.007  0.001  0.013
    >>> list(found["verdict"])
    ['better by more than the margin', 'better, size unclear', 'better, size unclear']
    >>> even = rnnbench.compare(runs, metric="best_val_accuracy", margin=0.03)
    >>> list(even["verdict"])
    ['better, size unclear', 'better but it hardly matters', 'better but it hardly matters']
    """
    options = _options(margin=margin, confidence=confidence, metric=metric)
    restored = _restored(runs)
    done = finished(restored)
    tables = Tables(restored, history_frame([]), _trials(done), baselines=frame([]))
    arms = dict(zip(restored["run_id"], runs.get("arm", runs["label"]), strict=True))
    rows = [
        {"data": dataset.title, **row}
        for dataset in dataset_sections(done, tables, options)
        for row in _rows(dataset, arms)
    ]
    table = pd.DataFrame(rows, columns=list(_TYPES)).astype(_TYPES)
    return table if by is None else _by(table, by)


def _rows(dataset: DatasetSection, arms: dict[str, str]) -> Iterator[dict[str, object]]:
    """Give what is compared, by factor, then what is not; no arm is left without a row."""
    pairs = (*sorted(dataset.pairs, key=place_in_table), *dataset.refused)
    for pair in pairs:
        yield _row(pair, arms)
    told = {name for pair in pairs for name in pair.names}
    for arm in dataset.arms:
        if arm.name not in told:
            name = arms[arm.run_ids[0]]
            yield {"a": name, "verdict": NOT_COMPARED, "remarks": "", "reason": _ALONE}


def _row(pair: Pair, arms: dict[str, str]) -> dict[str, object]:
    relation, result = pair.relation, pair.result
    row: dict[str, object] = {
        "a": arms[pair.a.run_ids[0]],
        "b": arms[pair.b.run_ids[0]],
        "factor": None if relation.factor is None else short_name(relation.factor),
        "metric": None if pair.measure is None else pair.measure.metric,
        "remarks": "; ".join(relation.all_remarks),
    }
    if result is None:
        reason = "; ".join(relation.confounds) or "they share no measure"
        return row | {"verdict": NOT_COMPARED, "reason": reason}
    ends = (result.wins.estimate, result.wins.low, result.wins.high)
    return row | {
        "seeds": result.n,
        "difference": result.difference.estimate,
        "low": result.difference.low,
        "high": result.difference.high,
        "verdict": result.verdict,
        **dict(zip(_NUMBERS, (*result.probabilities, result.p, *ends), strict=True)),
        "reason": "",
    }


def _by(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return the comparisons by one factor; raises ConfigError where there is no such factor."""
    known = sorted(table["factor"].dropna().unique())
    if not isinstance(by, str) or (short_name(by) not in known and not table.empty):
        action = "leave it out for all of them"
        raise ConfigError("by", f"one of the factors {', '.join(known)}", by, action)
    return table[table["factor"] == short_name(by)].reset_index(drop=True)


def _options(**given: object) -> ReportConfig:
    words = [f"report.{name}={value}" for name, value in given.items() if value is not None]
    return load(words, cell=False).report


def _restored(runs: pd.DataFrame) -> pd.DataFrame:
    """Return a notebook's frame with the parameters under their keys; raises ConfigError."""
    if not isinstance(runs, pd.DataFrame):
        kind = type(runs).__name__
        raise ConfigError("runs", "a frame of load_runs()", f"a {kind}", "pass rows of it")
    runs = runs.reset_index(drop=True)  # whose names may be those of columns
    wanted = [c.name for c in COLUMNS if c.name not in _METRICS]
    missing = [name for name in wanted if name not in runs]
    missing += [
        f"{section}.*"
        for section in _SECTIONS
        if not any(str(key).startswith(f"{section}.") for key in runs.columns)
    ]
    if missing:
        raise ConfigError(
            "runs",
            "rows of load_runs() with its columns",
            f"a frame without {', '.join(missing)}",
            "leave out rows, not columns: what differs between two arms is read from them",
        )
    empty = {name: pd.Series(pd.NA, runs.index, "Float64") for name in _METRICS if name not in runs}
    whole = with_parameters(runs).drop(columns="arm", errors="ignore").assign(**empty)
    types = {c.name: c.dtype for c in COLUMNS if c.name in whole}
    # What a CSV file or another program made of parameters, which are compared as text.
    types |= {key: "string" for key in whole.columns if is_parameter(str(key))}
    typed = whole.assign(**{str(key): _typed(whole[key], type_) for key, type_ in types.items()})
    if typed.loc[typed["status"] == "FINISHED", "seed"].isna().any():
        raise ConfigError("runs", "a seed in each finished run", "none", "leave such rows out")
    return typed


def _typed(column: pd.Series, type_: str) -> pd.Series:
    """Return a column of a notebook's frame as its own type; raises ConfigError."""
    try:
        return column.astype(pd.api.types.pandas_dtype(type_))
    except (TypeError, ValueError) as error:
        expected = f"a column {column.name} of type {type_}"
        action = "take the column as load_runs() returns it"
        raise ConfigError("runs", expected, f"{column.dtype} ({error})", action) from None


def _trials(done: pd.DataFrame) -> pd.DataFrame:
    """Return the trials of the searches, as many as each had: that is all a comparison asks."""
    counts: dict[str, int] = {}
    if "trials" in done:
        known = done.dropna(subset=["study", "trials"])
        counts = dict(zip(known["study"], known["trials"].astype(int), strict=True))
    rows: Sequence[tuple[str, int]] = [(s, n) for s, count in counts.items() for n in range(count)]
    table = pd.DataFrame(rows, columns=["study", "trial"])
    return table.assign(trial_state=names.COMPLETE, status="FINISHED")

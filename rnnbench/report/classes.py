"""What arms answer by class: scores, precision and recall, confusions, precision at every recall.

It is told where accuracy doesn't say all of it: of more than two classes, or of two unequal ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from rnnbench.config.class_metrics import SCORES
from rnnbench.config.metrics import METRICS
from rnnbench.plots.confusion import Confusion, save_confusions
from rnnbench.plots.precision_recall import precision_line, save_precision
from rnnbench.report.arm_table import NAMES, ArmColumn, arm_table, mean_column
from rnnbench.report.dataset_section import DatasetSection, arm_cell, of, order
from rnnbench.report.document import (
    Block,
    DataTable,
    Picture,
    TableCell,
    TableColumn,
    number,
    spread,
    text,
)
from rnnbench.report.wording import arm_words, of_epochs
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.results.by_class import RECALLS, AnsweredClasses, Classes, answered_classes
from rnnbench.results.measure import ASKED, weights_of
from rnnbench.stats import statistic

_FRACTION = METRICS[ASKED]
_MOST_ROWS = 120  # of the table by class
_MOST_DRAWN = 6  # arms in a figure, the best
_STEP = 2  # of the recalls of a curve, as many as a page has room for
_MOST_CELLS = 400  # of all confusion matrices: each is a mark on the page
_MOST_CLASSES = 20  # of a matrix that can be read; of more, the most frequent confusions are told
_MOST_CONFUSED = 10  # confusions of an arm


def classes_block(dataset: DatasetSection, classes: Classes) -> Block | None:
    """Return tables and figures, or ``None`` where nothing is known or worth telling.

    Args:
        dataset: the section.
        classes: by weights and run id, what was answered by class.
    """
    metric = None if dataset.measure is None else dataset.measure.metric
    known = answered_classes(dataset.arms, classes, metric)
    if known is None:
        return None
    arms = [arm for arm in order(dataset) if arm.name in known.runs]
    epochs = of_epochs(weights_of(arm, metric) for arm in arms)
    many = len(known.names) > _MOST_CLASSES
    tables = (
        _scores(dataset, arms, metric),
        _by_class(dataset, arms, known, epochs),
        _confused(dataset, arms, known) if many else None,
    )
    pictures = (None if many else _matrices(dataset, arms, known), _curves(dataset, arms, known))
    return Block(
        "",
        (_lead(known),),
        tuple(table for table in tables if table),
        tuple(picture for picture in pictures if picture),
    )


def _lead(known: AnsweredClasses) -> str:
    total, names = known.samples.sum(), known.names
    most, rarest = int(known.samples.argmax()), _rarest(known)
    told = f"The {total:,} test samples are of {len(names)} classes"
    if known.samples[most] == known.samples[rarest]:
        return f"{told}, equally many of each."
    shares = [f"{100 * known.samples[one] / total:.3g} %" for one in (most, rarest)]
    return (
        f"{told}: {shares[0]} are of {names[most]}, the most frequent one, and {shares[1]} of "
        f"{names[rarest]}, the rarest."
    )


def _rarest(known: AnsweredClasses) -> int:
    """Return the class with the fewest test samples, of those that have any; the last of equals."""
    counts = np.where(known.samples > 0, known.samples, known.samples.sum() + 1)[::-1]
    return len(counts) - 1 - int(counts.argmin())


def _scores(
    dataset: DatasetSection, arms: Sequence[ArmRuns], metric: str | None
) -> DataTable | None:
    """Return the scores in which all classes count alike, of baselines too."""
    shown = [*arms, *dataset.baselines]
    which = {weights_of(arm, metric) for arm in arms}
    end = f"_{which.pop()}" if len(which) == 1 else ""
    own = [f"test_{score}{end}" for score in SCORES]
    shown = [arm for arm in shown if any(arm.by_seed(name) for name in own)]
    if not shown:
        return None
    columns = (
        NAMES,
        *(
            mean_column(words, meaning, name, key=score)
            for name, (score, (words, meaning)) in zip(own, SCORES.items(), strict=True)
        ),
        ArmColumn(
            TableColumn("seeds", "replicates that were measured"),
            lambda arm: number(max(len(arm.by_seed(name)) for name in own), 0),
        ),
    )
    note = (
        "Each class counts alike, however few samples it has. Mean ± standard deviation over seeds."
    )
    title = "Scores over the classes"
    return arm_table(f"{dataset.key}_class_scores", title, shown, columns, note)


def _by_class(
    dataset: DatasetSection, arms: Sequence[ArmRuns], known: AnsweredClasses, epochs: str
) -> DataTable:
    shown = arms[: max(1, _MOST_ROWS // len(known.names))]
    columns = (
        TableColumn("arm", numeric=False),
        TableColumn("class", numeric=False),
        TableColumn("samples", "test samples of the class"),
        TableColumn(
            "precision", "share of the answers of this class that are right", key="precision_mean"
        ),
        TableColumn(
            "recall", "share of the samples of the class that are found", key="recall_mean"
        ),
        TableColumn("F1", "harmonic mean of precision and recall", key="f1_mean"),
        TableColumn(
            "average precision",
            "area under precision by recall, as scikit-learn's",
            key="average_precision_mean",
        ),
        TableColumn("seeds", "runs whose answers are known"),
    )
    rows = [row for arm in shown for row in _rows(arm, known)]
    note = (
        f"Answers of the weights {epochs}. Mean ± standard deviation over seeds. The precision of "
        "a class that is never answered counts as 0."
    )
    title = "By class" + of(len(shown), len(arms))
    ids = tuple(arm.run_ids for arm in shown for _ in known.names)
    return DataTable(f"{dataset.key}_by_class", title, columns, tuple(rows), note, ids)


def _rows(arm: ArmRuns, known: AnsweredClasses) -> list[tuple[TableCell, ...]]:
    runs = list(known.runs[arm.name].values())
    scores = np.array([one.scores for one in runs])  # (seeds, 3, k)
    averages = np.array([one.average_precision for one in runs])
    rows = []
    for place, name in enumerate(known.names):
        measured = (*scores[:, :, place].T, averages[:, place])
        found = [statistic(values) for values in measured]
        has_any = known.samples[place] > 0
        cells = (spread(one, _FRACTION) if has_any else text(None) for one in found)
        samples = number(float(known.samples[place]), 0)
        rows.append((arm_cell(arm.name), text(name), samples, *cells, number(len(runs), 0)))
    return rows


def _shares(arm: ArmRuns, known: AnsweredClasses) -> np.ndarray:
    """Return of each seed the shares of each true class by answer ``(seeds, k, k)``."""
    counts = np.array([one.confusion for one in known.runs[arm.name].values()], np.float64)
    samples = np.where(known.samples > 0, known.samples, np.nan)
    shares: np.ndarray = counts / samples[:, None]
    return shares


def _confused(
    dataset: DatasetSection, arms: Sequence[ArmRuns], known: AnsweredClasses
) -> DataTable | None:
    """Return which classes are most often taken for which others."""
    columns = (
        TableColumn("arm", numeric=False),
        TableColumn("class", numeric=False),
        TableColumn("answered as", numeric=False),
        TableColumn("share", "of the samples of the class", key="share_mean"),
        TableColumn("samples", "test samples of the class"),
    )
    rows, ids = [], []
    for arm in arms[:_MOST_DRAWN]:
        shares = _shares(arm, known)
        means = np.nan_to_num(shares.mean(axis=0)).round(9)  # equal ones to the last bit
        np.fill_diagonal(means, 0)
        for place in np.argsort(-means, axis=None, kind="stable")[:_MOST_CONFUSED]:
            true, answer = np.unravel_index(place, means.shape)
            if means[true, answer] > 0:
                names = (arm_cell(arm.name), text(known.names[true]), text(known.names[answer]))
                samples = number(float(known.samples[true]), 0)
                rows.append(
                    (*names, spread(statistic(shares[:, true, answer]), _FRACTION), samples)
                )
                ids.append(arm.run_ids)
    if not rows:
        return None
    title = "Most frequent confusions" + of(min(len(arms), _MOST_DRAWN), len(arms))
    note = f"Of each arm at most {_MOST_CONFUSED}. Mean ± standard deviation over seeds."
    return DataTable(f"{dataset.key}_confused", title, columns, tuple(rows), note, tuple(ids))


def _matrices(dataset: DatasetSection, arms: Sequence[ArmRuns], known: AnsweredClasses) -> Picture:
    most = max(1, min(_MOST_DRAWN, _MOST_CELLS // len(known.names) ** 2))
    shown = arms[:most]
    matrices = [
        Confusion(arm_words(arm.name), arm.cell, _shares(arm, known).mean(axis=0)) for arm in shown
    ]
    title = "Answers to the samples of each class" + of(len(shown), len(arms))
    found = "; ".join(
        f"{one.arm} {100 * np.nanmean(np.diag(one.shares)):.0f} % right in the mean of the classes"
        for one in matrices
    )
    alt = f"{title}, {dataset.place}: {found}"
    draw = partial(save_confusions, matrices, known.names, title)
    return Picture(f"confusion_{dataset.key}", f"{title}, percent, mean over seeds", alt, draw)


def _curves(dataset: DatasetSection, arms: Sequence[ArmRuns], known: AnsweredClasses) -> Picture:
    rarest, shown = _rarest(known), arms[:_MOST_DRAWN]
    lines = [
        precision_line(
            arm_words(arm.name),
            arm.cell,
            RECALLS[::_STEP],
            np.array([one.precision[rarest, ::_STEP] for one in known.runs[arm.name].values()]),
        )
        for arm in shown
    ]
    share = float(known.samples[rarest] / known.samples.sum())
    title = f"Precision by recall of class {known.names[rarest]}" + of(len(shown), len(arms))
    half = len(lines[0].recall) // 2
    found = "; ".join(f"{one.arm} {one.mean[half]:.2f} at a recall of 0.5" for one in lines)
    how = "interpolated: the highest precision at this recall or a higher one"
    several = any(one.sd.any() for one in lines)
    band = ", with one standard deviation over seeds" if several else ""
    alt = f"{title}, {dataset.place}: {found}"
    draw = partial(save_precision, lines, share, title)
    return Picture(f"precision_recall_{dataset.key}", f"{title}{band}; {how}", alt, draw)

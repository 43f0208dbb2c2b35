"""What the searches found: every trial, the expected best, what mattered, what failed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd

from rnnbench.config.metric import Metric
from rnnbench.config.metrics import entry
from rnnbench.plots.trials import (
    TOP,
    Shares,
    Trials,
    expected_curves,
    save_expected_best,
    save_importances,
    save_trials,
    trial_rows,
)
from rnnbench.report.dataset_section import DatasetSection, arm_cell
from rnnbench.report.document import (
    Block,
    DataTable,
    Picture,
    ReportSection,
    TableCell,
    TableColumn,
    number,
    text,
)
from rnnbench.report.studies import StudyRuns
from rnnbench.report.wording import arm_words
from rnnbench.results.measure import ASKED, BEST, LAST
from rnnbench.search.epochs import other_epoch
from rnnbench.search.importance import importance_of
from rnnbench.stats.search import expected_best

_WHOSE = (TableColumn("arm", numeric=False), TableColumn("data", numeric=False))


def search_section(
    studies: Sequence[StudyRuns], datasets: Sequence[DatasetSection]
) -> ReportSection | None:
    """Return the tables of all searches, or nothing where none was made.

    Args:
        studies: the searches.
        datasets: the data sets, with the winners among their arms.
    """
    if not studies:
        return None
    groups = _groups(studies)
    same = "Every arm had the same budget, the same space and the same sampler in one search."
    blocks = [
        Block(
            "",
            (same, *_other_epochs(datasets)),
            (_trials(studies), _best(studies)),
            tuple(_drawn_trials(key, group) for key, group in groups.items()),
        )
    ]
    random = [study for study in studies if study.sampler == "random" and study.values]
    if random:
        pictures = [
            _drawn_expected(key, group)
            for key, group in groups.items()
            if group[0].sampler == "random" and any(len(study.values) > 1 for study in group)
        ]
        blocks.append(Block("", (), (_expected(random),), tuple(pictures)))
    shares = [(study, importance_of(study.space, study.trials, study.metric)) for study in studies]
    told = [(study, found) for study, found in shares if found]
    if told:
        blocks.append(Block("", (), (_importance(told),), (_drawn_importance(told),)))
    return ReportSection("search", "Search", tuple(blocks))


def _other_epochs(datasets: Sequence[DatasetSection]) -> list[str]:
    """Return a sentence for each way in which winners are judged by another epoch than chosen."""
    found: dict[str, tuple[str, ...]] = {}
    for dataset in datasets:
        for arm in dataset.arms:
            has_epochs = any(count > 1 or count != count for count in arm.values("epochs"))
            if dataset.measure is None or not arm.search or not has_epochs:
                continue
            metric, test = dataset.measure.metric, arm.params.get("training.test")
            weights = {BEST: "best", LAST: "last", ASKED: test}.get(metric)
            one = other_epoch(str(arm.search.get("metric")), weights, f"report.metric={metric}")
            found |= {one.words: one.keys} if one else {}
    return [
        f"What was tuned is not what is judged: {words}. The winner can have overfitted by then "
        f"(`{'`, `'.join(keys)}`)."
        for words, keys in sorted(found.items())
    ]


def _groups(studies: Sequence[StudyRuns]) -> dict[str, list[StudyRuns]]:
    """Return the studies that one figure shows: of one data set, sampler and metric."""
    groups: dict[tuple[str, str, str], list[StudyRuns]] = {}
    for study in studies:
        groups.setdefault((study.data, study.sampler, study.metric), []).append(study)
    return {f"search_{number}": group for number, group in enumerate(groups.values(), 1)}


def _rows(group: Sequence[StudyRuns]) -> list[Trials]:
    searches = [(arm_words(s.label), s.cell, s.values, s.count("FAIL")) for s in group]
    return trial_rows(searches, largest=group[0].largest)


def _drawn_trials(key: str, group: Sequence[StudyRuns]) -> Picture:
    metric = entry(group[0].metric)
    title = f"All trials of {group[0].sampler} search on {group[0].data}"
    rows = _rows(group)
    alt = f"{title}: " + ", ".join(row.label.replace("\n", ", ") for row in rows)
    return Picture(f"{key}_trials", title, alt, partial(save_trials, rows, metric, title))


def _drawn_expected(key: str, group: Sequence[StudyRuns]) -> Picture:
    metric = entry(group[0].metric)
    title = f"Expected best against budget on {group[0].data}"
    curves = expected_curves(_rows(group), largest=group[0].largest)
    alt = f"{title}: one curve for each of " + ", ".join(curve.arm for curve in curves)
    draw = partial(save_expected_best, curves, metric, title)
    return Picture(f"{key}_expected_best", title, alt, draw)


def _drawn_importance(told: Sequence[tuple[StudyRuns, dict[str, float]]]) -> Picture:
    several = len({(study.data, study.sampler) for study, _ in told}) > 1
    arms = []
    for study, found in told:
        beside = f", {study.sampler} on {study.data}" if several else ""
        arms.append(Shares(arm_words(study.label) + beside, study.cell, found))
    title = "Importance of what was drawn"
    alt = f"{title}: " + "; ".join(
        f"{arm.arm}: " + ", ".join(f"{key} {share:.2f}" for key, share in arm.shares.items())
        for arm in arms
    )
    return Picture("search_importance", title, alt, partial(save_importances, arms, title))


def _trials(studies: Sequence[StudyRuns]) -> DataTable:
    columns = (
        *_WHOSE,
        TableColumn("sampler", numeric=False),
        TableColumn("trials"),
        TableColumn("complete"),
        TableColumn("pruned"),
        TableColumn("failed, %", "diverged or out of memory"),
        TableColumn("best"),
        TableColumn("top tenth", "mean of the best tenth of the complete trials, at least one"),
        TableColumn("median"),
        TableColumn("worst"),
    )
    rows = []
    for study in studies:
        metric = entry(study.metric)
        ordered = sorted(study.values, reverse=study.largest)
        top = ordered[: max(1, round(TOP * len(ordered)))]
        total = len(study.trials)
        rows.append(
            (
                arm_cell(study.label),
                text(study.data),
                text(study.sampler),
                number(total, 0),
                number(study.count("COMPLETE"), 0),
                number(study.count("PRUNED"), 0),
                number(100 * study.count("FAIL") / total, 1),
                _at(ordered, 0, metric),
                number(sum(top) / len(top) if top else None, metric),
                number(float(pd.Series(ordered).median()) if ordered else None, metric),
                _at(ordered, -1, metric),
            )
        )
    return DataTable("search_trials", "Trials by arm", columns, tuple(rows))


def _best(studies: Sequence[StudyRuns]) -> DataTable:
    keys = sorted({key for study in studies for key in study.space})
    columns = (
        *_WHOSE,
        TableColumn("trial"),
        TableColumn("value"),
        *(TableColumn(key, numeric=False) for key in keys),
    )
    rows, ids = [], []
    for study in studies:
        complete = study.trials[study.trials["trial_state"] == "COMPLETE"]
        if complete.empty:
            continue
        ordered = complete.sort_values(
            [study.metric, "trial"], ascending=[not study.largest, True], kind="stable"
        )
        best = ordered.iloc[0]
        drawn = (_param(best, key) if key in study.space else None for key in keys)
        rows.append(
            (
                arm_cell(study.label),
                text(study.data),
                number(float(best["trial"]), 0),
                number(float(best[study.metric]), entry(study.metric)),
                *(text(value) for value in drawn),
            )
        )
        ids.append((str(best["run_id"]),))
    return DataTable("search_best", "Best trial by arm", columns, tuple(rows), "", tuple(ids))


def _expected(studies: Sequence[StudyRuns]) -> DataTable:
    most = max(len(study.values) for study in studies)
    budgets = sorted({k for k in (1, 2, 4, 8, 16, 32, 64, 128, 256) if k < most} | {most})
    columns = (
        *_WHOSE,
        *(TableColumn(f"{k} trial{'s' if k > 1 else ''}", key=f"best_of_{k}") for k in budgets),
    )
    rows = []
    for study in studies:
        sign = 1.0 if study.largest else -1.0
        found = expected_best([sign * value for value in study.values], budgets)
        cells: list[TableCell] = [number(sign * value, entry(study.metric)) for value in found]
        rows.append((arm_cell(study.label), text(study.data), *cells))
    note = (
        "Expected best value of a search of that many trials, by the unbiased estimator of Tang et "
        "al. 2020 over the complete trials. For random search only, whose trials are independent."
    )
    return DataTable("search_expected_best", "Expected best", columns, tuple(rows), note)


def _importance(told: Sequence[tuple[StudyRuns, dict[str, float]]]) -> DataTable:
    keys = sorted({key for _, shares in told for key in shares})
    columns = (
        *_WHOSE,
        *map(TableColumn, keys),
    )
    rows = tuple(
        (arm_cell(study.label), text(study.data), *(number(shares.get(key), 2) for key in keys))
        for study, shares in told
    )
    note = (
        "Shares by PED-ANOVA (Watanabe et al. 2023); keys that are not always drawn are left out."
    )
    return DataTable("search_importance", "Importance of what was drawn", columns, rows, note)


def _at(ordered: Sequence[float], place: int, metric: Metric) -> TableCell:
    return number(ordered[place] if ordered else None, metric)


def _param(row: pd.Series, key: str) -> str | None:
    value = row.get(key)
    return None if value is None or pd.isna(value) else str(value)

"""The baselines that belong beside the arms of a section: the same data under the same protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from rnnbench.config.arm_names import short_name, told_apart
from rnnbench.config.keys import is_about, names_arms, shapes_arrays
from rnnbench.config.roles import Purpose
from rnnbench.results.arm_names import parameters, shown_value
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.results.arms import finished
from rnnbench.results.rows import rows_of

_RANDOM = "trainable"  # the kind of an embedding that does not say where it starts from


def baseline_arms(baselines: pd.DataFrame, arms: Sequence[ArmRuns]) -> list[ArmRuns]:
    """Return the baselines on the data of some arms, trained under the protocol of one of them.

    Args:
        baselines: :func:`rnnbench.results.load_baselines`.
        arms: the arms of a section.

    They come by name: ``bag of words (baseline)``, with what varies between those of one model, and
    what varies between the arms and is no search's choice, such as ``maxlen=500``.
    """
    if baselines.empty or not arms:
        return []
    digests = {str(row["data_digest"]) for arm in arms for row in arm.rows}
    done = finished(baselines)
    done = done[done["data_digest"].astype("string").isin(sorted(digests))]
    found = []
    for _, group in done.groupby("arm_key", sort=True):
        runs = rows_of(group)
        first, params = runs.rows[0], parameters(runs.rows[0])
        if any(_fits(str(first["data_digest"]), params, arm) for arm in arms):
            found.append(ArmRuns(f"{first['label']} (baseline)", "", params, runs))
    return sorted(_distinct(found, arms), key=lambda arm: arm.name)


def _fits(digest: str, params: dict[str, str], arm: ArmRuns) -> bool:
    """Return whether a baseline is what an arm is without its recurrent layers.

    What a search drew for the arm is the arm's own: the baseline has what it was configured with.
    """
    if digest not in {row["data_digest"] for row in arm.rows}:
        return False
    wanted = {
        key: value for key, value in params.items() if _is_of_both(key) and key not in arm.drawn
    }
    kind = "model.embedding.kind"
    if "model.embedding.dim" in wanted and wanted.pop(kind, _RANDOM) != arm.params.get(
        kind, _RANDOM
    ):
        return False
    if "training.epochs" in wanted:
        wanted.setdefault("training.early_stopping.patience", "null")
    else:
        # A baseline that has no epochs to choose from tests its only weights.
        wanted.pop("training.test", None)
    return all(arm.params.get(key, "null") == value for key, value in wanted.items())


def _is_of_both(key: str) -> bool:
    """Return whether a parameter of a baseline is one of arms, too, that tells them apart.

    The digest of the prepared arrays tells whether data are the same.
    """
    return is_about(key, Purpose.RESULT) and names_arms(key) and not shapes_arrays(key)


def _distinct(baselines: Sequence[ArmRuns], beside: Sequence[ArmRuns]) -> list[ArmRuns]:
    """Name baselines by what varies between those of one name, and between the arms beside them."""
    drawn = {key for arm in beside for key in arm.drawn}
    between = {key for told in _told(beside) for key in told} - drawn
    named = []
    for arm in baselines:
        alike = [other for other in baselines if other.name == arm.name]
        varying = _told(alike)[alike.index(arm)]
        parts = [
            f"{short_name(key)}={shown_value(arm.params.get(key))}"
            for key in sorted({*varying, *(between & arm.params.keys())})
        ]
        if len(alike) > 1 and not parts:
            parts = [f"[{str(arm.rows[0]['arm_key'])[:6]}]"]
        named.append(replace(arm, name=" ".join([arm.name, *parts])))
    return named


def _told(arms: Sequence[ArmRuns]) -> list[dict[str, str]]:
    """Return for each arm what tells it from the others, whatever their cells."""
    return told_apart([("", arm.params) for arm in arms])

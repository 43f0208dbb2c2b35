"""A search that chooses by one epoch, for a report that judges another, says so."""

from __future__ import annotations

import pytest

from rnnbench.config.expand import expand
from rnnbench.search.epochs import remarks
from tests.conftest import Run

SEARCH = ("+cell=gru", "data=digits", "search=random", "search.n_trials=1", "seeds=1")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), None),
        (("training.test=best",), None),
        (("training.test=none",), None),
        (("report.metric=val_loss_rise", "search.metric=best_val_loss"), None),
        (("report.metric=test_accuracy_last",), "judges the weights of the last epoch"),
        (("report.metric=test_loss",), "judges the weights of the last epoch"),
        (("report.metric=test_loss", "training.test=best"), None),
        (("search.metric=final_val_accuracy", "report.metric=test_accuracy_last"), None),
        (("search.metric=final_val_loss",), "chooses by the last epoch, but"),
        (("search.metric=best_val_loss",), "of the lowest validation loss"),
        (("training.epochs=1", "report.metric=test_accuracy_last"), None),
        (
            (
                "training.epochs=1",
                "report.metric=test_accuracy_last",
                "+search.space={training.epochs: {type: int, low: 1, high: 9}}",
            ),
            "search.metric=best_val_accuracy",
        ),
        (("search=none", "report.metric=test_accuracy_last"), None),
    ],
)
def test_is_told_once(words: tuple[str, ...], told: str | None) -> None:
    base = [w for w in SEARCH if w.split("=")[0] not in {word.split("=")[0] for word in words}]
    configs = [arm.config for arm in expand([*base, *words])]
    found = remarks([*configs, *configs])
    assert len(found) == (told is not None)
    if told is not None:
        assert told in found[0]
        assert "\n" not in found[0]


def test_is_told_by_plan(run: Run) -> None:
    answer = run("plan", *SEARCH, "report.metric=test_accuracy_last")
    assert answer.status == 0
    assert answer.err.count("the report judges the weights of the last epoch") == 1
    assert "the report judges" not in run("plan", *SEARCH).err

"""Seeds that failed: their share is told first, and the others are compared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rnnbench.config.schema import ClaimConfig
from rnnbench.report.build import build
from rnnbench.results.arms import failed_seeds
from rnnbench.results.frame import frame
from rnnbench.stats.design import looks
from rnnbench.tracking import names
from rnnbench.tracking.looks import Looked, short_keys
from rnnbench.tracking.record import Record
from tests.report.records import OPTIONS, tables
from tests.report.test_build import column, measured, table, told
from tests.results.test_compare import tagged


def ended(run: Record, status: str = "FAILED") -> Record:
    failed = tagged(run, **{names.REASON: "loss is nan"})
    return Record(f"{run.run_id}{status}", status, failed.tags, failed.params, {})


RUNS = {
    cell: [measured(cell, seed, high + seed / 1000) for seed in range(10)]
    for cell, high in (("lstm", 0.88), ("gru", 0.80))
}
LOST = {"lstm": (3,), "gru": (5, 8)}
WITH_FAILURES = [
    ended(run) if seed in LOST[cell] else run
    for cell, runs in RUNS.items()
    for seed, run in enumerate(runs)
]


def test_one_in_each_arm_leaves_the_seeds_in_common_to_be_compared() -> None:
    found = table(build(tables(WITH_FAILURES), "x", OPTIONS), "comparisons")
    assert column(found, "verdict") == ["LSTM better by more than the margin"]
    assert column(found, "seeds") == ["7"]


def test_share_of_each_arm_stands_first() -> None:
    document = build(tables(WITH_FAILURES), "x", OPTIONS)
    assert "Failed: LSTM in 1 of 10 seeds and GRU in 2 of 10 seeds." in told(document)
    assert "no run failed" not in told(document)
    paragraphs = [p for s in document.sections for b in s.blocks for p in b.paragraphs]
    assert any("gru failed in 2 of 10 seeds" in paragraph for paragraph in paragraphs)
    assert "lstm failed in 1 of 10 seeds, gru in 2 of 10" in str(
        column(table(document, "comparisons"), "remarks")[0]
    )
    assert "lstm in 1 of 10" in table(document, "test_accuracy").note


def test_an_arm_without_any_is_told_with_the_other() -> None:
    runs = [*WITH_FAILURES[:10], *RUNS["gru"]]
    document = build(tables(runs), "x", OPTIONS)
    assert "lstm failed in 1 of 10 seeds, gru in 0 of 10" in str(
        column(table(document, "comparisons"), "remarks")[0]
    )
    assert "Failed: LSTM in 1 of 10 seeds." in told(document)
    whole = told(build(tables([*RUNS["lstm"], *RUNS["gru"]]), "x", OPTIONS))
    assert "no run failed" in whole
    assert "Failed" not in whole


def test_an_arm_that_no_sentence_compares_is_told_too() -> None:
    """There are more comparisons than sentences, or it is compared with nothing."""
    deep = [
        measured("lstm", seed, 0.8 + seed / 100, **{"model.depth": depth})
        for depth in "12345"
        for seed in range(3)
    ]
    short = [measured("gru", seed, 0.7, **{"training.epochs": "1"}) for seed in range(3)]
    document = build(tables([*deep, ended(short[0]), *short[1:]]), "x", OPTIONS)
    assert "in 1 of 3 seeds" in told(document)


def test_an_arm_of_which_all_failed_is_named() -> None:
    wide = [ended(measured("gru", s, 0.8, **{"model.units": "512"})) for s in range(3)]
    document = build(tables([*RUNS["lstm"], *RUNS["gru"], *wide]), "x", OPTIONS)
    assert document.summary[1].startswith("GRU (512 units) failed in 3 of 3 seeds")
    nothing = build(tables(wide), "x", OPTIONS)
    assert "failed in 3 of 3 seeds" in nothing.summary[1]


@pytest.mark.parametrize("status", ["KILLED", "RUNNING"])
def test_a_run_that_was_interrupted_has_not_failed(status: str) -> None:
    assert failed_seeds(frame([*RUNS["lstm"][1:], ended(RUNS["lstm"][0], status)])) == {}


def test_a_seed_that_was_made_up_for_has_not_failed() -> None:
    run = RUNS["lstm"][0]
    assert failed_seeds(frame([ended(run), run])) == {}
    newer = ended(tagged(run, **{names.TRAINING_VERSION: "2", names.KEY: "new"}))
    assert failed_seeds(frame([run, newer])) == {}
    (seeds,) = failed_seeds(frame([ended(run), replace(RUNS["lstm"][1])])).values()
    assert seeds == {0}


def test_the_better_arm_is_that_of_the_seeds_in_common() -> None:
    """A seed that only one arm has may turn the order of the means."""
    gru = [measured("gru", seed, 0.8) for seed in range(3)]
    lstm = [measured("lstm", seed, 0.801) for seed in range(3)]
    low = measured("lstm", 3, 0.1)
    found = table(build(tables([*gru, *lstm, low]), "x", OPTIONS), "comparisons")
    assert column(found, "difference") == ["+0.0010"]
    assert column(found, "comparison") == ["LSTM − GRU"]


def test_claims_tell_them_too() -> None:
    about = ClaimConfig(text="x", source="y", factor="cell", a="lstm", metric="test_accuracy")
    one = about.model_copy(update={"above": 0.8})
    both = about.model_copy(update={"b": "gru"})
    found = table(build(tables(WITH_FAILURES), "x", OPTIONS, [one, both]), "claims")
    assert column(found, "verdict") == [
        "confirmed (lstm failed in 1 of 10 seeds)",
        "confirmed (lstm failed in 1 of 10 seeds, gru in 2 of 10)",
    ]


def test_a_claim_about_arms_without_a_seed_in_common_is_judged_without_pairs() -> None:
    claim = ClaimConfig(
        text="x", source="y", factor="cell", a="lstm", b="gru", metric="test_accuracy"
    )
    runs = [*RUNS["lstm"][:5], *RUNS["gru"][5:]]
    found = table(build(tables(runs), "x", OPTIONS, [claim]), "claims")
    assert column(found, "verdict") == ["confirmed"]


class TestWorstCase:
    def test_that_changes_no_verdict_is_said_to(self) -> None:
        near = [measured("gru", seed, 0.86 + seed / 900) for seed in range(10)]
        runs = [*RUNS["lstm"], *near[:9], ended(near[9])]
        document = build(tables(runs), "x", OPTIONS)
        assert (
            "If failed seeds counted with the worst value seen or with what guessing gives, no "
            "verdict would be another."
        ) in told(document)
        (remarks,) = column(table(document, "comparisons"), "remarks")
        assert "the verdict would be the same with failed seeds at the worst value" in str(remarks)

    def test_that_changes_one_is_told_by_name_with_what_guessing_gives(self) -> None:
        runs = [
            tagged(run, **{names.MAJORITY: "12500 of 25000"})
            for run in [*RUNS["lstm"][:8], *map(ended, RUNS["lstm"][8:]), *RUNS["gru"]]
        ]
        document = build(tables(runs), "x", OPTIONS)
        assert "LSTM is better than GRU by " in told(document)
        assert "the verdict on LSTM and GRU would be: undecided." in told(document)
        (remarks,) = column(table(document, "comparisons"), "remarks")
        assert "with failed seeds at the worst value: undecided" in str(remarks)

    def test_stands_with_the_failures_before_any_verdict(self) -> None:
        answer, *_ = build(tables(WITH_FAILURES), "x", OPTIONS).sections
        assert answer.blocks[0].statements[0].lead == "Failed:"


class TestNothingLearned:
    def flat(self, cell: str, *, counted: bool) -> list[Record]:
        runs = [measured(cell, seed, 0.5 + seed / 10_000) for seed in range(5)]
        if counted:
            return [tagged(run, **{names.MAJORITY: "12500 of 25000"}) for run in runs]
        return [replace(run, metrics={**run.metrics, "best_val_loss": 0.6935}) for run in runs]

    @pytest.mark.parametrize("counted", [True, False])
    def test_is_said_before_the_verdict_and_in_place_of_equivalent(self, counted: bool) -> None:
        runs = [*self.flat("lstm", counted=counted), *self.flat("gru", counted=counted)]
        document = build(tables(runs), "x", OPTIONS)
        first, second, *_ = document.sections[0].blocks[0].statements
        assert str(first) == (
            "Learned nothing: LSTM and GRU. Always answering the most frequent class is as good "
            "(0.50)."
        )
        assert second.lead == "LSTM and GRU: neither learned anything"
        found = column(table(document, "comparisons"), "remarks")
        assert "neither learned anything" in str(found[0])

    def test_of_one_arm_leaves_the_verdict_as_it_is(self) -> None:
        document = build(tables([*RUNS["lstm"][:5], *self.flat("gru", counted=True)]), "x", OPTIONS)
        assert "Learned nothing: GRU. Always answering" in told(document)
        assert "LSTM is better than GRU by " in told(document)

    def test_is_told_by_accuracy_whatever_arms_are_judged_by(self) -> None:
        runs = [*self.flat("lstm", counted=True), *self.flat("gru", counted=True)]
        options = OPTIONS.model_copy(update={"metric": "val_loss_rise"})
        assert "Learned nothing: LSTM and GRU." in told(build(tables(runs), "x", options))


KEYS = {"lstm": "a" * 32, "gru": "b" * 32}


def keyed(cell: str, seed: int) -> Record:
    """A run that is told from those of the other arm by the first digits of its key."""
    value = {"lstm": 0.88, "gru": 0.80}[cell] + seed * seed % 7 / {"lstm": 100, "gru": 300}[cell]
    return tagged(measured(cell, seed, value), **{names.ARM_KEY: KEYS[cell]})


def test_seeds_of_a_last_look_count_where_they_failed() -> None:
    runs = [keyed(cell, seed) for cell in KEYS for seed in range(10)]
    tried = tables([ended(run) if run.seed == 9 else run for run in runs])
    looked = Looked(short_keys(KEYS.values()), looks(10), 0, 10, OPTIONS.margin, OPTIONS.confidence)
    found = table(build(replace(tried, looks=(looked,)), "x", OPTIONS), "comparisons")
    assert "A sweep until decided looked at these arms" in found.note


def test_claims_are_judged_by_intervals_that_looks_have_widened() -> None:
    claim = ClaimConfig(text="x", source="y", metric="test_accuracy", a="lstm", b="gru")
    tried = tables([keyed(cell, seed) for cell in KEYS for seed in range(10)])
    looked = Looked(short_keys(KEYS.values()), (5, 6, 7), 0)
    once, again = (
        column(table(build(one, "x", OPTIONS, [claim]), "claims"), "interval")
        for one in (tried, replace(tried, looks=(looked,)))
    )
    assert once != again

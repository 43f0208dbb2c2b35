"""Sentences, tables and figures call a verdict by the same five names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rnnbench.report.amounts import amount, amounts
from rnnbench.report.statements import plain_verdict, statement
from rnnbench.results.measure import Measure
from rnnbench.results.rows import rows_of
from rnnbench.stats.family import Comparison
from tests.report.results import MARGIN, pair, result

CASES = {
    "better by more than the margin": (
        result(0.032, 0.014, 0.051),
        "LSTM is better than GRU by 3.2 points (1.4 to 5.1), more than the margin of 1 point; "
        "better in 10 of 10 seeds.",
        "LSTM better by more than the margin",
    ),
    "better, size unclear": (
        result(0.013, 0.003, 0.023),
        "LSTM is better than GRU; how much is not clear: 1.3 points (0.3 to 2.3), and so it may be "
        "less than the margin of 1 point; better in 10 of 10 seeds.",
        "LSTM better, size unclear",
    ),
    "better but it hardly matters": (
        result(0.0061, 0.0048, 0.0075),
        "LSTM is better than GRU by 0.6 points (0.5 to 0.8): sure, but it hardly matters (under "
        "the margin of 1 point); better in 10 of 10 seeds.",
        "LSTM better but it hardly matters",
    ),
    "equivalent": (
        result(0.0012, -0.0021, 0.0046),
        "LSTM and GRU are equivalent within 1 point. LSTM is ahead by 0.1 points (-0.2 to 0.5), "
        "better in 10 of 10 seeds.",
        "equivalent within 1 point",
    ),
    "undecided": (
        result(0.013, -0.002, 0.028, needed=(12, 30)),
        "LSTM and GRU: undecided. LSTM is ahead by 1.3 points (-0.2 to 2.8), better in 10 of 10 "
        "seeds; about 12 to 30 seeds would decide.",
        "undecided (about 12 to 30 seeds)",
    ),
}


@pytest.mark.parametrize("verdict", CASES)
def test_each_kind_has_its_sentence_and_its_few_words(verdict: str) -> None:
    found, sentence, words = CASES[verdict]
    assert found.verdict == verdict
    assert str(statement(pair(found), MARGIN)) == sentence
    assert plain_verdict(pair(found), MARGIN) == words


@pytest.mark.parametrize(
    ("seeds", "needed", "words"),
    [
        (1, None, "one seed tells nothing of the spread"),
        (2, None, "fewer than 3 seeds decide nothing"),
        (2, (5, 9), "about 5 to 9 seeds would decide"),
        (10, (40, 40), "about 40 seeds would decide"),
        (10, None, "more than a thousand seeds would be needed"),
    ],
)
def test_what_is_undecided_says_what_would_decide(
    seeds: int, needed: tuple[int, int] | None, words: str
) -> None:
    found = result(0.01, -0.5, 0.5, seeds=seeds, needed=needed)
    assert str(statement(pair(found), MARGIN)).endswith(f"; {words}.")


def test_an_interval_near_zero_shows_on_which_side_it_ends() -> None:
    near = result(0.0035, 0.0002, 0.0068)
    assert "0.35 points (0.02 to 0.68)" in str(statement(pair(near), MARGIN))


def test_without_a_margin_nothing_is_said_of_one() -> None:
    told = str(statement(pair(result(0.032, 0.014, 0.051, margin=0.0)), 0.0))
    assert told == "LSTM is better than GRU by 3.2 points (1.4 to 5.1); better in 10 of 10 seeds."


def test_of_a_loss_the_lower_arm_is_better_and_sizes_have_its_unit() -> None:
    lower = result(-0.021, -0.033, -0.012, lower=True)
    turned_around = replace(pair(lower, "test_loss_best"), b=pair(lower).a, a=pair(lower).b)
    told = str(statement(turned_around, MARGIN))
    assert told.startswith("GRU is better than LSTM by 0.0210 nats (0.0120 to 0.0330), more than")


def test_seeds_that_no_two_arms_share_are_counted() -> None:
    apart = replace(result(0.03, 0.02, 0.04), n=0, n_a=5, n_b=6)
    assert str(statement(pair(result(0.03, 0.02, 0.04)), MARGIN))
    told = str(statement(replace(pair(result(0.03, 0.02, 0.04)), result=apart), MARGIN))
    assert told.endswith("; over 5 and 6 other seeds.")


@pytest.mark.parametrize(
    ("metric", "values", "words"),
    [
        ("test_accuracy_best", (0.01, float("nan"), float("nan")), "1.0 points"),
        ("test_accuracy_best", (0.0, -0.01, 0.01), "0.0 points (-1.0 to 1.0)"),
        ("val_loss_rise", (0.25, 0.2, 0.3), "0.250 (0.200 to 0.300)"),
        ("fit_seconds", (12.34, -1.2, 20.0), "12.3 seconds (-1.2 to 20.0)"),
        ("test_scaled_rmse_last", (0.0011, float("nan"), float("nan")), "0.00110"),
    ],
)
def test_amounts_have_the_unit_of_their_measure(
    metric: str, values: tuple[float, float, float], words: str
) -> None:
    assert amounts(Measure(metric), *values) == words


def test_a_margin_of_one_point_is_one_point() -> None:
    accuracy = Measure("test_accuracy_best")
    assert [amount(accuracy, one, "g") for one in (0.01, 0.005)] == ["1 point", "0.5 points"]


def test_arms_that_learned_nothing_are_not_simply_equivalent() -> None:
    same: Comparison = result(0.0, -0.002, 0.002)
    known = pair(same)
    flat = [
        replace(
            arm,
            found=rows_of(arm.runs.assign(test_accuracy_last=0.5, majority="12500 of 25000")),
        )
        for arm in (known.a, known.b)
    ]
    told = str(statement(replace(known, a=flat[0], b=flat[1]), MARGIN))
    assert told == (
        "LSTM and GRU: neither learned anything. Always answering the most frequent class is as "
        "good (0.50). Equivalent within 1 point, which says nothing of what they can learn."
    )
    one = str(statement(replace(known, b=flat[1]), MARGIN))
    assert "neither learned anything" not in one


def test_only_seeds_that_a_comparison_rests_on_are_counted() -> None:
    early = replace(result(0.03, 0.01, 0.05), n=5, n_a=5, n_b=5, won=4.5, equal=1)
    told = str(statement(replace(pair(result(0.03, 0.01, 0.05)), result=early), MARGIN))
    assert "better in 4 of 5 seeds, equal in 1" in told

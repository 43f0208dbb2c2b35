"""What is said of looks and decisions, in lines of a terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rnnbench.stats.bootstrap import Interval
from rnnbench.stats.design import Design
from rnnbench.stats.family import Comparison
from rnnbench.stats.sequential import Look
from rnnbench.until.arms import Family
from rnnbench.until.course import Course
from rnnbench.until.words import decisions_table, look_words, saved_words

LSTM, GRU = "lstm model.depth=2 data=imdb", "gru model.depth=2 data=imdb"


def comparison(estimate: float, low: float, high: float) -> Comparison:
    is_better = low > 0 or high < 0
    return Comparison(
        a=LSTM,
        b=GRU,
        n=5,
        n_a=5,
        n_b=5,
        difference=Interval(estimate, low, high),
        p=0.01,
        verdict="better, size unclear" if is_better else "undecided",
        better=("a" if low > 0 else "b") if is_better else None,
        won=4.0,
        equal=0,
        wins=Interval(0.8, 0.4, 0.9),
        probabilities=(0.3, 0.4, 0.3),
        seeds_needed=None if is_better else (20, 60),
        samples=None,
    )


def course(*found: Comparison) -> Course:
    design = Design(6, 0.01)
    looks = [
        Look(n, design.looks[n - 1], 0.02, (one,), (n if one.better else None,))
        for n, one in enumerate(found, 1)
    ]
    family = Family("imdb", (), ((LSTM, GRU),))
    return Course(family, design, "test_accuracy_best", tuple(looks))


def test_the_better_arm_stands_first_and_what_both_have_once() -> None:
    table = decisions_table([course(comparison(-0.02, -0.03, -0.008))])
    assert table.rows == (
        (
            "gru − lstm, model.depth=2",
            "gru better, size unclear",
            "+0.0200",
            "+0.0080 to +0.0300",
            "5",
            "10 of 12",
        ),
    )


def test_an_undecided_comparison_says_how_many_seeds_would_decide() -> None:
    undecided = comparison(0.002, -0.01, 0.02)
    ((_, verdict, *_, seeds, runs),) = decisions_table([course(undecided, undecided)]).rows
    assert verdict == "undecided (about 20 to 60 seeds would decide)"
    assert (seeds, runs) == ("6", "12 of 12")


@pytest.mark.parametrize("several", [False, True])
def test_a_look_says_what_it_found_and_what_comes_next(several: bool) -> None:
    undecided, decided = comparison(0.002, -0.01, 0.02), comparison(0.02, 0.008, 0.03)
    found = course(undecided, decided)
    lines = [look_words(found, number, several=several) for number in (0, 1)]
    where = "imdb: " if several else ""
    assert lines[0].startswith(f"{where}look 1 of 2, 5 seeds: 1 of 1 comparisons open; to 6 seeds")
    assert lines[1] == f"{where}look 2 of 2, 6 seeds: the comparison is decided"
    last = look_words(course(undecided, undecided), 1, several=False)
    assert last.endswith("1 of 1 comparisons open, and no seeds left")


def test_undecided_is_never_called_equal() -> None:
    undecided = comparison(0.002, -0.01, 0.02)
    text = saved_words([course(undecided, undecided)])
    assert "undecided after 6 seeds, which does not show that the arms are equal" in text
    several = replace(course(comparison(0.02, 0.008, 0.03)), family=Family("imdb", (), ()))
    assert "decided" in saved_words([several])


def test_an_arm_that_failed_with_every_seed_ends_what_it_is_in() -> None:
    failed = replace(comparison(0.0, -0.1, 0.1), n=0, n_b=0)
    found = course(failed)
    assert look_words(found, 0, several=False).endswith(
        ", because an arm has failed with every seed"
    )
    assert "undecided, because an arm has failed with every seed" in saved_words([found])

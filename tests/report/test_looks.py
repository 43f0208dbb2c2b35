"""What a report makes of looks at the same runs: those that were declared, and those by hand."""

from __future__ import annotations

import json

import pytest

from rnnbench.config.expand import load
from rnnbench.config.schema import ReportConfig
from rnnbench.report.looks import account, compared
from rnnbench.results.measure import BEST, Measure
from rnnbench.stats.family import ArmValues
from rnnbench.tracking.looks import Looked, as_text, from_text, seeds_by_hand, short_keys

KEYS = ("a" * 32, "b" * 32)
PAIRS = [("a", "b")]
NOISE = [0.010, -0.012, 0.004, 0.007, -0.009, 0.003, -0.006, 0.011]
ARMS = {
    "a": ArmValues({seed: 0.80 + value for seed, value in enumerate(NOISE)}),
    "b": ArmValues({seed: 0.79 - value for seed, value in enumerate(NOISE)}),
}


@pytest.fixture(scope="module")
def options() -> ReportConfig:
    return load([], cell=False).report


def by_hand(*seeds: int) -> Looked:
    return Looked(short_keys(KEYS), seeds, 0)


def declared(*seeds: int, margin: float = 0.01) -> Looked:
    return Looked(short_keys(KEYS), seeds, 0, 8, margin, 0.95)


def width(looks: list[Looked], options: ReportConfig) -> float:
    counted = account(looks, KEYS, 8, options)
    (found,) = compared(ARMS, PAIRS, options, Measure(BEST), 0.0, counted)
    return found.difference.high - found.difference.low


class TestByHand:
    def test_widen_the_more_there_were(self, options: ReportConfig) -> None:
        widths = [width(looks, options) for looks in ([], [by_hand(5)], [by_hand(5), by_hand(3)])]
        assert widths == sorted(set(widths))

    def test_are_said(self, options: ReportConfig) -> None:
        words = account([by_hand(5), by_hand(3)], KEYS, 8, options).words
        assert words.startswith(" These arms were looked at with 3 and 5 seeds before")
        assert account([], KEYS, 8, options).words == ""

    def test_with_too_few_seeds_to_decide_anything_do_not_count(
        self, options: ReportConfig
    ) -> None:
        looks = [by_hand(1), by_hand(2)]
        assert account(looks, KEYS, 8, options).words == ""
        assert width(looks, options) == width([], options)

    def test_with_as_many_seeds_are_the_report_itself(self, options: ReportConfig) -> None:
        assert account([by_hand(8), by_hand(10)], KEYS, 8, options).earlier == ()
        assert width([by_hand(8)], options) == width([], options)

    def test_at_other_arms_do_not_count(self, options: ReportConfig) -> None:
        other = Looked(short_keys(["c" * 32, KEYS[0]]), (5,), 0)
        assert account([other], KEYS, 8, options).earlier == ()
        assert seeds_by_hand([other, by_hand(3), declared(5)], KEYS) == (3,)


class TestDeclared:
    def test_are_followed_as_their_sweep_did(self, options: ReportConfig) -> None:
        counted = account([declared(5, 6, 7, 8)], KEYS, 8, options)
        assert counted.declared is not None
        assert "looked at these arms after 5, 6, 7 and 8 seeds, of at most 8" in counted.words
        assert width([declared(5, 6, 7, 8)], options) > width([], options)

    def test_by_other_options_are_looks_by_hand(self, options: ReportConfig) -> None:
        counted = account([declared(5, 6, margin=0.5)], KEYS, 8, options)
        assert (counted.declared, counted.earlier) == (None, (5, 6))

    def test_on_another_schedule_are_looks_by_hand(self, options: ReportConfig) -> None:
        counted = account([declared(4, 6)], KEYS, 8, options)
        assert (counted.declared, counted.earlier) == (None, (4, 6))

    def test_whose_seeds_are_gone_are_looks_by_hand(self, options: ReportConfig) -> None:
        looks = [declared(5, 6)]
        assert account(looks, KEYS, 8, options, range(8)).declared is not None
        counted = account(looks, KEYS, 8, options, range(50, 58))
        assert (counted.declared, counted.earlier) == (None, (5, 6))


class TestRecord:
    def test_is_read_as_it_was_written(self) -> None:
        for looked in (
            by_hand(3),
            Looked(short_keys(KEYS), (5, 6), 2, 8, 0.01, 0.95, (0.02,), ("x",)),
        ):
            assert from_text(as_text(looked)) == looked

    @pytest.mark.parametrize(
        "change",
        [
            {"seeds": []},
            {"seeds": ["5"]},
            {"seeds": 5},
            {"arms": 4},
            {"most_seeds": 2},
            {"first_seed": -1},
            {"other": 1},
            {"seeds": [6, 5]},
            {"margin": "0.01"},
            {"margin": float("nan")},
            {"confidence": None},
            {"alpha": ["x"]},
            {"at": [1]},
            {"most_seeds": None},
        ],
    )
    def test_of_anything_else_is_none(self, change: dict[str, object]) -> None:
        told = json.loads(as_text(declared(5)))
        assert from_text(json.dumps(told | change)) is None
        assert from_text("[" * 100_000) is None

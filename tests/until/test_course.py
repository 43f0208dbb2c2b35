"""Which looks a sweep has taken, and which runs the next one needs, by what its runs measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from rnnbench.config.expand import expand
from rnnbench.config.schema import Config
from rnnbench.results.measure import BEST, LAST
from rnnbench.stats.design import looks
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import declare
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store
from rnnbench.training.spec import RunSpec
from rnnbench.until.arms import families, unmatched
from rnnbench.until.course import Course, course
from rnnbench.until.measured import answers_of, measured
from tests.sweep.conftest import SMALL

WORDS = ("+cell=simple_rnn,gru,lstm", *SMALL, "until=decided", "most_seeds=10")
Values = Mapping[str, Sequence[float | None]]
Declared = tuple[Config, list[RunSpec]]

# By seed: GRU and LSTM differ by more than noise from SimpleRNN, and hardly from each other.
CLEAR: Values = {
    "simple_rnn": [0.50, 0.52, 0.51, 0.49, 0.50, 0.51, 0.52, 0.50, 0.49, 0.51],
    "gru": [0.80, 0.83, 0.81, 0.78, 0.80, 0.82, 0.83, 0.79, 0.80, 0.81],
    "lstm": [0.78, 0.86, 0.79, 0.81, 0.77, 0.85, 0.80, 0.82, 0.79, 0.84],
}


@pytest.fixture(scope="module")
def declare_words(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Declared]:
    home = tmp_path_factory.mktemp("declared")

    def declared(*words: str) -> Declared:
        arms = expand(words)
        return arms[0].config, declare(arms, DataCache(home))

    return declared


@pytest.fixture(scope="module")
def declared(declare_words: Callable[..., Declared]) -> Declared:
    return declare_words(*WORDS)


def stand(declared: Declared, values: Values) -> Course:
    """Where the comparisons stand once these runs have ended; ``None`` is one that failed."""
    config, specs = declared
    (family,) = families(specs)
    records, failed = {}, set()
    for spec in specs:
        known = values.get(spec.label, ())
        if spec.config.seed < len(known):
            value = known[spec.config.seed]
            if value is None:
                failed.add(spec.key)
            else:
                records[spec.key] = Record(
                    spec.key,
                    "FINISHED",
                    metrics={"test_accuracy": value, "test_accuracy_best": value},
                )
    settled = failed | records.keys()
    return course(family.with_runs(records, failed), config, settled, {})


def first(values: Values, **counts: int) -> Values:
    return {arm: values[arm][:count] for arm, count in counts.items()}


def needed(found: Course) -> dict[str, list[int]]:
    arms: dict[str, list[int]] = {}
    for spec in found.needed:
        arms.setdefault(spec.label, []).append(spec.config.seed)
    return arms


class TestRuns:
    def test_are_those_of_as_many_fixed_seeds(
        self, declared: Declared, declare_words: Callable[..., Declared]
    ) -> None:
        words = [word for word in WORDS if not word.startswith(("until", "most_seeds"))]
        fixed = declare_words(*words, "seeds=10")
        assert [spec.key for spec in declared[1]] == [spec.key for spec in fixed[1]]

    def test_of_the_first_look_are_needed_before_anything_is_trained(
        self, declared: Declared
    ) -> None:
        seeds = list(range(looks(10)[0]))
        assert needed(stand(declared, {})) == dict.fromkeys(("simple_rnn", "gru", "lstm"), seeds)

    def test_that_are_missing_hold_up_the_look(self, declared: Declared) -> None:
        found = stand(declared, first(CLEAR, simple_rnn=5, gru=5, lstm=4))
        assert (found.looks, needed(found)) == ((), {"lstm": [4]})

    def test_that_failed_do_not(self, declared: Declared) -> None:
        values = {**first(CLEAR, simple_rnn=5, gru=5), "lstm": [0.78, 0.86, None, 0.81, 0.77]}
        found = stand(declared, values)
        assert len(found.looks) == 1
        counts = {(c.a, c.b): c.n for c in found.looks[0].comparisons}
        assert counts == {("simple_rnn", "gru"): 5, ("simple_rnn", "lstm"): 4, ("gru", "lstm"): 4}

    def test_of_the_next_look_are_those_of_arms_with_an_open_comparison(
        self, declared: Declared
    ) -> None:
        found = stand(declared, first(CLEAR, simple_rnn=5, gru=5, lstm=5))
        last = found.looks[-1]
        is_open = {
            (c.a, c.b): when is None for c, when in zip(last.comparisons, last.decided, strict=True)
        }
        assert is_open == {
            ("simple_rnn", "gru"): False,
            ("simple_rnn", "lstm"): False,
            ("gru", "lstm"): True,
        }
        assert needed(found) == {"gru": [5], "lstm": [5]}
        assert not found.is_over

    def test_of_arms_that_are_decided_are_not_needed_to_the_limit(self, declared: Declared) -> None:
        values = first(CLEAR, simple_rnn=5, gru=10, lstm=10)
        found = stand(declared, values)
        assert found.is_over
        assert found.open_pairs == 1
        assert found.used == 25
        assert found.most == 30

    def test_that_are_equal_within_the_margin_end_the_sweep(self, declared: Declared) -> None:
        same = [0.8, 0.81, 0.79, 0.8, 0.805]
        near = [
            value + change for value, change in zip(same, (1e-4, -1e-4, 0, 1e-4, 0), strict=True)
        ]
        found = stand(declared, {"simple_rnn": same, "gru": near, "lstm": [*same[:4], 0.8051]})
        assert found.is_over
        assert {c.verdict for c in found.looks[-1].comparisons} == {"equivalent"}


class TestLooks:
    def test_are_the_same_whatever_further_runs_the_store_holds(self, declared: Declared) -> None:
        few = stand(declared, first(CLEAR, simple_rnn=5, gru=5, lstm=5))
        many = stand(declared, CLEAR)
        assert many.looks[: len(few.looks)] == few.looks
        assert many.used in (
            24,
            25,
        )  # further runs of SimpleRNN are there, and no look asks for them


class TestFamilies:
    def test_are_one_for_each_data_set(self, declare_words: Callable[..., Declared]) -> None:
        words = ("+cell=simple_rnn,gru", "data=digits,temporal_order", "until=decided")
        _, specs = declare_words(*words, "most_seeds=6", "model.units=4", "training.epochs=1")
        found = families(specs)
        assert [family.title for family in found] == ["digits", "temporal_order"]
        assert [len(family.pairs) for family in found] == [1, 1]

    def test_hold_the_comparisons_of_the_report(
        self, declare_words: Callable[..., Declared]
    ) -> None:
        words = ("+cell=simple_rnn,gru", "model.depth=1,2", *SMALL, "until=decided")
        (family,) = families(declare_words(*words)[1])
        assert {frozenset(pair) for pair in family.pairs} == {
            frozenset(pair)
            for pair in (
                ("simple_rnn model.depth=1", "gru model.depth=1"),
                ("simple_rnn model.depth=2", "gru model.depth=2"),
                ("simple_rnn model.depth=1", "simple_rnn model.depth=2"),
                ("gru model.depth=1", "gru model.depth=2"),
            )
        }

    def test_are_of_arms_with_other_training_samples_and_as_many_test_samples(
        self, declare_words: Callable[..., Declared]
    ) -> None:
        words = ("+cell=gru", "data=digits", "data.limit=100,200", "data.test_limit=40,50")
        (family,) = families(declare_words(*words, "until=decided")[1])
        assert len(family.pairs) == 2
        assert all(a.split()[-1] == b.split()[-1] for a, b in family.pairs)

    def test_leave_out_arms_that_are_like_no_other(
        self, declare_words: Callable[..., Declared]
    ) -> None:
        words = ("+cell=simple_rnn,gru,lstm", *SMALL, "until=decided", "most_seeds=6")
        config, specs = declare_words(*words)
        other = config.training.model_copy(update={"batch_size": 7, "epochs": 9})
        changed = [
            spec
            if spec.label != "lstm"
            else replace_config(spec, config.model_copy(update={"training": other}))
            for spec in specs
        ]
        (family,) = families(changed)
        assert family.pairs == (("simple_rnn", "gru"),)
        assert unmatched(changed) == ["lstm"]


class Files:
    """The part of a store that answers are read from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def artifact_folders(self, run_ids: Iterable[str]) -> dict[str, str]:
        return {run_id: str(self.folder / run_id) for run_id in run_ids}


@pytest.mark.parametrize("names", [["correct"], ["correct", "correct_last", "correct_best"]])
def test_answers_are_those_of_the_weights_that_are_compared(
    declared: Declared, tmp_path: Path, names: list[str]
) -> None:
    (family,) = families(declared[1])
    values = {"correct": 0.5, "correct_last": 0.5, "correct_best": 0.75}
    right = {name: np.arange(8) < 8 * values[name] for name in names}
    metrics = {"test_accuracy": 0.5, "test_accuracy_last": 0.5, "test_accuracy_best": 0.75}
    spec = family.arms[0].specs[0]
    known = family.with_runs({spec.key: Record("run", "FINISHED", metrics=metrics)})
    (tmp_path / "run").mkdir()
    np.savez(tmp_path / "run" / "predictions.npz", allow_pickle=False, **right)
    store = cast(Store, Files(tmp_path))
    read = answers_of(store, known.arms, BEST)
    read = answers_of(store, known.arms, LAST, read)
    for metric, has_answers in ((LAST, True), (BEST, len(names) > 1)):
        found = measured(known, metric, read)[family.arms[0].name].samples
        assert (found is not None) == has_answers
        assert found is None or found[spec.config.seed].mean() == metrics[metric]


def replace_config(spec: RunSpec, config: Config) -> RunSpec:
    from dataclasses import replace

    cell = spec.config.cell
    return replace(spec, config=config.model_copy(update={"cell": cell, "seed": spec.config.seed}))

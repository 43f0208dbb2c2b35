"""Like with like: what two arms differ in, and when there is no verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rnnbench.results.arm_runs import ArmRuns, group_arms
from rnnbench.results.compare import relate
from rnnbench.results.frame import frame
from rnnbench.results.protocols import divide
from rnnbench.results.rows import rows_of
from rnnbench.tracking import names
from rnnbench.tracking.record import Record
from tests.report.records import MATCHED, dataset, record


def arms(records: list[Record]) -> dict[str, ArmRuns]:
    return {arm.name: arm for arm in group_arms(rows_of(frame(records)))}


def two(*records: Record) -> tuple[ArmRuns, ArmRuns]:
    first, second = arms(list(records)).values()
    return first, second


def tagged(known: Record, **tags: str) -> Record:
    return Record(known.run_id, known.status, {**known.tags, **tags}, known.params, known.metrics)


class TestRelation:
    def test_cells_with_matched_units_differ_in_their_cell_alone(self) -> None:
        relation = relate(*two(*MATCHED))
        assert relation.factor == "cell"
        assert relation.is_clean
        assert relation.remarks == ("units matched by parameters: 154 and 128",)

    def test_units_that_match_nothing_are_a_confound(self) -> None:
        relation = relate(
            *two(record("lstm", 0, 0.8), record("lstm", 0, 0.8, **{"model.units": "8"}))
        )
        assert (relation.factor, relation.is_clean) == ("model.units", True)
        small = record("gru", 0, 0.8, **{"model.units": "8"})
        small = Record(
            "s", "FINISHED", small.tags, small.params, small.metrics | {"parameters_recurrent": 9.0}
        )
        assert relate(*two(record("lstm", 0, 0.8), small)).confounds == ("units 8 against 128",)

    def test_what_an_embedding_starts_from_brings_its_width_along(self) -> None:
        random = {"model.embedding.kind": "trainable", "model.embedding.dim": "128"}
        vectors = {
            "model.embedding.kind": "vectors",
            "model.embedding.dim": "300",
            "model.embedding.path": "null",
            "model.embedding.trainable": "False",
        }
        other = vectors | {"model.embedding.path": "glove.txt", "model.embedding.dim": "50"}
        trained = {"model.embedding.trainable": "True"}
        width = "embedding width 128 against 300"
        for one, two_, factor, confounds in (
            (random, other, "model.embedding.kind", ()),
            (random, vectors, "model.embedding.kind", (width,)),
            (random, vectors | {"model.embedding.dim": "128"}, "model.embedding.kind", ()),
            (vectors, other, "model.embedding.path", ()),
            (vectors, other | trained, "model.embedding.path", ("trained word vectors",)),
            (vectors, vectors | {"model.embedding.dim": "50"}, "model.embedding.dim", ()),
        ):
            relation = relate(*two(record("gru", 0, 0.8, **one), record("gru", 0, 0.8, **two_)))
            assert relation.factor == factor
            assert len(relation.confounds) == len(confounds)
            assert all(map(str.startswith, relation.confounds, confounds))

    def test_options_come_along_with_another_optimizer_only(self) -> None:
        slow = {"optimizer.name": "adam", "optimizer.learning_rate": "0.001"}
        clipped = slow | {"optimizer.learning_rate": "0.1", "optimizer.clipnorm": "1.0"}
        other = slow | {"optimizer.name": "sgd", "optimizer.learning_rate": "0.1"}
        plain = record("gru", 0, 0.8, **slow)
        relation = relate(*two(plain, record("gru", 0, 0.8, **clipped)))
        assert len(relation.confounds) == 1
        relation = relate(*two(plain, record("gru", 0, 0.8, **other)))
        assert (relation.factor, relation.confounds) == ("optimizer", ())

    @pytest.mark.parametrize(
        ("key", "value", "is_clean"),
        [
            ("data.num_words", "5000", True),
            ("data.truncating", "post", True),
            ("data.mask", "True", False),
            ("model.depth", "2", False),
        ],
    )
    def test_other_contents_follow_from_how_the_data_were_made(
        self, key: str, value: str, is_clean: bool
    ) -> None:
        other = tagged(record("gru", 0, 0.8, **{key: value}), **{names.DATA_DIGEST: "ffff"})
        relation = relate(*two(record("gru", 0, 0.8, **{key: "1"}), other))
        assert (relation.factor, relation.is_clean) == (key, is_clean)

    def test_a_scaling_that_knows_the_test_is_told_and_is_a_confound_of_one_arm(self) -> None:
        leak = {"data.scaling_leak": "True"}
        both = relate(*two(record("lstm", 0, 0.8, **leak), record("gru", 0, 0.8, **leak)))
        assert "series scaled with knowledge of the test" in both.remarks
        one = relate(*two(record("lstm", 0, 0.8), record("gru", 0, 0.8, **leak)))
        assert any("scaling" in words and "True" in words for words in one.confounds)

    def test_cells_of_one_width_differ_in_their_cell_alone(self) -> None:
        wide = record("gru", 0, 0.8, **{"model.units": "128"})
        wide = replace(wide, metrics=wide.metrics | {"parameters_recurrent": 99_072.0})
        relation = relate(*two(record("lstm", 0, 0.8), wide))
        assert relation.is_clean
        assert relation.remarks == ()

    def test_ten_epochs_against_one_is_no_comparison(self) -> None:
        one = record("gru", 0, 0.7, **{"training.epochs": "1"})
        relation = relate(*two(record("lstm", 0, 0.8), one))
        assert relation.factor == "cell"
        assert relation.confounds == ("epochs 1 against 10",)

    @pytest.mark.parametrize(
        ("key", "value", "words"),
        [
            ("training.batch_size", "128", "batch size 128 against none"),
            ("model.recurrent_dropout", "0.2", "recurrent dropout 0.2 against none"),
            ("data.maxlen", "500", "maxlen 500 against 100"),
        ],
    )
    def test_every_other_difference_is_named(self, key: str, value: str, words: str) -> None:
        relation = relate(*two(record("lstm", 0, 0.8), record("gru", 0, 0.7, **{key: value})))
        assert words in relation.confounds

    def test_seeds_of_which_the_other_arm_has_all_are_compared(self) -> None:
        relation = relate(*two(*MATCHED, record("gru", 3, 0.8)))
        assert relation.is_clean
        assert "the 3 seeds in common of 4" in relation.remarks

    def test_seeds_that_only_one_has_leave_the_others_to_be_compared(self) -> None:
        relation = relate(*two(*MATCHED, record("gru", 3, 0.8), record("lstm", 4, 0.8)))
        assert relation.is_clean
        assert "the 3 seeds in common of 5" in relation.remarks

    def test_several_seeds_that_each_has_alone_are_compared_without_pairs(self) -> None:
        others = [record("gru", seed, 0.8) for seed in (3, 4, 5)]
        others += [record("lstm", seed, 0.8) for seed in (6, 7, 8)]
        words = "3 of 9 seeds in common, the others compared without pairs"
        assert words in relate(*two(*MATCHED, *others)).remarks
        assert "the 3 seeds in common of 8" in relate(*two(*MATCHED, *others[:5])).remarks
        few = two(*MATCHED[:2], *MATCHED[3:5], *others)
        assert "2 of 8 seeds in common, too few to be paired" in relate(*few).remarks

    def test_seeds_that_are_left_out_may_be_of_another_version(self) -> None:
        stale = [
            tagged(record("gru", seed, 0.8), **{names.TRAINING_VERSION: "0"}) for seed in (3, 4, 5)
        ]
        assert relate(*two(*MATCHED, *stale)).is_clean
        fresh = [record("lstm", seed, 0.8) for seed in (6, 7, 8)]
        assert not relate(*two(*MATCHED, *stale, *fresh)).is_clean

    def test_arms_without_a_seed_in_common_are_compared_without_pairs(self) -> None:
        relation = relate(*two(record("gru", 3, 0.8), record("lstm", 4, 0.8)))
        assert relation.is_clean
        assert "no seed in common (1 against 1): not paired" in relation.remarks

    @pytest.mark.parametrize(
        ("tag", "value", "words"),
        [
            (names.TRAINING_VERSION, "2", "training code version 2 against 1"),
            (names.DATA_DIGEST, "ffff", "other contents of the data set"),
        ],
    )
    def test_other_code_and_other_data_are_confounds(
        self, tag: str, value: str, words: str
    ) -> None:
        other = tagged(record("gru", 0, 0.8), **{tag: value})
        assert words in relate(*two(record("lstm", 0, 0.8), other)).confounds

    @pytest.mark.parametrize(
        ("key", "value"), [("training.test", "best"), ("training.early_stopping.patience", "2")]
    )
    def test_a_choice_on_the_test_set_is_named(self, key: str, value: str) -> None:
        changes = {"training.validation": "test", key: value}
        tried = [record(cell, 0, 0.8, **changes) for cell in ("lstm", "gru")]
        tested = [replace(one, metrics=one.metrics | {"test_accuracy": 0.8}) for one in tried]
        relation = relate(*two(*tested))
        assert not relation.is_clean
        assert all("validation on the test set" in words for words in relation.confounds)

    def test_cells_that_one_search_tuned_are_compared(self) -> None:
        search = {names.STUDY: "s", names.SEARCH: '{"space": {"optimizer.learning_rate": {}}}'}
        tuned = [
            tagged(record(cell, 0, 0.8, **{"optimizer.learning_rate": rate}), **search)
            for cell, rate in (("lstm", "0.01"), ("gru", "0.001"))
        ]
        relation = relate(*two(*tuned))
        assert relation.is_clean
        assert "tuned apart: learning rate" in relation.remarks
        plain = record("lstm", 0, 0.8)
        assert "tuned by a search" in " ".join(relate(*two(plain, tuned[1])).confounds)


class TestPairs:
    def test_are_those_that_differ_in_one_factor(self) -> None:
        grid = [
            record(cell, seed, 0.8 + seed / 100 + depth / 50, **{"model.depth": str(depth)})
            for cell in ("lstm", "gru")
            for depth in (1, 2)
            for seed in range(3)
        ]
        found = dataset(grid)
        factors = sorted(str(pair.relation.factor) for pair in found.pairs)
        assert factors == ["cell", "cell", "model.depth", "model.depth"]
        assert not found.refused

    def test_put_the_arm_that_is_ahead_first(self) -> None:
        (pair,) = dataset([record("lstm", 0, 0.7), record("gru", 0, 0.9)]).pairs
        assert pair.a.cell == "gru"

    def test_say_what_differs_in_the_order_of_the_arms(self) -> None:
        few = {"training.epochs": "1", "model.units": "154"}
        low, high = record("lstm", 0, 0.7), record("gru", 0, 0.9, **few)
        for records in ([low, high], [high, low]):
            (pair,) = dataset(records).refused
            assert (pair.a.cell, pair.relation.confounds) == ("gru", ("epochs 1 against 10",))
            assert pair.relation.remarks == ("units matched by parameters: 154 and 128",)

    def test_that_are_confounded_have_no_verdict(self) -> None:
        one = record("gru", 0, 0.7, **{"training.epochs": "1"})
        found = dataset([record("lstm", 0, 0.8), one])
        assert not found.pairs
        assert [pair.result for pair in found.refused] == [None]


class TestProtocols:
    def test_runs_of_two_questions_are_kept_apart_and_named_shortly(self) -> None:
        other = {"training.epochs": "3", "data.maxlen": "500", "training.batch_size": "128"}
        runs = [*MATCHED, *(record(cell, 0, 0.7, **other) for cell in ("lstm", "gru"))]
        found = divide(rows_of(frame(runs)), {})
        assert [sorted(arm.name for arm in part) for _, part in found] == [["gru", "lstm"]] * 2
        assert any("epochs 3" in words and "maxlen 500" in words for words, _ in found)

    def test_arms_alike_to_no_other_stay_together(self) -> None:
        one = record("gru", 0, 0.7, **{"training.epochs": "1", "data.maxlen": "500"})
        ((words, part),) = divide(rows_of(frame([record("lstm", 0, 0.8), one])), {})
        assert words == ""
        assert len(part) == 2


def test_intervals_of_accuracies_end_where_accuracies_do() -> None:
    values = {"lstm": (0.9, 0.1, 0.9), "gru": (0.1, 0.8, 0.1)}
    wild = [record(cell, n, v) for cell, several in values.items() for n, v in enumerate(several)]
    (pair,) = dataset(wild).pairs
    assert pair.result is not None
    assert (pair.result.difference.low, pair.result.difference.high) == (-1.0, 1.0)

"""What is part of a factor, what stands beside it, and what is only a risk."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from rnnbench.config.schema import ClaimConfig
from rnnbench.models.cells import CELLS, DEFAULTS
from rnnbench.report.build import build
from rnnbench.report.dataset_section import is_one_machine
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.results.compare import relate
from rnnbench.results.frame import frame
from rnnbench.results.protocols import divide
from rnnbench.results.rows import rows_of
from rnnbench.tracking import names
from rnnbench.tracking.record import Record
from tests.report.records import OPTIONS, record, tables
from tests.report.test_build import column, measured, table, told
from tests.results.test_compare import arms, tagged, two

HARDWARE, VERSIONS, THREADS = "rnnbench.hardware", "rnnbench.versions", "rnnbench.threads"


def changed(arm: ArmRuns) -> dict[str, str]:
    """The options of an arm's cell that are not Keras's defaults."""
    found = {key: arm.params.get(f"cell.{key}") for key in CELLS[arm.cell].options}
    return {k: v for k, v in found.items() if v is not None and v != str(DEFAULTS[k])}


class TestOptionsOfCells:
    def test_each_is_a_confound_of_the_comparison_with_every_other_cell(self) -> None:
        made = [record(cell, 0, 0.8) for cell in CELLS]
        made += [
            record(cell, 0, 0.8, **{f"cell.{key}": str(value)})
            for cell in CELLS
            for key, values in CELLS[cell].options.items()
            for value in values
        ]
        known = list(arms(made).values())
        assert len(known) == len(made)
        plain = [arm for arm in known if not changed(arm)]
        for arm, other in itertools.product(known, plain):
            if arm.cell != other.cell:
                assert relate(arm, other).confounds == tuple(
                    f"{key.replace('_', ' ')} {value} against {DEFAULTS[key]}"
                    for key, value in changed(arm).items()
                )

    def test_an_lstm_with_relu_is_not_compared_with_a_gru_with_tanh(self) -> None:
        runs = [measured("lstm", s, 0.88 + s / 1000, **{"cell.activation": "relu"}) for s in (0, 1)]
        runs += [measured("gru", s, 0.84, **{"cell.activation": "tanh"}) for s in (0, 1)]
        document = build(tables(runs), "x", OPTIONS)
        (bullet,) = (b for s in document.sections for block in s.blocks for b in block.bullets)
        assert "differ in cell, but also: activation" in bullet
        assert {"relu", "tanh"} <= set(bullet.split())
        assert "1 pair of arms is not compared" in told(document)

    def test_both_cells_may_have_the_same_one(self) -> None:
        relu = {"cell.activation": "relu"}
        relation = relate(*two(record("lstm", 0, 0.8, **relu), record("gru", 0, 0.8, **relu)))
        assert (relation.factor, relation.confounds) == ("cell", ())

    def test_one_alone_is_a_factor_and_two_are_not(self) -> None:
        usual = {"cell.activation": "tanh", "cell.unit_forget_bias": "True"}
        one = {**usual, "cell.activation": "relu"}
        both = {**one, "cell.unit_forget_bias": "False"}
        plain = record("lstm", 0, 0.8, **usual)
        relation = relate(*two(plain, record("lstm", 0, 0.8, **one)))
        assert (relation.factor, relation.confounds) == ("cell.activation", ())
        relation = relate(*two(plain, record("lstm", 0, 0.8, **both)))
        assert relation.factor == "cell.activation"
        assert relation.confounds == ("unit forget bias False against True",)

    def test_one_that_is_left_out_has_its_default(self) -> None:
        spelled = {f"cell.{key}": str(DEFAULTS[key]) for key in CELLS["lstm"].options}
        relation = relate(*two(record("lstm", 0, 0.8, **spelled), record("gru", 0, 0.8)))
        assert relation.is_clean

    def test_the_source_of_a_cell_from_a_module_is_part_of_that_cell(self) -> None:
        own = {"cell.extension": "1 sha256:0", "cell.zoneout": "0.1"}
        relation = relate(*two(record("mine", 0, 0.8, **own), record("gru", 0, 0.8)))
        assert (relation.factor, relation.confounds) == ("cell", ())
        changed = {**own, "cell.extension": "1 sha256:1"}
        relation = relate(*two(record("mine", 0, 0.8, **own), record("mine", 0, 0.8, **changed)))
        assert (relation.factor, relation.confounds) == ("cell.extension", ())
        runs = [record(cell, 0, 0.8) for cell in ("gru", "lstm")]
        ((words, _),) = divide(rows_of(frame([*runs, record("mine", 0, 0.8, **own)])), {})
        assert words == ""

    def test_the_source_of_an_optimizer_is_part_of_that_optimizer(self) -> None:
        own = {"optimizer.name": "mine", "optimizer.extension": "1 sha256:0"}
        adam = {"optimizer.name": "adam"}
        relation = relate(*two(record("gru", 0, 0.8, **own), record("gru", 0, 0.8, **adam)))
        assert (relation.factor, relation.confounds) == ("optimizer", ())

    def test_the_source_of_a_data_set_is_told_by_its_arrays(self) -> None:
        one, other = ({"data.extension": f"1 sha256:{n}"} for n in (0, 1))
        relation = relate(*two(record("gru", 0, 0.8, **one), record("lstm", 0, 0.8, **other)))
        assert (relation.factor, relation.confounds) == ("cell", ())

    def test_those_that_one_search_drew_come_with_their_cell(self) -> None:
        tags = {names.STUDY: "s", names.SEARCH: '{"space": {"cell.activation": {}}}'}
        tuned = [
            tagged(record(cell, 0, 0.8, **{"cell.activation": value}), **tags)
            for cell, value in (("lstm", "relu"), ("gru", "tanh"))
        ]
        relation = relate(*two(*tuned))
        assert relation.is_clean
        assert "tuned apart: activation" in relation.remarks

    def test_name_the_protocol_that_they_set_apart(self) -> None:
        runs = [record("lstm", 0, 0.8, **{"cell.activation": "relu"})]
        runs += [record(cell, 0, 0.8, **{"cell.activation": "tanh"}) for cell in ("gru", "lstm")]
        ((words, _),) = divide(rows_of(frame(runs)), {})
        assert words == ""
        found = dict(divide(rows_of(frame([*runs[:2], record("simple_rnn", 0, 0.8)])), {}))
        assert any("activation relu" in words for words in found)


def test_drawn_numbers_that_set_a_protocol_apart_have_four_digits() -> None:
    apart = {"optimizer.learning_rate": "0.02319876477972778", "model.units": "16"}
    runs = [record("lstm", 0, 0.8, **changes) for changes in (apart, {})]
    runs += [record("gru", 0, 0.8, **changes) for changes in (apart, {})]
    assert any(
        "learning rate 0.0232" in words.split(", ") for words, _ in divide(rows_of(frame(runs)), {})
    )


class TestOptimizers:
    def test_bring_their_learning_rate_and_nothing_that_all_of_them_have(self) -> None:
        adam = {"optimizer.learning_rate": "0.001", "optimizer.clipnorm": "null"}
        sgd = {"optimizer.name": "sgd", "optimizer.learning_rate": "0.1"}
        clipped = {**sgd, "optimizer.clipnorm": "1.0"}
        plain = record("gru", 0, 0.8, **adam)
        relation = relate(*two(plain, record("gru", 0, 0.8, **clipped)))
        assert relation.factor == "optimizer"
        assert len(relation.confounds) == 1
        assert "clipnorm" in relation.confounds[0]


class TestWhoComputes:
    def gpu(self) -> list[Record]:
        """SimpleRNN by XLA or a graph, LSTM by cuDNN: what a GPU has."""
        return [
            tagged(replace(run, metrics={**run.metrics, "seconds_per_epoch": 9.0}), **tags)
            for cell, path, high in (("lstm", "cudnn", 0.88), ("simple_rnn", "graph", 0.80))
            for run in (measured(cell, seed, high + seed / 1000) for seed in range(6))
            for tags in ({names.PATH: path},)
        ]

    def test_is_no_reason_to_refuse_a_comparison_of_accuracies(self) -> None:
        found = table(build(tables(self.gpu()), "x", OPTIONS), "comparisons")
        assert column(found, "verdict") == ["LSTM better by more than the margin"]
        (remarks,) = column(found, "remarks")
        assert "computed by cudnn against graph" in str(remarks)

    def test_stands_beside_seconds(self) -> None:
        document = build(tables(self.gpu()), "x", OPTIONS)
        for ending in ("cost", "tradeoffs"):
            assert "by the same loops" in table(document, ending).note

    def test_is_no_factor_where_something_else_differs(self) -> None:
        keras, own = ({"training.fused": value} for value in ("False", "True"))
        relation = relate(*two(record("lstm", 0, 0.8, **keras), record("gru", 0, 0.8, **own)))
        assert relation.is_clean
        relation = relate(*two(record("lstm", 0, 0.8, **keras), record("lstm", 0, 0.8, **own)))
        assert relation.factor == "training.fused"

    def test_is_not_told_where_a_kernel_equals_the_layer_of_keras(self) -> None:
        arms = [
            tagged(record(cell, 0, 0.8), **{names.PATH: path})
            for cell, path in (("lstm", "xla fused"), ("gru", "xla"))
        ]
        assert relate(*two(*arms)).machine == {}


class TestMachines:
    @pytest.mark.parametrize(
        ("tag", "values", "words"),
        [
            (HARDWARE, ("AMD, 2 cores", "Intel, 2 cores"), "hardware Intel, 2 cores against AMD"),
            (THREADS, ("1", "4"), "threads 4 against 1"),
            (
                VERSIONS,
                ("tensorflow=2.20.0 keras=3.15.1 mlflow=3.1", "tensorflow=2.21.0 keras=3.15.1"),
                "versions tensorflow=2.21.0 keras=3.15.1 against tensorflow=2.20.0 keras=3.15.1",
            ),
        ],
    )
    def test_that_differ_between_arms_are_told_beside_the_verdict(
        self, tag: str, values: tuple[str, str], words: str
    ) -> None:
        runs = [
            tagged(measured(cell, seed, high + seed / 1000), **{tag: value})
            for (cell, high), value in zip((("gru", 0.8), ("lstm", 0.9)), values, strict=True)
            for seed in range(6)
        ]
        claim = ClaimConfig(
            text="x", source="y", factor="cell", a="lstm", b="gru", metric="test_accuracy"
        )
        document = build(tables(runs), "x", OPTIONS, [claim])
        found = table(document, "comparisons")
        assert column(found, "verdict") == ["LSTM better by more than the margin"]
        assert words in str(column(found, "remarks")[0])
        assert words in told(document)
        assert words in str(column(table(document, "claims"), "verdict")[0])

    def test_that_differ_between_seeds_are_told_too(self) -> None:
        runs = [
            tagged(record(cell, seed, 0.8), **{HARDWARE: "AMD" if seed else "Intel"})
            for cell in ("gru", "lstm")
            for seed in range(3)
        ]
        relation = relate(*two(*runs))
        assert relation.is_clean
        assert relation.machine == {"hardware": "hardware AMD and Intel, by seed"}

    def test_of_seeds_that_one_arm_has_alone_count_too(self) -> None:
        runs = [tagged(record(cell, 0, 0.8), **{HARDWARE: "AMD"}) for cell in ("gru", "lstm")]
        runs.append(tagged(record("gru", 1, 0.8), **{HARDWARE: "Intel"}))
        assert relate(*two(*runs)).machine == {"hardware": "hardware AMD and Intel against AMD"}
        newer = tagged(record("gru", 2, 0.8), **{names.TRAINING_VERSION: "2"})
        assert "training code version" in " ".join(relate(*two(*runs, newer)).confounds)

    def test_of_other_packages_than_those_that_train_are_not_told(self) -> None:
        both = ("tensorflow=2.21.0 keras=3.15.1 mlflow=3.1", "tensorflow=2.21.0 keras=3.15.1")
        runs = [
            tagged(record(cell, 0, 0.8), **{VERSIONS: value})
            for cell, value in zip(("gru", "lstm"), both, strict=True)
        ]
        assert relate(*two(*runs)).machine == {}

    def test_decide_over_seconds(self) -> None:
        runs = [
            tagged(measured(cell, seed, high + seed / 1000), **{HARDWARE: cell})
            for cell, high in (("gru", 0.8), ("lstm", 0.9))
            for seed in range(6)
        ]
        claim = ClaimConfig(
            text="x", source="y", factor="cell", a="lstm", b="gru", metric="seconds_per_epoch"
        )
        document = build(tables(runs), "x", OPTIONS, [claim])
        (verdict,) = column(table(document, "claims"), "verdict")
        assert str(verdict).startswith("not comparable: hardware lstm against gru")
        found = table(document, "tradeoffs")
        assert [row[3].marked for row in found.rows] == [False, False]
        assert any(row[2].marked for row in found.rows)
        assert "seconds do not compare" in found.note
        assert not is_one_machine(two(*runs))


@pytest.mark.parametrize("crossed", [False, True])
def test_code_of_two_versions_is_compared_seed_by_seed(crossed: bool) -> None:
    runs = [
        tagged(record(cell, seed, 0.8), **{names.TRAINING_VERSION: str(1 + (seed ^ swapped))})
        for cell, swapped in (("gru", False), ("lstm", crossed))
        for seed in range(2)
    ]
    assert relate(*two(*runs)).is_clean is not crossed

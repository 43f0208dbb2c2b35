"""The report's document on hand-made runs: tables, verdicts, claims, what is missing."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest

from rnnbench.config.schema import ClaimConfig
from rnnbench.report import markdown_page, page
from rnnbench.report.build import build
from rnnbench.report.document import DataTable, Document
from rnnbench.report.files import csv_text
from rnnbench.report.write import pictures
from rnnbench.stats.search import expected_best
from rnnbench.tracking import names
from rnnbench.tracking.record import Record
from tests.report.records import MATCHED, OPTIONS, record, tables


def built(
    records: list[Record], *claims: ClaimConfig, trials: list[Record] | None = None
) -> Document:
    return build(tables(records, trials), "x", OPTIONS, claims)


def table(document: Document, ending: str) -> DataTable:
    for section in document.sections:
        for block in section.blocks:
            for found in block.tables:
                if found.key.endswith(ending):
                    return found
    raise AssertionError(ending)


def column(found: DataTable, name: str) -> list[object]:
    place = [c.name for c in found.columns].index(name)
    return [row[place].text for row in found.rows]


def told(document: Document) -> str:
    """What stands above everything else: what the report is made from, and its answer."""
    answers = [s for s in document.sections if s.key == "answer"]
    said = [str(one) for s in answers for block in s.blocks for one in block.statements]
    return " ".join([*document.summary, *said])


def measured(cell: str, seed: int, accuracy: float, **changes: str) -> Record:
    known = record(cell, seed, accuracy, **changes)
    metrics = {**known.metrics, "test_accuracy": accuracy}
    return Record(known.run_id, known.status, known.tags, known.params, metrics)


def shuffled(known: Record) -> Record:
    """The same run, its order measured, too."""
    metrics = {"test_accuracy_shuffled": 0.7, "order_drop": 0.1, "order_changed": 0.2}
    return replace(known, metrics={**known.metrics, **metrics})


CLEAR = [measured("lstm", seed, 0.88 + seed / 1000) for seed in range(5)]
CLEAR += [measured("gru", seed, 0.84 + seed / 900) for seed in range(5)]


def of_one_width(parameters: float) -> list[Record]:
    """The clear arms with 128 units each, the GRU with that many recurrent parameters."""
    counts = {"lstm": 131_584.0, "gru": parameters}
    return [
        replace(
            run,
            params={**run.params, "model.units": "128"},
            metrics={**run.metrics, "parameters_recurrent": counts[run.params["cell.name"]]},
        )
        for run in CLEAR
    ]


def test_remarks_have_a_column_where_there_are_any() -> None:
    with_some, without = (
        table(built(runs), "comparisons") for runs in (CLEAR, of_one_width(99_072))
    )
    assert "remarks" in [one.name for one in with_some.columns]
    assert "remarks" not in [one.name for one in without.columns]
    for found in (with_some, without):
        assert {len(row) for row in found.rows} == {len(found.columns)}


def test_several_comparisons_are_said_to_be_one_family() -> None:
    third = [measured("simple_rnn", seed, 0.7 + seed / 1000) for seed in range(5)]
    several, one = (table(built(runs), "comparisons") for runs in ([*CLEAR, *third], CLEAR))
    assert "All 3 comparisons on this data set are one family" in several.note
    assert "family" not in one.note


@pytest.mark.parametrize(("parameters", "is_told"), [(99_072, True), (131_584, False)])
def test_cells_of_one_width_are_said_once_to_differ_in_parameters(
    parameters: float, is_told: bool
) -> None:
    note = table(built(of_one_width(parameters)), "comparisons").note
    assert ("Cells with the same units differ in parameters" in note) is is_told


def test_many_comparisons_are_counted_by_what_varies() -> None:
    runs = [
        measured(cell, seed, high + seed * step + seed % 2 * jitter, **{"model.depth": depth})
        for cell, high, jitter in (("lstm", 0.9, 0.001), ("gru", 0.8, 0.0))
        for depth, step in (("1", 0.001), ("2", 0.03), ("3", -0.03))
        for seed in range(5)
    ]
    answer = told(built(runs))
    assert "Layers: undecided in all 6 comparisons. Largest difference: " in answer
    assert "Cells: 3 of 3 comparisons decided, 0 undecided:" in answer
    assert answer.count("LSTM is better than GRU by 10.") == 3
    html = page.render(built(runs), {one.key: "<svg/>" for one in pictures(built(runs))})
    assert html.count('<li class="detail"><strong>') == 3
    assert markdown_page.render(built(runs)).count("\n  - **") == 3


@pytest.mark.parametrize(("epochs", "drawn"), [(1, 0), (2, 1)])
def test_learning_curves_need_two_epochs(epochs: int, drawn: int) -> None:
    known = tables(MATCHED)
    history = known.history[known.history["epoch"] <= epochs]
    document = build(replace(known, history=history), "x", OPTIONS, [])
    keys = [p.key for s in document.sections for block in s.blocks for p in block.pictures]
    assert sum("learning_curves" in key for key in keys) == drawn


def test_learning_curves_of_the_best_arms_are_in_one_figure_and_those_of_all_in_another() -> None:
    deep = [record("gru", seed, 0.7, **{"model.depth": "2"}) for seed in range(3)]
    document = build(tables([*MATCHED, *deep]), "x", OPTIONS, [])
    found = {p.key: p.alt for s in document.sections for block in s.blocks for p in block.pictures}
    alts = [alt for key, alt in sorted(found.items()) if "learning_curves" in key]
    assert len(alts) == 2
    assert alts[0].startswith("Learning curves of GRU (1 layer), LSTM (1 layer) on ")
    assert alts[1].startswith(
        "Learning curves of GRU (1 layer), GRU (2 layers), LSTM (1 layer) on "
    )


class TestAccuracy:
    def test_shows_mean_and_standard_deviation_over_seeds(self) -> None:
        spread = np.std([0.80, 0.81, 0.82], ddof=1)
        found = table(built(MATCHED), "validation_accuracy")
        assert column(found, "mean") == [f"0.8100 ± {spread:.4f}"] * 2
        assert column(found, "best") == ["0.8200"] * 2
        assert column(found, "worst") == ["0.8000"] * 2

    def test_puts_the_best_arm_first_and_marks_what_is_not_worse(self) -> None:
        found = table(built(CLEAR), "test_accuracy")
        assert column(found, "arm") == ["LSTM", "GRU"]
        assert [row[2].marked for row in found.rows] == [True, False]

    def test_has_no_interval_of_the_middle_half_where_it_would_be_too_narrow(self) -> None:
        few = built([measured("gru", seed, 0.8 + seed / 100) for seed in range(9)])
        assert "IQM 95 %" not in [c.name for c in table(few, "test_accuracy").columns]
        assert column(table(few, "test_accuracy"), "IQM") == ["0.8400"]
        many = [measured("lstm", seed, 0.8 + seed / 100) for seed in range(10)]
        both = table(built([*many, *CLEAR[5:]]), "test_accuracy")
        spans = dict(zip(column(both, "arm"), column(both, "IQM 95 %"), strict=True))
        assert " to " in str(spans["LSTM"])
        assert spans["GRU"] == "–"

    @pytest.mark.parametrize(
        ("validation", "where"), [("split", "held-out"), ("test", "test data")]
    )
    def test_says_which_samples_validated(self, validation: str, where: str) -> None:
        changes = {"training.validation": validation}
        found = table(built([record("lstm", 0, 0.8, **changes)]), "validation_accuracy")
        assert where in found.note

    def test_shows_units_matched_by_parameters(self) -> None:
        found = table(built(MATCHED), "cost")
        assert sorted(
            zip(column(found, "units"), column(found, "recurrent parameters"), strict=True)
        ) == [
            ("128", "131,584"),
            ("154", "131,208"),
        ]

    def test_says_whose_loops_computed_and_that_seconds_of_others_differ(self) -> None:
        def by(path: str, known: Record) -> Record:
            tags = {**known.tags, names.PATH: path}
            return Record(known.run_id, known.status, tags, known.params, known.metrics)

        mixed = [by("xla" if "gru" in r.run_id else "xla fused", r) for r in CLEAR]
        found = table(built(mixed), "cost")
        assert column(found, "computed by") == ["xla fused", "xla"]
        assert "not all arms are computed by the same loops" in found.note.lower()
        assert "not all arms" in table(built(mixed), "tradeoffs").note.lower()
        same = built([by("xla fused", r) for r in CLEAR])
        assert "same loops" not in table(same, "cost").note + table(same, "tradeoffs").note

    def test_names_the_runs_behind_each_row(self) -> None:
        found = table(built(CLEAR), "test_accuracy")
        assert found.runs[0] == tuple(r.run_id for r in CLEAR[:5])


class TestOverfitting:
    def test_shows_the_rise_and_what_came_after_the_best_epoch(self) -> None:
        found = table(built(MATCHED), "overfitting")
        assert column(found, "epochs past it")[0] == "1.0 ± 0.0"
        assert str(column(found, "rise of validation loss, %")[0]).startswith("25.0")
        assert str(column(found, "training accuracy at best")[0]).startswith("0.8600")


class TestComparisons:
    def test_of_clearly_different_arms_have_a_verdict(self) -> None:
        document = built(CLEAR)
        found = table(document, "comparisons")
        assert column(found, "verdict") == ["LSTM better by more than the margin"]
        assert "LSTM is better than GRU by 4.0 points" in told(document)

    def test_of_two_seeds_are_undecided(self) -> None:
        two = [known for known in CLEAR if known.seed < 2]
        (verdict,) = column(table(built(two), "comparisons"), "verdict")
        assert str(verdict).startswith("undecided (")

    def test_of_nearly_equal_arms_are_equivalent_within_the_margin(self) -> None:
        near = [measured("lstm", seed, 0.88 + seed / 900) for seed in range(5)]
        near += [
            measured("gru", seed, 0.88 + seed / 900 + (-1) ** seed / 1000) for seed in range(5)
        ]
        found = table(built(near), "comparisons")
        assert column(found, "verdict") == ["equivalent within 1 point"]

    def test_hold_the_verdict_by_its_name_and_the_wins_with_an_interval_as_csv(self) -> None:
        rows = list(csv.DictReader(io.StringIO(csv_text(table(built(CLEAR), "comparisons")))))
        assert [row["verdict"] for row in rows] == ["better by more than the margin"]
        assert [row["better_in"] for row in rows] == ["5"]
        share, low, high = (
            float(rows[0][f"better_in_share{end}"]) for end in ("", "_low", "_high")
        )
        assert low < share == high == 1.0
        probabilities = [float(rows[0][f"p_{what}"]) for what in ("better", "equivalent", "worse")]
        assert sum(probabilities) == pytest.approx(1.0)
        assert probabilities[0] > 0.99

    def test_of_one_seed_are_undecided(self) -> None:
        runs = [measured("lstm", 0, 0.9), measured("gru", 0, 0.8)]
        document = built(runs)
        (verdict,) = column(table(document, "comparisons"), "verdict")
        assert verdict == "undecided (one seed)"
        assert "one seed tells nothing" in told(document)

    def test_are_decided_by_pairs_however_much_the_seeds_overlap(self) -> None:
        same = [(seed, 0.7 + seed / 100) for seed in range(10)]
        runs = [measured("gru", seed, value) for seed, value in same]
        runs += [measured("lstm", s, v + 0.02 + s % 2 / 1000) for s, v in same]
        found = table(built(runs), "comparisons")
        assert column(found, "verdict") == ["LSTM better by more than the margin"]
        assert column(found, "better in") == ["10 of 10"]

    def test_of_other_seeds_are_not_paired(self) -> None:
        runs = [measured("lstm", seed, 0.88 + seed / 1000) for seed in range(5)]
        runs += [measured("gru", seed, 0.80 + seed / 900) for seed in range(5, 10)]
        found = table(built(runs), "comparisons")
        assert column(found, "seeds") == ["5, 5"]
        assert column(found, "better in") == ["–"]
        assert column(found, "verdict") == ["LSTM better by more than the margin"]
        assert "not paired" in str(column(found, "remarks")[0])

    def test_between_ten_epochs_and_one_are_refused_by_name(self) -> None:
        runs = [measured("lstm", 0, 0.9), measured("gru", 0, 0.8, **{"training.epochs": "1"})]
        document = built(runs)
        bullets = [b for s in document.sections for block in s.blocks for b in block.bullets]
        assert any("epochs" in bullet and "10" in bullet for bullet in bullets)
        assert "not compared" in told(document)


class TestClaims:
    CLAIM = ClaimConfig(
        text="LSTM is better",
        source="001",
        factor="cell",
        a="lstm",
        b="gru",
        metric="test_accuracy",
    )

    def verdicts(self, records: list[Record], **changes: object) -> list[object]:
        claim = self.CLAIM.model_copy(update=changes)
        return column(table(built(records, claim), "claims"), "verdict")

    def test_are_undecided_with_two_seeds(self) -> None:
        two = [known for known in CLEAR if known.seed < 2]
        assert self.verdicts(two)[0].startswith("undecided")  # type: ignore[attr-defined]
        alone = {"factor": None, "b": None, "a": None, "above": 0.1}
        assert set(self.verdicts(two, **alone)) == {"undecided"}
        assert set(self.verdicts(CLEAR, **alone)) == {"confirmed"}

    def test_are_confirmed_or_refuted_by_the_interval(self) -> None:
        assert self.verdicts(CLEAR) == ["confirmed"]
        assert self.verdicts(CLEAR, a="gru", b="lstm") == ["refuted"]
        assert self.verdicts(CLEAR, expected="lower") == ["refuted"]

    def test_about_one_arm_are_judged_against_a_number(self) -> None:
        assert self.verdicts(CLEAR, b=None, above=0.87) == ["confirmed"]
        assert self.verdicts(CLEAR, b=None, below=0.87) == ["refuted"]
        assert self.verdicts(CLEAR, b=None, above=0.882) == ["undecided"]

    def test_on_unequal_conditions_are_not_comparable(self) -> None:
        runs = [
            *CLEAR[:5],
            *(measured("gru", s, 0.7, **{"training.epochs": "1"}) for s in range(5)),
        ]
        (verdict,) = self.verdicts(runs)
        assert str(verdict).startswith("not comparable: epochs")

    def test_without_runs_say_so(self) -> None:
        assert self.verdicts(CLEAR[:5]) == ["no runs"]

    def test_about_what_was_not_measured_say_so(self) -> None:
        expected = ["accuracy lost without order was not measured"]
        assert self.verdicts(CLEAR, b=None, metric="order_drop", above=0.0) == expected
        assert self.verdicts(CLEAR, metric="order_drop") == expected

    def test_are_restricted_by_their_conditions(self) -> None:
        assert self.verdicts(CLEAR, where={"model.depth": 2}) == ["no runs"]
        assert self.verdicts(CLEAR, where={"match": "lstm:128"}) == ["no runs"]
        matched = [
            Record(r.run_id, r.status, r.tags, {**r.params, "match": "lstm:128"}, r.metrics)
            if r.params["cell.name"] == "gru"
            else r
            for r in CLEAR
        ]
        assert self.verdicts(matched, where={"match": "lstm:128"}) == ["confirmed"]


class TestSearch:
    @pytest.fixture
    def trials(self) -> list[Record]:
        space = {
            "optimizer.learning_rate": {"type": "float", "low": 0.001, "high": 0.1, "log": True}
        }
        described = {"metric": "best_val_accuracy", "sampler": "random", "space": space}
        made = []
        for number in range(12):
            known = record(
                "gru",
                number,
                0.5 + number / 40,
                **{"optimizer.learning_rate": f"{0.001 * (number + 1)}"},
            )
            state = names.FAIL if number == 3 else names.COMPLETE
            tags = {
                **known.tags,
                names.STUDY: "s",
                names.SEARCH: json.dumps(described),
                names.TRIAL: str(number),
                names.TRIAL_STATE: state,
                names.ARM: "gru",
            }
            status = "FAILED" if state == names.FAIL else "FINISHED"
            made.append(Record(f"t{number}", status, tags, known.params, known.metrics))
        return made

    def test_counts_trials_and_failures(self, trials: list[Record]) -> None:
        found = table(built(CLEAR, trials=trials), "search_trials")
        assert column(found, "trials") == ["12"]
        assert column(found, "failed, %") == ["8.3"]

    def test_shows_the_expected_best_against_budget(self, trials: list[Record]) -> None:
        found = table(built(CLEAR, trials=trials), "search_expected_best")
        values = [0.5 + n / 40 for n in range(12) if n != 3]
        assert column(found, "4 trials") == [f"{expected_best(values, [4])[0]:.4f}"]

    def test_shows_the_best_trial_with_what_was_drawn(self, trials: list[Record]) -> None:
        found = table(built(CLEAR, trials=trials), "search_best")
        assert column(found, "trial") == ["11"]
        assert column(found, "optimizer.learning_rate") == ["0.012"]

    @pytest.mark.parametrize(("test", "is_told"), [("last", True), ("best", False)])
    def test_says_where_winners_are_judged_by_another_epoch(
        self, trials: list[Record], test: str, is_told: bool
    ) -> None:
        search = {names.STUDY: "s", names.SEARCH: trials[0].tags[names.SEARCH]}
        records = [
            replace(
                known,
                tags={**known.tags, **search},
                params={**known.params, "training.test": test},
            )
            for known in CLEAR
        ]
        (section,) = (s for s in built(records, trials=trials).sections if s.key == "search")
        told = [p for p in section.blocks[0].paragraphs if "is judged" in p]
        assert len(told) == is_told

    @pytest.mark.parametrize(
        "described",
        [
            "[1]",
            '{"space": 3}',
            '{"space": {"a": 1}, "metric": "run_id"}',
            '{"metric": "label", "sampler": 7, "space": {"a": {"type": "int"}}}',
            "[" * 100_000,
            "NaN",
        ],
    )
    def test_that_cannot_be_read_is_shown_without_its_space(
        self, trials: list[Record], described: str
    ) -> None:
        odd = [replace(r, tags={**r.tags, names.SEARCH: described}) for r in trials]
        own = {names.STUDY: "s", names.SEARCH: described}
        runs = [replace(known, tags={**known.tags, **own}) for known in CLEAR]
        assert column(table(built(runs, trials=odd), "search_trials"), "trials") == ["12"]


class TestWhatIsMissing:
    def test_runs_without_a_result_are_named_with_their_reason(self) -> None:
        bad = record("gru", 7, 0.1)
        bad = Record("bad", "FAILED", {**bad.tags, names.REASON: "loss is nan"}, bad.params, {})
        found = table(built([*MATCHED, bad]), "unfinished")
        assert [cell.text for cell in found.rows[0]] == ["gru seed=7", "FAILED", "loss is nan"]

    def test_runs_that_a_newer_version_made_up_for_are_not_among_them(self) -> None:
        old = {names.TRAINING_VERSION: "0"}
        tried = [
            Record(f"old{at}", status, {**run.tags, **old, names.KEY: f"old{at}"}, run.params, {})
            for at, (run, status) in enumerate(
                [(MATCHED[0], "FINISHED"), (MATCHED[1], "FAILED"), (MATCHED[2], "KILLED")]
            )
        ]
        assert not any(s.key == "unfinished" for s in built([*tried, *MATCHED]).sections)
        known = MATCHED[0]
        new = {names.TRAINING_VERSION: "2", names.KEY: "new"}
        bad = Record("new", "FAILED", {**known.tags, **new}, known.params, {})
        found = table(built([*tried, *MATCHED, bad]), "unfinished")
        assert [row[0].text for row in found.rows] == ["lstm seed=0"]

    @pytest.mark.parametrize("metric", sorted(shuffled(CLEAR[0]).metrics))
    @pytest.mark.parametrize("seeds", [{0}, set(range(5))])
    def test_a_measure_that_runs_lack_is_left_out(self, metric: str, seeds: set[int]) -> None:
        """A run of another version, or one whose end was not logged in full."""
        records = []
        for known in map(shuffled, CLEAR):
            kept = {name: value for name, value in known.metrics.items() if name != metric}
            bare = known.params["cell.name"] == "gru" and known.seed in seeds
            records.append(replace(known, metrics=kept) if bare else known)
        for some in (records, records[:5] + records[5:6], records[5:]):
            document = built(some)
            assert markdown_page.render(document)
            assert document.summary

    def test_nothing_finished_is_said(self) -> None:
        bad = Record("bad", "FAILED", MATCHED[0].tags, MATCHED[0].params, {})
        assert "no finished run" in built([bad]).summary[0]

    def test_a_run_without_validation_has_a_report(self) -> None:
        known = MATCHED[0]
        params = {**known.params, "training.validation": "none"}
        bare = Record("a", "FINISHED", known.tags, params, {"test_accuracy": 0.8})
        document = built([bare])
        texts = [p for s in document.sections for block in s.blocks for p in block.paragraphs]
        assert any("not validated" in sentence or "was validated" in sentence for sentence in texts)

    def test_one_arm_has_no_comparison(self) -> None:
        assert "nothing to compare it with" in told(built(MATCHED[:3]))

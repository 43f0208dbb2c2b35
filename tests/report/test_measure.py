"""What arms are judged by: one measure a data set, the best epoch's where it can be."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from rnnbench.config.metrics import MEASURES, METRICS
from rnnbench.config.schema import ClaimConfig
from rnnbench.report.accuracy import jitters
from rnnbench.report.build import build, dataset_sections
from rnnbench.report.write import pictures
from rnnbench.results import COLUMNS
from rnnbench.results.arms import finished
from rnnbench.stats import statistic
from rnnbench.tracking.record import Record
from tests.report.records import OPTIONS, dataset, tables
from tests.report.test_build import CLEAR, column, measured, table, told
from tests.results.test_compare import arms

TESTED = "training.validation"


def both(cell: str, seed: int, best: float, last: float, **changes: str) -> Record:
    """A run that tested both weights."""
    known = measured(cell, seed, last, **changes)
    tests = {"test_accuracy_best": best, "test_accuracy_last": last}
    tests |= {"test_loss_best": 1 - best, "test_loss_last": 1 - last}
    return replace(known, metrics={**known.metrics, **tests})


def pair(best: float = 0.9, last: float = 0.8, count: int = 4, **changes: str) -> list[Record]:
    """LSTM and GRU; the GRU is the better one after the last epoch only."""
    lstm = [both("lstm", s, best + s / 1000, last + s / 1000, **changes) for s in range(count)]
    gru = [
        both("gru", s, best - 0.05 + s / 900, last + 0.05 + s / 900, **changes) for s in range(4)
    ]
    return [*lstm, *gru]


def by(records: list[Record], metric: str = "auto") -> list[str]:
    """What the sections of a report are judged by."""
    known = tables(records)
    options = OPTIONS.model_copy(update={"metric": metric})
    found = dataset_sections(finished(known.runs), known, options)
    return [one.measure.metric for one in found if one.measure is not None]


class TestChoice:
    def test_is_the_best_epoch_where_validation_is_a_split(self) -> None:
        document = build(tables(pair()), "x", OPTIONS)
        assert by(pair()) == ["test_accuracy_best"]
        assert "LSTM is better than GRU by " in told(document)
        assert "test accuracy of the best epoch" in table(document, "comparisons").note

    @pytest.mark.parametrize("validation", ["test", "none"])
    def test_is_the_last_epoch_where_it_is_the_test_set_or_there_is_none(
        self, validation: str
    ) -> None:
        runs = pair(**{TESTED: validation})
        assert by(runs) == ["test_accuracy_last"]
        assert "GRU is better than LSTM by " in told(build(tables(runs), "x", OPTIONS))

    def test_falls_back_for_all_arms_where_one_run_of_an_older_version_has_no_best(self) -> None:
        runs = pair()
        runs[0] = measured("lstm", 0, 0.8)
        other = pair(**{"training.epochs": "3", "training.batch_size": "1"})
        assert by([*runs, *other]) == ["test_accuracy_last"] * 2
        note = table(build(tables(runs), "x", OPTIONS), "comparisons").note
        assert "Some runs here are of an earlier version" in note

    def test_of_older_runs_is_what_training_test_asked_for(self) -> None:
        asked = [
            measured(cell, s, 0.8, **{"training.test": "best"})
            for cell in ("gru", "lstm")
            for s in (0, 1)
        ]
        assert by(asked) == ["test_accuracy_best"]
        assert by(CLEAR) == ["test_accuracy_last"]

    def test_is_what_was_asked_for_where_that_is_what_differs(self) -> None:
        runs = [*pair(), *pair(**{"training.test": "best"})]
        assert by(runs) == ["test_accuracy"]

    def test_is_validation_where_nothing_was_tested(self) -> None:
        runs = [replace(r, metrics={"best_val_accuracy": 0.8}) for r in CLEAR]
        assert by(runs) == ["best_val_accuracy"]
        assert by([replace(r, params={**r.params, TESTED: "test"}) for r in runs]) == []

    def test_of_an_epoch_that_the_test_set_chose_is_refused(self) -> None:
        stopped = {TESTED: "test", "training.early_stopping.patience": "2"}
        assert dataset(pair(**stopped)).pairs == ()
        bullets = build(tables(pair(**stopped)), "x", OPTIONS).sections
        assert any("chosen" in b for s in bullets for block in s.blocks for b in block.bullets)
        asked = OPTIONS.model_copy(update={"metric": "test_accuracy_best"})
        assert dataset(pair(**{TESTED: "test"}), asked).pairs == ()


class TestAskedFor:
    def test_a_loss_is_better_where_it_is_lower(self) -> None:
        options = OPTIONS.model_copy(update={"metric": "test_loss_best"})
        document = build(tables(pair()), "x", options)
        size = r"LSTM is better than GRU by 0\.0498 nats \(0\.049\d to 0\.05\d\d\)"
        assert re.search(size, told(document))
        found = table(document, "comparisons")
        assert column(found, "comparison") == ["LSTM − GRU"]
        assert str(column(found, "difference")[0]).startswith("-0.0498")
        losses = table(document, "test_loss_best")
        assert column(losses, "arm") == ["LSTM", "GRU"]
        assert [row[2].marked for row in losses.rows] == [True, False]
        assert column(losses, "best") < column(losses, "worst")

    def test_tables_have_the_digits_of_what_is_asked_for(self) -> None:
        runs = [
            replace(one, metrics={**one.metrics, "fit_seconds": 1200 + 10.0 * n})
            for n, one in enumerate(pair())
        ]
        document = build(tables(runs), "x", OPTIONS.model_copy(update={"metric": "fit_seconds"}))
        assert table(document, "fit_seconds").rows[0][2].text == "1,215.0 ± 12.9"
        assert table(document, "comparisons").rows[0][3].text == "-40.0"
        (picture,) = (p for p in pictures(document) if p.key.startswith("seeds"))
        assert picture.alt.endswith("the means are LSTM 1,215.0, GRU 1,255.0")

    def test_what_an_arm_lacks_is_no_measure_of_it(self) -> None:
        runs = [*pair()[:4], *CLEAR[5:]]
        options = OPTIONS.model_copy(update={"metric": "test_accuracy_best"})
        found = dataset(runs, options)
        assert found.pairs == ()
        assert len(found.refused) == 1
        assert "share no measure" in told(build(tables(runs), "x", options))

    def test_every_measure_is_a_column_of_the_runs_and_has_a_direction(self) -> None:
        known = {one.name for one in COLUMNS if one.source == "metric"}
        assert {name for name in MEASURES if not METRICS[name].optional} <= known
        assert {METRICS[name].better for name in MEASURES} == {"higher", "lower"}
        assert {"test_loss_best", "fit_seconds", "val_loss_rise"} <= set(MEASURES)


class TestFamilies:
    def test_span_the_sections_of_a_data_set(self) -> None:
        alone = dataset(pair()).pairs[0].result
        several = [*pair(), *pair(**{"training.epochs": "3", "training.batch_size": "1"})]
        known = tables(several)
        first, second = dataset_sections(finished(known.runs), known, OPTIONS)
        assert "All 2 comparisons on this data set are one family" in first.family
        result = first.pairs[0].result
        assert alone is not None
        assert result is not None
        assert result.difference.high > alone.difference.high
        assert len(second.pairs) == 1

    def test_by_different_measures_are_two_and_said_to_be(self) -> None:
        runs = [*pair(), *pair(**{TESTED: "test", "training.epochs": "3"})]
        known = tables(runs)
        found = dataset_sections(finished(known.runs), known, OPTIONS)
        assert sorted(by(runs)) == ["test_accuracy_best", "test_accuracy_last"]
        for one in found:
            assert "All 1 comparisons" not in one.family
            assert "another family" in one.family

    def test_hold_the_chance_of_test_samples_where_answers_are_known(self) -> None:
        rng = np.random.default_rng(7)
        rights = {
            (cell, seed): rng.random(400) < high
            for cell, high in (("lstm", 0.9), ("gru", 0.7))
            for seed in range(5)
        }
        runs = [
            both(cell, seed, float(right.mean()), 0.5) for (cell, seed), right in rights.items()
        ]
        answers = {run.run_id: right for run, right in zip(runs, rights.values(), strict=True)}
        known = replace(tables(runs), correct={"best": answers, "last": {}})
        document = build(known, "x", OPTIONS)
        note = table(document, "comparisons").note
        assert "seeds and of the 400 test samples: they speak of new data" in note
        without = table(build(tables(runs), "x", OPTIONS), "comparisons").note
        assert "speak of this test set only" in without
        other = replace(known, correct={"best": {r: ~a for r, a in answers.items()}, "last": {}})
        assert "this test set only" in table(build(other, "x", OPTIONS), "comparisons").note

    def test_do_without_answers_that_are_not_of_one_test_set(self) -> None:
        runs = [both(cell, s, 0.75, 0.5) for cell in ("lstm", "gru") for s in range(4)]

        def note(*sizes: int) -> str:
            right = {
                run.run_id: np.arange(size) % 4 > 0 for run, size in zip(runs, sizes, strict=True)
            }
            known = replace(tables(runs), correct={"best": right, "last": {}})
            return str(table(build(known, "x", OPTIONS), "comparisons").note)

        assert "of the 400 test samples" in note(*[400] * 8)
        for sizes in ([400, 200] * 4, [400] * 4 + [200] * 4, [0] * 8):
            assert "this test set only" in note(*sizes)

    def test_know_no_overlap_where_the_share_held_out_is_not_known(self) -> None:
        for share in ({}, {"training.validation_fraction": "most"}):
            drawn = {"training.split_seed": "seed", **share}
            assert dataset(pair(**drawn)).pairs[0].result is not None

    def test_do_without_numbers_that_no_training_comes_to(self) -> None:
        runs = pair(count=5)
        for run, value in zip(runs, (np.inf, 1.8e308), strict=False):
            run.metrics["test_loss_best"] = value
        options = OPTIONS.model_copy(update={"metric": "test_loss_best"})
        result = dataset(runs, options).pairs[0].result
        assert result is not None
        assert (result.n_a, result.n_b, result.n) in ((3, 4, 2), (4, 3, 2))

    def test_widen_where_every_seed_draws_its_own_split(self) -> None:
        drawn = {"training.split_seed": "seed", "training.validation_fraction": "0.2"}
        wide, plain = (dataset(pair(**changes)).pairs[0].result for changes in (drawn, {}))
        assert wide is not None
        assert plain is not None
        assert wide.difference.low < plain.difference.low


def test_jitter_is_the_spread_within_the_last_third_of_each_run() -> None:
    (arm,) = arms(CLEAR[:2]).values()
    values = {arm.run_ids[0]: [0.1, 0.2, 0.3, 0.4, 0.80, 0.84], arm.run_ids[1]: [0.5] * 6}
    history = pd.DataFrame(
        [
            {"run_id": run_id, "epoch": epoch, "val_accuracy": value}
            for run_id, several in values.items()
            for epoch, value in enumerate(several, start=1)
        ]
    )
    (found,) = jitters([arm], history, "val_accuracy")
    assert found == pytest.approx(statistic([0.80, 0.84]).sd / 2**0.5)
    assert np.isnan(jitters([arm], history[history["epoch"] < 3], "val_accuracy")).all()


def test_jitter_and_the_last_epoch_stand_beside_the_spread_over_seeds() -> None:
    found = table(build(tables(pair()), "x", OPTIONS), "test_accuracy")
    names = [one.name for one in found.columns]
    assert names[:4] == ["arm", "seeds", "mean", "last epoch"]
    assert column(found, "last epoch") == ["0.8015 ± 0.0013", "0.8517 ± 0.0014"]


def test_claims_keep_the_last_epoch_and_say_so() -> None:
    claim = ClaimConfig(
        text="GRU wins", source="1", factor="cell", a="gru", b="lstm", metric="test_accuracy"
    )
    document = build(tables(pair()), "x", OPTIONS, [claim])
    found = table(document, "claims")
    assert column(found, "measure") == ["test accuracy of the last epoch"]
    assert column(found, "verdict") == ["confirmed"]
    assert "Published tests are of the last epoch, and so are these" in found.note
    assert "LSTM is better than GRU" in told(document)


def test_a_pair_that_two_claims_are_about_is_in_their_family_once() -> None:
    claim = ClaimConfig(
        text="GRU wins", source="1", factor="cell", a="gru", b="lstm", metric="test_accuracy"
    )
    other = claim.model_copy(update={"text": "LSTM wins", "a": "lstm", "b": "gru"})
    one = table(build(tables(pair()), "x", OPTIONS, [claim]), "claims")
    both = table(build(tables(pair()), "x", OPTIONS, [claim, other]), "claims")
    assert column(both, "verdict") == ["confirmed", "refuted"]
    assert column(both, "interval")[0] == column(one, "interval")[0]

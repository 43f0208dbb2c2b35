"""A report begins with its question, and the answer in plain sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from rnnbench.config.schema import ClaimConfig
from rnnbench.report import markdown_page, page
from rnnbench.report.build import build
from rnnbench.report.document import Document, Statement
from rnnbench.report.published import System
from rnnbench.report.wording import arm_words, level_words, metric_words
from rnnbench.report.write import pictures
from rnnbench.results.frame import frame
from rnnbench.tracking.record import Record
from tests.report.records import OPTIONS, tables
from tests.report.test_baselines import baseline
from tests.report.test_build import CLEAR, measured

WORDED = {"data.num_words": "10000"}


def seeds(cell: str, values: Sequence[float], **changes: str) -> list[Record]:
    return [measured(cell, seed, value, **changes) for seed, value in enumerate(values)]


def steps(mean: float, count: int = 5, step: float = 0.001) -> list[float]:
    return [mean + seed * step for seed in range(count)]


def built(runs: list[Record], *baselines: Record) -> Document:
    return build(replace(tables(runs), baselines=frame(list(baselines))), "Report x", OPTIONS)


def said(document: Document) -> list[Statement]:
    answer = document.sections[0]
    assert answer.key == "answer"
    return [one for block in answer.blocks for one in block.statements]


ELSEWHERE = {"data.name": "other"}
OTHER = [*seeds("lstm", steps(0.88), **ELSEWHERE), *seeds("gru", steps(0.84), **ELSEWHERE)]
LSTM, GRU = seeds("lstm", steps(0.88)), seeds("gru", steps(0.84, step=0.0012))


class TestQuestion:
    def test_names_the_cells_as_the_field_does_and_in_one_order(self) -> None:
        rnn = seeds("simple_rnn", steps(0.95), **WORDED)
        runs = [*rnn, *seeds("gru", steps(0.8), **WORDED), *seeds("lstm", steps(0.7), **WORDED)]
        assert built(runs).title == "LSTM, GRU or SimpleRNN on imdb, 100 tokens?"

    @pytest.mark.parametrize(
        ("key", "values", "title"),
        [
            ("model.depth", "241", "1, 2 or 4 layers of LSTM or GRU on imdb, 100 time steps?"),
            ("optimizer.name", ("sgd", "adam"), "Adam or SGD for LSTM or GRU on imdb, "),
            ("model.dropout", ("0.2", "0.5"), "Dropout 0.2 or dropout 0.5 for LSTM or GRU on imdb"),
            ("data.maxlen", ("500", "100"), "100 or 500 time steps for LSTM or GRU on imdb?"),
        ],
    )
    def test_asks_for_what_varies_under_every_cell(
        self, key: str, values: Sequence[str], title: str
    ) -> None:
        runs = [
            run
            for cell in ("lstm", "gru")
            for value in values
            for run in seeds(cell, steps(0.8), **{key: value})
        ]
        assert built(runs).title.startswith(title)

    def test_does_not_ask_for_what_varies_under_one_cell_only(self) -> None:
        runs = [*CLEAR, *seeds("gru", steps(0.8), **{"model.depth": "2"})]
        assert built(runs).title.startswith("LSTM or GRU on ")

    def test_of_one_cell_asks_how_good_it_is(self) -> None:
        assert built(LSTM).title == "How good is LSTM on imdb, 100 time steps?"

    def test_of_several_data_sets_names_them_or_counts_them(self) -> None:
        def on(*names: str) -> str:
            parts = [
                run
                for name in names
                for cell in ("lstm", "gru")
                for run in seeds(cell, steps(0.8), **{"data.name": name})
            ]
            return built(parts).title

        assert on("imdb", "digits") == "LSTM or GRU on digits and imdb?"
        assert on("a", "b", "c", "d") == "LSTM or GRU on 4 data sets?"

    def test_names_series_after_their_files(self) -> None:
        files = [
            run
            for file in ("prices", "loads")
            for cell in ("lstm", "gru")
            for run in seeds(
                cell, steps(0.8), **{"data.name": "series", "data.path": f"/my/{file}.csv"}
            )
        ]
        assert built(files).title == "LSTM or GRU on loads and prices?"

    def test_is_not_asked_where_nothing_was_finished(self) -> None:
        assert built([]).title == "Report x"


class TestStatement:
    def test_of_a_better_arm_has_size_interval_and_what_it_means(self) -> None:
        first, *_ = said(built([*LSTM, *GRU]))
        assert re.fullmatch(
            r"LSTM is better than GRU by 4\.0 points \([34]\.\d to 4\.\d\)", first.lead
        )
        assert first.rest == ", more than the margin of 1 point; better in 5 of 5 seeds."

    def test_names_the_better_arm_first(self) -> None:
        first, *_ = said(
            built([*seeds("lstm", steps(0.8)), *seeds("gru", steps(0.9, step=0.0012))])
        )
        assert first.lead.startswith("GRU is better than LSTM by 10.0 points (")

    def test_of_equivalent_arms_says_within_what(self) -> None:
        first, *_ = said(built([*LSTM, *seeds("gru", steps(0.8806, step=0.0006))]))
        assert first.lead == "LSTM and GRU are equivalent within 1 point"
        assert re.match(r"\. (GRU|LSTM) is ahead by 0\.\d+ points", first.rest)

    def test_of_an_undecided_pair_says_who_leads_and_what_would_decide(self) -> None:
        noisy = seeds("gru", [0.80, 0.90, 0.82, 0.91, 0.85, 0.89])
        first, *_ = said(built([*seeds("lstm", steps(0.88, 6)), *noisy]))
        assert first.lead == "LSTM and GRU: undecided."
        assert re.fullmatch(
            r" LSTM is ahead by 2\.1 points \(-\d\.\d to \d\.\d\), better in 3 of 6 seeds; .+\.",
            first.rest,
        )

    def test_says_first_what_both_arms_share(self) -> None:
        deep = {"model.depth": "4"}
        runs = [*CLEAR, *seeds("lstm", steps(0.8, step=0.0012), **deep)]
        runs += seeds("gru", steps(0.7, step=0.0013), **deep)
        leads = [one.lead for one in said(built(runs))]
        assert any(lead.startswith("4 layers: LSTM is better than GRU by ") for lead in leads)
        assert any(lead.startswith("LSTM: 1 layer is better than 4 layers by") for lead in leads)

    def test_decided_ones_come_first(self) -> None:
        noisy = seeds("simple_rnn", [0.99, 0.70, 0.99, 0.70, 0.99])
        leads = [one.lead for one in said(built([*LSTM, *GRU, *noisy]))]
        assert leads[0].startswith("LSTM is better than GRU by 4.0 points")
        assert [lead.endswith("undecided.") for lead in leads[:3]] == [False, True, True]


class TestBaseline:
    def test_that_beats_every_cell_is_said_to(self) -> None:
        *_, last = said(built(CLEAR, baseline(accuracy=0.95)))
        assert last.lead == "Bag of words reaches 0.9500, better than every cell here"
        assert last.rest == " (LSTM: 0.8820; test accuracy of the last epoch)."

    def test_that_beats_the_only_cell_is_said_to(self) -> None:
        told = said(built(LSTM, baseline(accuracy=0.95)))
        assert told[0].lead == "Bag of words reaches 0.9500, better than LSTM"

    def test_below_the_best_cell_stands_beside_it(self) -> None:
        *_, last = said(built(CLEAR, baseline(accuracy=0.86), baseline("mean embedding", 0.5)))
        assert str(last) == (
            "LSTM reaches 0.8820 test accuracy of the last epoch, more than the best baseline, "
            "bag of words, with 0.8600."
        )

    def test_is_missed_where_there_is_none(self) -> None:
        *_, last = said(built(CLEAR))
        reached = "LSTM reaches 0.8820 ± 0.0016 test accuracy of the last epoch over 5 seeds"
        assert str(last).startswith(reached)
        assert "no baseline" in last.rest


def test_a_part_without_comparisons_says_what_its_arms_reach() -> None:
    told = [str(one) for one in said(built(LSTM))]
    reached = "LSTM reaches 0.8820 ± 0.0016 test accuracy of the last epoch over 5 seeds."
    assert told[0].startswith(reached)
    assert told[1].startswith("One model alone: there is nothing to compare it with.")


class TestSections:
    CLAIM = ClaimConfig(
        text="LSTM overfits", source="A textbook", a="lstm", metric="val_loss_rise", above=0.1
    )

    def document(self, *more: Record) -> Document:
        system = System("LSTM(128)", {"best_val_accuracy": 0.9}, frame(LSTM))
        return build(tables([*CLEAR, *more]), "Report x", OPTIONS, [self.CLAIM], "c", [system])

    def test_answer_first_and_come_in_one_order(self) -> None:
        assert [section.key for section in self.document().sections] == [
            "answer",
            "accuracy",
            "overfitting",
            "cost",
            "claims",
            "verdicts",
            "provenance",
        ]

    def test_have_one_heading_each(self) -> None:
        document = self.document()
        assert not any(block.title for section in document.sections for block in section.blocks)
        text = markdown_page.render(document)
        assert text.count("\n## ") == len(document.sections)
        assert "###" not in text

    def test_of_several_data_sets_name_each_below_their_own_heading(self) -> None:
        answer, together, *others = self.document(*OTHER).sections
        assert together.key == "sets"
        own = ["imdb, 100 time steps", "other, 100 time steps"]
        for section in (answer, *others[:3]):
            titles = [block.title for block in section.blocks if block.title]
            assert titles == (["Over 2 data sets", *own] if section is answer else own)

    def test_begin_with_the_differences_and_the_learning_curves(self) -> None:
        (block,) = self.document().sections[0].blocks
        assert [picture.key for picture in block.pictures] == [
            "differences_imdb",
            "learning_curves_imdb",
        ]

    def test_lead_to_how_a_verdict_comes_about(self) -> None:
        document = self.document()
        html = page.render(document, {one.key: "<svg/>" for one in pictures(document)})
        assert '<a href="#verdicts">How a verdict comes about</a>' in html
        assert "](#how-a-verdict-comes-about)" in markdown_page.render(document)

    def test_use_no_word_that_needs_the_source_code(self) -> None:
        text = markdown_page.render(self.document(*OTHER))
        prose = "\n".join(line for line in text.splitlines() if "python -m" not in line)
        internal = (
            r"meetings|val_loss|best_val|best val\b|val loss|order_changed|training\.test|_rnn|"
            r"accuracy_best"
        )
        assert re.findall(internal, prose) == []

    def test_name_the_source_of_a_claim_and_its_measure_in_words(self) -> None:
        text = markdown_page.render(self.document())
        assert "rise of the validation loss" in text
        assert "A textbook" in text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("simple_rnn", "SimpleRNN"),
        ("my_cell depth=2", "my_cell (2 layers)"),
        ("gru units=1 optimizer=sgd", "GRU (1 unit, SGD)"),
        ("mask=True buckets=none", "padding masked, random batches"),
        ("lstm activation=relu", "LSTM (activation relu)"),
    ],
)
def test_names_of_arms_are_put_in_words(name: str, words: str) -> None:
    assert arm_words(name) == words


def test_keys_without_words_of_their_own_are_shown_as_they_are() -> None:
    assert level_words("training.my_key", "3") == "my key 3"
    assert metric_words("my_metric") == "my metric"

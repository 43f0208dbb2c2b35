"""What a report says of several data sets together, on hand-made runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from rnnbench.report.build import build
from rnnbench.report.document import DataTable, Document, ReportSection
from rnnbench.report.files import csv_text
from rnnbench.report.write import pictures
from rnnbench.tracking.record import Record
from tests.report.records import OPTIONS, record, tables

NOISE = (0.0, 0.002, -0.002)


def runs(data: str, cell: str, level: float, seeds: int = 3, **changes: str) -> list[Record]:
    """The seeds of a cell on a data set, around a level."""
    changes = {"data.name": data, **changes}
    shift = 0.001 if cell == "lstm" else 0.0
    return [
        record(cell, seed, level + NOISE[seed % 3] + shift * seed, **changes)
        for seed in range(seeds)
    ]


def ahead(levels: Sequence[float], seeds: int = 3) -> list[Record]:
    """LSTM ahead of GRU by so much on each of some data sets."""
    return [
        known
        for place, difference in enumerate(levels)
        for cell, level in (("lstm", 0.8 + difference), ("gru", 0.8))
        for known in runs(f"set{place}", cell, level, seeds)
    ]


def built(records: Sequence[Record]) -> Document:
    return build(tables(list(records)), "x", OPTIONS)


def section(document: Document, key: str = "sets") -> ReportSection:
    (found,) = [one for one in document.sections if one.key == key]
    return found


def table(document: Document, key: str) -> DataTable:
    (found,) = [t for block in section(document).blocks for t in block.tables if t.key == key]
    return found


def column(found: DataTable, name: str) -> list[str]:
    place = [one.name for one in found.columns].index(name)
    return [row[place].text for row in found.rows]


def sentences(document: Document) -> list[str]:
    """What the answer says first: over all data sets."""
    first = section(document, "answer").blocks[0]
    assert first.title.startswith("Over ")
    return [str(statement) for statement in first.statements]


def has_block(document: Document) -> bool:
    return "sets" in [one.key for one in document.sections]


class TestAnswer:
    def test_it_begins_with_a_sentence_over_all_data_sets(self) -> None:
        (told,) = sentences(built(ahead([0.02, 0.01, 0.03, -0.02])))
        assert told.startswith("Over 4 data sets LSTM is ahead of GRU in 3; mean difference 1.1")
        assert told.endswith("): undecided.")

    def test_a_clear_difference_is_named_with_its_verdict(self) -> None:
        (told,) = sentences(built(ahead([0.10, 0.11, 0.10, 0.105])))
        assert told.startswith("Over 4 data sets LSTM is better than GRU by 10.5 points (9.")
        assert told.endswith("), more than the margin of 1 point; ahead in 4.")

    @pytest.mark.parametrize(
        ("levels", "words"),
        [
            ([0.008, 0.012, 0.010], "LSTM is better than GRU; how much is not clear: 1.1 points"),
            ([0.004, 0.0041, 0.0042], "sure, but it hardly matters (under the margin of 1 point)"),
        ],
    )
    def test_every_verdict_has_its_sentence(self, levels: list[float], words: str) -> None:
        (told,) = sentences(built(ahead(levels)))
        assert words in told
        assert told.endswith("ahead in 3.")

    def test_the_better_arm_is_named_first(self) -> None:
        (told,) = sentences(built(ahead([-0.10, -0.11, -0.10])))
        assert told.startswith("Over 3 data sets GRU is better than LSTM by")

    def test_equal_arms_may_be_equivalent_and_are_never_the_same(self) -> None:
        (told,) = sentences(built(ahead([0.0, 0.001, -0.001, 0.0])))
        assert "equivalent within 1 point" in told

    def test_two_data_sets_say_nothing_of_others(self) -> None:
        document = built(ahead([0.1, 0.1]))
        (told,) = sentences(document)
        assert told.endswith("mean difference 10.1 points: undecided.")
        (note,) = section(document, "answer").blocks[0].paragraphs
        assert "tell nothing of others" in note
        assert "brackets" not in note

    def test_an_interval_that_leaves_nothing_out_is_not_told(self) -> None:
        (told,) = sentences(built(ahead([0.15, -0.7, 0.15])))
        assert "points: undecided, for the data sets differ too much." in told

    def test_of_many_pairs_the_clearest_are_told(self) -> None:
        records = [
            known
            for data in ("a", "b", "c")
            for cell in ("lstm", "gru", "simple_rnn")
            for depth, level in (("1", 0.80), ("2", 0.82))
            for known in runs(data, cell, level, **{"model.depth": depth, "model.units": "32"})
        ]
        told = sentences(built(records))
        assert len(told) == 5
        assert "more comparisons over several data sets" in told[-1]


class TestLosses:
    def test_the_lower_is_better(self) -> None:
        records = [
            replace(one, metrics={**one.metrics, "test_loss": 2 - one.metrics["best_val_accuracy"]})
            for one in ahead([0.02, 0.03, 0.01, 0.02, 0.02, 0.03])
        ]
        options = OPTIONS.model_copy(update={"metric": "test_loss"})
        document = build(tables(records), "x", options)
        (told,) = sentences(document)
        assert told.startswith("Over 6 data sets LSTM is better than GRU by 0.02")
        assert told.endswith("ahead in 6.")
        assert column(table(document, "data_sets_differences"), "mean difference")[0][0] == "-"
        assert column(table(document, "ranks"), "average rank") == ["1.00", "2.00"]
        first = table(document, "data_sets").rows[0]
        assert [cell.marked for cell in first] == [False, True, False]
        assert column(table(document, "data_sets_iqm"), "arm") == ["LSTM", "GRU"]


class TestWhereThereIsNothingToTell:
    def test_one_data_set_has_no_such_block(self) -> None:
        assert not has_block(built(ahead([0.01])))

    def test_parts_of_one_data_set_are_one(self) -> None:
        records = [
            known
            for limit in ("100", "200", "300")
            for cell in ("lstm", "gru")
            for known in runs("imdb", cell, 0.8, **{"data.limit": limit})
        ]
        assert not has_block(built(records))

    def test_arms_that_are_on_one_data_set_each_are_not_compared(self) -> None:
        assert not has_block(built([*runs("a", "lstm", 0.8), *runs("b", "gru", 0.8)]))

    def test_no_finished_run_has_no_such_block(self) -> None:
        assert not has_block(built([]))


class TestSection:
    def test_it_stands_after_the_answer(self) -> None:
        keys = [one.key for one in built(ahead([0.02, 0.01])).sections]
        assert keys[:2] == ["answer", "sets"]

    def test_data_sets_are_rows_and_arms_columns(self) -> None:
        found = table(built(ahead([0.02, -0.01, 0.03])), "data_sets")
        assert [one.name for one in found.columns] == ["data set", "LSTM", "GRU"]
        assert column(found, "data set") == ["set0", "set1", "set2"]
        assert column(found, "GRU") == ["0.8000 ± 0.0020"] * 3
        assert [row[1].marked for row in found.rows] == [True, False, True]
        assert [row[2].marked for row in found.rows] == [False, True, False]

    def test_an_arm_that_a_data_set_lacks_is_a_gap(self) -> None:
        records = [*ahead([0.02, 0.01]), *runs("set2", "lstm", 0.8), *runs("set2", "gru", 0.8)]
        records += [*runs("set0", "simple_rnn", 0.7), *runs("set1", "simple_rnn", 0.7)]
        document = built(records)
        assert column(table(document, "data_sets"), "SimpleRNN")[2] == "–"
        found = table(document, "data_sets_differences")
        assert dict(zip(column(found, "comparison"), column(found, "data sets"), strict=True)) == {
            "LSTM − GRU": "3",
            "GRU − SimpleRNN": "2",
            "LSTM − SimpleRNN": "2",
        }
        assert column(table(document, "data_sets_iqm"), "arm") == ["LSTM", "GRU"]

    def test_arms_without_a_data_set_in_common_have_no_runs_together(self) -> None:
        records = [*ahead([0.02, 0.01])]
        for data in ("set3", "set4"):
            records += [*runs(data, "simple_rnn", 0.8), *runs(data, "gru_reset_before", 0.8)]
        document = built(records)
        keys = [t.key for block in section(document).blocks for t in block.tables]
        assert keys == ["data_sets", "data_sets_differences"]

    def test_several_protocols_of_a_data_set_count_once(self) -> None:
        twice = [*ahead([0.02, 0.01]), *runs("set0", "lstm", 0.84, **{"data.test_limit": "50"})]
        twice += runs("set0", "gru", 0.8, **{"data.test_limit": "50"})
        document = built(twice)
        rows = column(table(document, "data_sets"), "data set")
        assert len(rows) == 3
        assert "set1" in rows
        found = table(document, "data_sets_differences")
        assert column(found, "data sets") == ["2"]
        # (0.02 + 0.04) / 2 on the first and 0.01 on the second, and 0.001 by seed.
        assert column(found, "mean difference") == ["+0.0210"]
        assert "counts once" in found.note

    def test_one_seed_has_means_and_no_intervals(self) -> None:
        document = built(ahead([0.02, 0.01, 0.03], seeds=1))
        assert column(table(document, "data_sets_iqm"), "IQM 95 %") == ["–", "–"]
        assert column(table(document, "data_sets_differences"), "data sets") == ["3"]

    def test_failed_seeds_are_told(self) -> None:
        records = ahead([0.02, 0.01, 0.03])
        records[0] = replace(records[0], status="FAILED", metrics={})
        assert "did not fail" in table(built(records), "data_sets").note

    def test_own_arrays_are_told_apart_by_their_contents(self) -> None:
        first, second = (
            [
                replace(known, tags={**known.tags, "rnnbench.data_digest": digest * 8})
                for cell, level in (("lstm", 0.82), ("gru", 0.8))
                for known in runs("arrays", cell, level, **{"data.path": digest})
            ]
            for digest in ("ab", "cd")
        )
        rows = column(table(built([*first, *second]), "data_sets"), "data set")
        assert rows == ["arrays abababab", "arrays cdcdcdcd"]


class TestRanks:
    def test_need_six_data_sets_not_six_parts_of_one(self) -> None:
        few, many = built(ahead([0.02] * 5)), built(ahead([0.02] * 6))
        assert "ranks" not in [picture.key for picture in pictures(few)]
        found = table(many, "ranks")
        assert column(found, "arm") == ["LSTM", "GRU"]
        assert column(found, "average rank") == ["1.00", "2.00"]
        assert "Over 6 data sets" in found.note
        parts = [
            known
            for cell in ("lstm", "gru")
            for known in runs("set0", cell, 0.8, **{"data.test_limit": "50"})
        ]
        assert table(built([*ahead([0.02] * 6), *parts]), "ranks").note == found.note


def test_the_figures_are_drawn_the_same_each_time(tmp_path: Path) -> None:
    drawn = []
    for number in range(2):
        found = pictures(built(ahead([0.02, 0.01, -0.03, 0.0, 0.01, 0.02])))
        own = [one for one in found if one.key.startswith("data_sets") or one.key == "ranks"]
        for picture in own:
            picture.save([tmp_path / f"{picture.key}{number}.svg"])
        assert [one.key for one in own] == [
            "data_sets_differences",
            "ranks",
            "data_sets_profiles",
        ]
        drawn.append([(tmp_path / f"{one.key}{number}.svg").read_bytes() for one in own])
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("key", ["data_sets", "data_sets_differences", "data_sets_iqm", "ranks"])
def test_tables_are_files_with_distinct_headings(key: str) -> None:
    head = csv_text(table(built(ahead([0.02] * 6)), key)).splitlines()[0].split(",")
    assert len(set(head)) == len(head)

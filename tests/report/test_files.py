"""Tables as CSV, read back by the csv module."""

from __future__ import annotations

import csv
import io
import math
import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnbench.report.build import build
from rnnbench.report.document import (
    DataTable,
    TableCell,
    TableColumn,
    interval,
    number,
    signed,
    spread,
    text,
)
from rnnbench.report.files import csv_text
from rnnbench.report.snapshot import read_snapshot
from rnnbench.report.write import data_tables
from rnnbench.stats import Statistic
from tests.conftest import ROOT
from tests.report.records import OPTIONS

WORDS = st.text(st.characters(codec="utf-8"))
NUMBERS = st.floats(allow_nan=False)


def table(
    *rows: tuple[TableCell, ...], columns: tuple[TableColumn, ...] = (), **changes: object
) -> DataTable:
    columns = columns or (TableColumn("arm", numeric=False), TableColumn("accuracy"))
    return DataTable("t", "Title", columns, rows, **changes)  # type: ignore[arg-type]


def read(made: DataTable) -> list[list[str]]:
    return list(csv.reader(io.StringIO(csv_text(made), newline="")))


class TestCsv:
    @settings(max_examples=50, deadline=None)
    @given(st.lists(st.tuples(WORDS, NUMBERS, WORDS), max_size=4), WORDS)
    def test_reads_back_as_it_was(self, entries: list[tuple[str, float, str]], name: str) -> None:
        columns = (
            TableColumn(name, numeric=False),
            TableColumn("n"),
            TableColumn("w", numeric=False),
        )
        rows = [(text(a), TableCell("shown", b), text(c)) for a, b, c in entries]
        head, *found = read(table(*rows, columns=columns))
        assert all(one.isidentifier() for one in head)
        assert len(found) == len(entries)
        for (a, b, c), row in zip(entries, found, strict=True):
            assert row[0].replace("'", "") == a.replace("'", "")
            assert float(row[1]) == b
            assert row[2].replace("'", "") == c.replace("'", "")

    @settings(max_examples=50, deadline=None)
    @given(st.lists(WORDS))
    def test_of_one_column_reads_back(self, entries: list[str]) -> None:
        made = table(
            *((text(word),) for word in entries), columns=(TableColumn("w", numeric=False),)
        )
        assert [row[0].replace("'", "") for row in read(made)[1:]] == [
            word.replace("'", "") for word in entries
        ]

    @pytest.mark.parametrize("formula", ["=1+1", "+A1", "-2+3", "@SUM(A1)", "＝1", "－1"])
    @pytest.mark.parametrize(
        "before",
        ["", " ", "\t", "\r", "\n", ";", "a;", "a; ", "\u200b", "\ufeff", "a\t", 'a;"', "a\n"],
    )
    def test_holds_no_formula(self, before: str, formula: str) -> None:
        """Whatever a spreadsheet takes for the delimiter."""
        word = f"{before}{formula}"
        columns = (TableColumn(word, numeric=False), TableColumn("n"))
        made = csv_text(table((text(word), number(-0.5)), columns=columns, runs=((word,),)))
        fields = re.split("[,;\t\r\n|]", made)
        starts = [re.sub('^[\\s\u200b\ufeff"]+', "", field) for field in fields]
        assert [start for start in starts if start[:1] in tuple("=+-@＝－")] == ["-0.5"]

    @settings(max_examples=50, deadline=None)
    @given(st.sampled_from("=+-@\t\r＝"), WORDS)
    def test_guards_a_formula_by_one_apostrophe_before_it(self, start: str, rest: str) -> None:
        word = f"{start}x{rest}"
        found = read(table((text(word),), columns=(TableColumn("w", numeric=False),)))[1][0]
        assert found.startswith(f"'{start}x")
        assert found.replace("'", "") == word.replace("'", "")

    @pytest.mark.parametrize("written", ["-0.5", "-1e-05", "+3", "12"])
    def test_leaves_numbers_that_are_text_alone(self, written: str) -> None:
        assert read(table((text("gru"), text(written))))[1] == ["gru", written]

    def test_leaves_negative_numbers_alone(self) -> None:
        assert read(table((text("gru"), signed(-0.25))))[1] == ["gru", "-0.25"]

    def test_has_raw_values_and_nothing_for_what_is_missing(self) -> None:
        rows = (
            (text("gru"), number(1 / 3, 2, marked=True)),
            (text("lstm"), number(131_208.0)),
            (text(None), interval(math.nan, 1.0)),
            (text("rnn"), TableCell("nan", math.nan)),
            (text("inf"), TableCell("inf", math.inf)),
        )
        assert csv_text(table(*rows)) == (
            f"arm,accuracy\ngru,{1 / 3!r}\nlstm,131208\n,\nrnn,\ninf,inf\n"
        )

    def test_has_the_numbers_of_a_spread_and_of_an_interval_apart(self) -> None:
        rows = ((text("gru"), spread(Statistic(0.9, 0.01, 2))), (text("lstm"), interval(0.8, 0.9)))
        assert read(table(*rows)) == [
            ["arm", "accuracy", "accuracy_sd", "accuracy_to"],
            ["gru", "0.9", "0.01", ""],
            ["lstm", "0.8", "", "0.9"],
        ]

    def test_names_the_runs_of_each_row(self) -> None:
        made = table((text("gru"), number(1.0)), (text("x"), number(2.0)), runs=(("a", "b"), ()))
        assert read(made) == [["arm", "accuracy", "run_ids"], ["gru", "1", "a b"], ["x", "2", ""]]

    def test_wants_runs_for_each_row_or_none(self) -> None:
        with pytest.raises(ValueError, match="shorter"):
            csv_text(table((text("gru"), number(1.0)), (text("x"), number(2.0)), runs=(("a",),)))


def headings(*columns: TableColumn) -> list[str]:
    return read(table(columns=columns))[0]


class TestHeadings:
    @pytest.mark.parametrize(
        ("heading", "names"),
        [
            ("P(A>B)", ["p_a_b"]),
            ("p, Holm", ["p_holm"]),
            ("failed, %", ["failed_percent"]),
            ("IQM 95 %", ["iqm_lo", "iqm_hi"]),
            ("lowest to highest 97.5 %", ["lowest", "highest"]),
            ("mean", ["mean_value"]),
            ("class", ["class_value"]),
            ("8 trials", ["column_8_trials"]),
            ("", ["column"]),
            ("été", ["ete"]),
            ("模型", ["column"]),
            ("=1+1", ["column_1_1"]),
            ("optimizer.learning_rate", ["optimizer_learning_rate"]),
        ],
    )
    def test_are_names(self, heading: str, names: list[str]) -> None:
        assert headings(TableColumn(heading)) == names

    def test_of_an_interval_alone_take_the_name_before_it(self) -> None:
        columns = (TableColumn("accuracy", key="test_accuracy_mean"), TableColumn("95 %"))
        assert headings(*columns) == [
            *("test_accuracy_mean", "test_accuracy_sd"),
            *("test_accuracy_lo", "test_accuracy_hi"),
        ]

    def test_are_the_same_without_a_second_seed(self) -> None:
        columns = (TableColumn("arm", numeric=False), TableColumn("mean", key="test_accuracy_mean"))
        one = read(table((text("gru"), spread(Statistic(0.9, math.nan, 2))), columns=columns))
        assert one == [["arm", "test_accuracy_mean", "test_accuracy_sd"], ["gru", "0.9", ""]]

    def test_are_unique(self) -> None:
        assert headings(TableColumn("a b"), TableColumn("a_b"), TableColumn("a  b")) == [
            "a_b",
            "a_b_2",
            "a_b_3",
        ]

    def test_of_a_report_are_attributes_and_words_of_queries_in_pandas(self) -> None:
        kept = read_snapshot(ROOT / "reports" / "optimizers")
        made = data_tables(build(kept, "x", OPTIONS))
        keys = {"imdb_test_accuracy", "imdb_comparisons", "search_expected_best", "provenance"}
        assert keys <= {one.key for one in made}
        for one in made:
            found = pd.read_csv(io.StringIO(csv_text(one)))
            for name in found.columns:
                assert re.fullmatch("[a-z][a-z0-9_]*", name), (one.key, name)
                assert getattr(found, name) is not None
                assert isinstance(getattr(found, name), pd.Series), (one.key, name)
                assert len(found.query(f"{name} == {name}")) == found[name].notna().sum()
        (accuracy,) = (one for one in made if one.key == "imdb_test_accuracy")
        assert list(pd.read_csv(io.StringIO(csv_text(accuracy))).columns) == [
            *("arm", "seeds", "test_accuracy_mean", "test_accuracy_sd"),
            *("last_epoch_mean", "last_epoch_sd", "jitter"),
            *("test_accuracy_iqm", "test_accuracy_best_seed", "test_accuracy_worst_seed"),
            "run_ids",
        ]

"""Tables fit a terminal of any width: columns give way, words and numbers do not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnbench.cli.summaries import answer, by_arm, sweep_table
from rnnbench.formatting.tables import MISSING, Table
from rnnbench.formatting.wrapping import wrapped
from rnnbench.tracking.record import Record
from tests.conftest import Run
from tests.printed import assert_fits, printed_rows
from tests.report.records import record

WIDTHS = range(40, 201)
DIGITS = ("data=digits", "data.limit=60", "data.test_limit=20")
LONG = "gru_reset_before optimizer.learning_rate=0.001 model.depth=2"

# Commands that print tables and train no network; the suite's others are checked where they run.
COMMANDS = {
    "plan": (
        "plan",
        "+cell=gru,gru_reset_before",
        "optimizer.learning_rate=0.001",
        "seeds=2",
        *DIGITS,
    ),
    "plan of a search": ("plan", "+cell=lstm", "search=random", "search.n_trials=2", *DIGITS),
    "match": ("match", "match=lstm:128", "model.depth=1,2", *DIGITS),
    "explain": ("explain", "+cell=gru", "model.units=128"),
    "explain with a peephole": ("explain", "+cell=lstm_peephole", "model.units=128"),
    "data": ("data", "data=digits"),
    "data of text": ("data", "data=reviews"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_what_commands_print_fits_every_terminal(
    name: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables: list[Table] = []
    text = Table.text

    def record_and_lay_out(table: Table, width: int | None = None) -> str:
        tables.append(table)
        return text(table, width)

    with monkeypatch.context() as patch:
        patch.setattr(Table, "text", record_and_lay_out)
        answered = run(*COMMANDS[name])
    assert answered.status == 0, answered.err
    assert tables
    for table in tables:
        for width in WIDTHS:
            assert_fits(table, width)


def arms() -> dict[str, list[Record]]:
    runs = [record("lstm", seed, 0.81 + seed / 100) for seed in range(3)]
    runs += [record("gru", seed, 0.8 + seed / 100) for seed in range(3)]
    runs = [
        replace(one, metrics={**one.metrics, "test_accuracy": 0.8123, "fit_seconds": 9.87})
        for one in runs
    ]
    return by_arm((LONG if one.params["cell.name"] == "gru" else "lstm", one) for one in runs)


def test_the_table_of_a_sweep_fits() -> None:
    table = sweep_table(arms())
    for width in WIDTHS:
        assert_fits(table, width)


def test_the_important_columns_of_a_sweep_stay_longest() -> None:
    table = sweep_table(arms())
    (first, *_), *_ = printed_rows(table.text(200))
    assert first == "lstm"
    narrow = table.text(80)
    assert all(head in narrow.split("Not shown")[0] for head in ("seeds", "test"))
    assert "Not shown: " in narrow
    assert "Not shown" not in table.text()
    assert "Not shown" not in table.text(200)


def test_columns_without_a_value_are_left_out_first() -> None:
    table = Table("t", ("arm", "a", "b"), (("x", "12345678", MISSING),), optional=("a", "b"))
    assert "Not shown: b." in table.text(14)


numbers = st.text(st.sampled_from("1.–-"), max_size=9)
cells = st.text(st.sampled_from("ab1.=_/ 界é-"), max_size=30)


@settings(deadline=None)
@given(st.lists(st.tuples(cells, cells, numbers), min_size=1, max_size=4), st.integers(40, 200))
def test_any_table_fits(rows: list[tuple[str, str, str]], width: int) -> None:
    heads = ("first one", "some words", "a number")
    assert_fits(Table("A title of some words", heads, tuple(rows), words=heads[1:2]), width)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("gru model.depth=2", ["gru model.", "  depth=2"]),
        ("gru_reset_before", ["gru_reset_", "  before"]),
        ("rate=0.00012345", ["rate=", "  0.00012345"]),
        ("shorter", ["shorter"]),
    ],
)
def test_names_end_their_lines_at_joints(text: str, lines: list[str]) -> None:
    assert wrapped(text, 10) == lines


def test_the_answer_of_a_sweep_names_means_and_no_winner() -> None:
    told = answer(arms())
    assert told.startswith("Test accuracy over 3 seeds: lstm 0.")
    assert "±" in told
    assert "better" not in told
    untested = answer({"lstm": [record("lstm", 0, 0.8)]})
    assert untested == "Best validation accuracy over 1 seed: lstm 0.800."
    assert answer({}) == ""

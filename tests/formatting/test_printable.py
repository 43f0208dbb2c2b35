"""Control characters in names, reasons and paths are shown, never obeyed."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnbench.cli
from rnnbench.cli import console
from rnnbench.formatting.printable import all_printable, printable
from rnnbench.formatting.tables import Table
from rnnbench.report.build import build
from rnnbench.report.published import System
from rnnbench.report.write import write_report
from rnnbench.results.frame import frame
from rnnbench.tracking import names
from rnnbench.tracking.record import Record
from tests.report.records import MATCHED, OPTIONS, record, tables

# Clears a screen, rings, sets a title, turns text around, and is no UTF-8.
HOSTILE = "\x1b[2J\x07\x9b31m\x1b]0;mine\x07\u202egnp\udcff\r"


def unseen(text: str) -> set[str]:
    return {c for c in text if unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\n"}


@given(st.text(st.characters()))
def test_no_control_character_is_left(text: str) -> None:
    shown = printable(text)
    assert not unseen(shown)
    assert printable(shown) == shown
    shown.encode()


def test_ordinary_text_stays() -> None:
    text = "gru model.units=8\n\tnaïve − ± 日本語 \\x1b \u200d"
    assert printable(text) == text
    assert printable("\x1b[31m") == r"\x1b[31m"


class Named(NamedTuple):
    text: str
    count: int


@dataclass(frozen=True)
class Whole:
    parts: tuple[Named, ...]


def test_records_within_records_keep_their_class() -> None:
    assert all_printable(Whole((Named("\x1b", 1),))) == Whole((Named(r"\x1b", 1),))
    assert isinstance(all_printable(Whole((Named("\x1b", 1),))).parts[0], Named)
    ordinary = Whole((Named("gru", 1),))
    assert all_printable(ordinary) is ordinary


def test_reports_show_them(tmp_path: Path) -> None:
    stored = HOSTILE.replace("\udcff", "")  # which no table holds
    runs = [record(cell, s, 0.8, **{"a.b": cell + stored}) for cell in "xy" for s in range(3)]
    runs += [record("x", s, 0.8, **{"a.b": stored}) for s in range(3)]
    tags = {names.REASON: stored, names.COMMAND: stored}
    runs.append(Record("bad", "FAILED", {**MATCHED[0].tags, **tags}, MATCHED[0].params, {}))
    published = (System(HOSTILE, {HOSTILE: 0.5}, frame([])),)
    made = build(tables(runs), HOSTILE, OPTIONS, (), HOSTILE, published)
    write_report(made, tables([]), tmp_path / "report")
    files = [path for path in (tmp_path / "report").rglob("*") if path.suffix != ".png"]
    texts = [path for path in files if path.suffix in (".html", ".md", ".csv", ".tex", ".svg")]
    assert len(texts) > 10
    assert [path.name for path in texts if unseen(path.read_text("utf-8"))] == []
    assert r"\\x1b\[2J" in (tmp_path / "report" / "report.md").read_text("utf-8")


@pytest.mark.parametrize("rows", [1, 500])
def test_tables_on_a_terminal_show_them(rows: int) -> None:
    made = Table(HOSTILE, (HOSTILE, "n"), ((HOSTILE, "1"),) * rows, HOSTILE)
    shown = console.stdout()
    shown.file = io.StringIO()
    console.show(made, shown)
    shown.print(HOSTILE, markup=False)
    assert not unseen(shown.file.getvalue())
    assert r"\x1b[2J" in shown.file.getvalue()


def test_errors_show_them(capfd: pytest.CaptureFixture[str]) -> None:
    assert rnnbench.cli.run(["plan", "+cell=gru", "data=csv", f"data.path='{HOSTILE[:9]}'"]) == 2
    assert not unseen(capfd.readouterr().err)

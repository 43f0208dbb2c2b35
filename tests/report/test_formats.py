"""In which formats a report is written: ``report NAME formats=...``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rnnbench.report.build import build
from rnnbench.report.formats import FORMATS, chosen_formats
from rnnbench.report.write import pictures, write_report
from tests.conftest import ROOT, Run
from tests.report.records import MATCHED, OPTIONS, tables

TABLES = tables(MATCHED)
DOCUMENT = build(TABLES, "A report", OPTIONS)
WORDS = ("report", "some", f"report.source={ROOT / 'reports' / 'text_simple_rnn50_vectors'}")


def suffixes(folder: Path) -> set[str]:
    return {path.suffix for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (None, ("csv", "svg")),
        ("all", FORMATS),
        ("", ()),
        ("none", ()),
        ("pdf,csv", ("csv", "svg", "pdf")),
        ("tex", ("tex", "svg")),
        ("svg", ("svg",)),
    ],
)
def test_formats_are_those_that_are_named(text: str | None, named: tuple[str, ...]) -> None:
    assert chosen_formats(text) == named


def test_a_report_without_formats_has_the_figures_of_its_answer_and_links_the_others(
    tmp_path: Path,
) -> None:
    write_report(DOCUMENT, TABLES, tmp_path / "x", ())
    assert suffixes(tmp_path) == {".html", ".md", ".svg", ".parquet"}
    text = (tmp_path / "x" / "report.md").read_text("utf-8")
    page = (tmp_path / "x" / "index.html").read_text("utf-8")
    files = {f"(figures/{svg.name})" for svg in (tmp_path / "x" / "figures").iterdir()}
    assert files == set(re.findall(r"\(figures/.*?\)", text))
    assert {name.split("_")[0] for name in files} == {"(figures/differences", "(figures/learning"}
    linked = re.findall(r"^Figure on the page: \[.+\]\(index\.html#(.+)\)$", text, re.MULTILINE)
    assert len(files) + len(linked) == len(pictures(DOCUMENT)) == page.count("<figure")
    assert all(f' id="{anchor}"' in page for anchor in linked)
    for svg in (tmp_path / "x" / "figures").iterdir():
        assert "data-" not in svg.read_text("utf-8")  # what only the page's script reads
    assert "data-told" in page
    write_report(DOCUMENT, TABLES, tmp_path / "y", ("svg",))
    text = (tmp_path / "y" / "report.md").read_text("utf-8")
    assert len(re.findall(r"\(figures/.*?\)", text)) == len(pictures(DOCUMENT))
    assert "index.html" not in text


def test_what_was_not_asked_for_this_time_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    write_report(DOCUMENT, TABLES, folder)
    assert suffixes(folder) == {".html", ".md", ".parquet", *(f".{name}" for name in FORMATS)}
    (folder / "notes.txt").write_text("mine")
    whole = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    figures = set((folder / "figures").glob("*.svg"))
    write_report(DOCUMENT, TABLES, folder, ("csv",))
    assert suffixes(folder) == {".html", ".md", ".svg", ".parquet", ".csv", ".txt"}
    write_report(DOCUMENT, TABLES, folder, ("svg",))
    assert suffixes(folder) == {".html", ".md", ".svg", ".parquet", ".txt"}
    assert not (folder / "tables").exists()
    # Neither the page nor anything else beside it says in which formats it was written.
    assert {path: path.read_bytes() for path in folder.iterdir() if path.is_file()} == whole
    write_report(DOCUMENT, TABLES, folder, ())
    assert set((folder / "figures").iterdir()) < figures
    assert (folder / "index.html").read_bytes() == whole[folder / "index.html"]


@pytest.mark.slow
def test_report_says_what_it_wrote_and_what_comes_next(run: Run, work_dir: Path) -> None:
    answer = run(*WORDS, "formats=csv")
    assert answer.status == 0, answer.err
    assert answer.out == "reports/some/index.html\n"
    said = answer.err.splitlines()
    assert said[0].endswith("runs.parquet, without a store")
    assert said[1].startswith("beside it: report.md, ")
    assert said[1].endswith("tables (csv)")
    assert said[2] == "Next: open the page in a browser (--open does)"
    assert "formats=tex,png,pdf adds files" in run(*WORDS).err
    folder = work_dir / "reports" / "some"
    assert "formats=" not in (folder / "report.md").read_text("utf-8")
    assert suffixes(folder) == {".html", ".md", ".svg", ".parquet", ".csv"}

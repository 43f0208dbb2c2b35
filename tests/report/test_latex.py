"""Tables as LaTeX: text that stays text, numbers as mathematics, and what pdfLaTeX makes of it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

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
from rnnbench.report.latex import latex_text
from rnnbench.report.write import data_tables
from rnnbench.stats import Statistic
from tests.report.records import MATCHED, OPTIONS, tables

WORDS = st.text(st.characters(codec="utf-8"))
HOSTILE = (
    r"\input{/etc/passwd} \end{table} \write18{ls}",
    "50% of $5 & #1 {a} ~b ^c _d \\ \" ' ` < > | [x] * -- ---",
    "été Łódź ß Ångström ﬁ",
    "模型 модель λ 😀 \u202e\u200b\x1b[31m\x00 ∑ €",
    "x" * 200,
    "many words " * 30,
    "",
)


def table(
    *rows: tuple[TableCell, ...], columns: tuple[TableColumn, ...] = (), **changes: object
) -> DataTable:
    columns = columns or (TableColumn("arm", numeric=False), TableColumn("accuracy"))
    return DataTable("t_1", "Title", columns, rows, **changes)  # type: ignore[arg-type]


def body(made: DataTable) -> list[str]:
    """The rows between the rules, heads first."""
    return [line for line in latex_text(made).splitlines() if line.endswith(r" \\")]


def test_is_a_table_with_rules_caption_and_label() -> None:
    columns = (TableColumn("arm", numeric=False), TableColumn("accuracy", "of 10 %"))
    rows = (
        (text("gru"), spread(Statistic(0.9, 0.01, 2), marked=True)),
        (text("lstm"), number(None)),
    )
    assert latex_text(table(*rows, columns=columns, note="On imdb.")).splitlines() == [
        r"% In the preamble: \usepackage{booktabs}",
        r"% In the text: \input{t_1}, with the folder before it",
        "% accuracy: of 10 %",
        r"\begin{table}",
        r"\centering",
        r"\small",
        r"\caption[Title]{Title. On imdb.}",
        r"\label{tab:t-1}",
        r"\smallskip",
        r"\begin{tabular}{@{}lr@{}}",
        r"\toprule",
        r"arm & accuracy \\",
        r"\midrule",
        r"gru & $\mathbf{0.9000 \pm 0.0100}$ \\",
        r"lstm & -- \\",
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (spread(Statistic(0.85627, 0.0121, 2)), r"$0.8563 \pm 0.0121$"),
        (interval(-0.0015, 0.0283), "$[-0.0015, 0.0283]$"),
        (signed(-0.5), "$-0.5000$"),
        (signed(0.5), "$+0.5000$"),
        (number(1_411_363, 0), "$1{,}411{,}363$"),
        (TableCell("7.06e-01", 0.706), r"$7.06 \times 10^{-1}$"),
        (TableCell("< 1e-38", 0.0), "$< 10^{-38}$"),
        (TableCell("1.5e+300", 1.5e300), r"$1.5 \times 10^{300}$"),
        (number(0.5, marked=True), r"$\mathbf{0.5000}$"),
        (TableCell("3 of 5", 3.0), "3 of 5"),
        (TableCell("over 1e-3", 0.01), "over 1e-3"),
        (text("-0.5"), "-0.5"),
        (TableCell("gru", "gru", marked=True), r"\textbf{gru}"),
    ],
)
def test_numbers_are_mathematics_and_words_are_not(cell: TableCell, shown: str) -> None:
    assert body(table((text("x"), cell)))[1] == rf"x & {shown} \\"


def test_a_mean_without_spread_stands_below_those_that_have_one() -> None:
    made = body(table((text("a"), spread(Statistic(0.9, 0.01, 2))), (text("b"), number(0.5))))
    assert made[2] == r"b & $0.5000\phantom{{} \pm 0.0100}$ \\"


@pytest.mark.parametrize(
    ("word", "escaped"),
    [
        (r"\input{x}", r"\textbackslash{}input\{x\}"),
        ("50% & $5 #1 a_b", r"50\% \& \$5 \#1 a\_b"),
        ("~^<>|", r"\textasciitilde{}\textasciicircum{}\textless{}\textgreater{}\textbar{}"),
        ("a ± b – c × d − e", r"a $\pm$ b -- c $\times$ d $-$ e"),
        ("[2em] *", "{[}2em{]} {*}"),
        ("--flag ---", "-{}-flag -{}-{}-"),
        ("a\n\nb\r%c\u202e\0", r"a b \%c"),
        ("été ß", "été ß"),
        ("λ", r"\texttt{U+03BB}"),
    ],
)
def test_commands_are_text(word: str, escaped: str) -> None:
    columns = (TableColumn(word, numeric=False),)
    assert body(table((text(word),), columns=columns)) == [rf"{escaped} \\"] * 2


@settings(max_examples=50, deadline=None)
@given(WORDS)
def test_rows_and_braces_stay_whole(word: str) -> None:
    made = table((text(word), TableCell(word, word, marked=True)))
    assert len(body(made)) == 2
    row = body(made)[1]
    bare = re.sub(r"\\[{}&%$#_]", "", row)
    assert bare.count("&") == 1
    assert bare.count("{") == bare.count("}")
    assert bare.count("$") % 2 == 0
    assert not set("%#_^~<>|") & set(bare)
    commands = set(re.findall(r"\\([a-zA-Z]+)", bare))
    assert {name for name in commands if not name.startswith("text")} <= {
        *("pm", "times", "cdot", "leq", "geq", "approx", "to", "Delta", "ldots")
    }


def test_a_heading_is_not_much_wider_than_its_column() -> None:
    columns = (TableColumn("arm", numeric=False), TableColumn("rise of validation loss, %"))
    head = body(table((text("x"), number(1.0)), columns=columns))[0]
    assert head == r"arm & \shortstack[r]{rise of\\validation\\loss, \%} \\"


def test_what_is_long_or_wide_fits_the_page() -> None:
    columns = (TableColumn("arm", numeric=False), *(TableColumn(f"n{n}") for n in range(12)))
    row = (text("gru"), *(number(n / 7) for n in range(12)))
    wide = latex_text(table(row, columns=columns))
    assert wide.startswith("% In the preamble: \\usepackage{booktabs,graphicx}\n")
    assert r"\resizebox" in wide
    long = latex_text(table(*((text("gru"), number(1.0)),) * 60))
    assert long.startswith("% In the preamble: \\usepackage{booktabs,longtable}\n")
    assert r"\begin{longtable}" in long
    assert r"p{" in latex_text(table((text("several words " * 9), number(1.0))))


def test_repeats_byte_for_byte() -> None:
    made = table((text("gru"), number(0.5)))
    assert latex_text(made) == latex_text(made)


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="needs pdflatex")
def test_pdflatex_sets_the_tables_of_a_report_and_hostile_names(tmp_path: Path) -> None:
    made = list(data_tables(build(tables(MATCHED), "x", OPTIONS)))
    made += [
        DataTable(
            f"hostile_{number_}",
            word,
            (TableColumn(word, word, numeric=False), TableColumn(word)),
            (
                (text(word), spread(Statistic(0.9, 0.01, 2))),
                (TableCell(word, word, marked=True), number(None)),
            )
            * rows,
            word,
        )
        for number_, word in enumerate(HOSTILE)
        for rows in (1, 30)
    ]
    for position, one in enumerate(made):
        (tmp_path / f"{position}.tex").write_text(latex_text(one), encoding="utf-8")
    inputs = "\n".join(rf"\input{{{position}}}\clearpage" for position in range(len(made)))
    (tmp_path / "paper.tex").write_text(
        "\\documentclass{article}\n\\usepackage{booktabs,array,graphicx,longtable}\n"
        f"\\begin{{document}}\n\\listoftables\n{inputs}\n\\end{{document}}\n"
    )
    words = ("pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "paper.tex")
    for _ in range(2):  # the second time with the list of tables
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, timeout=60)
        said = done.stdout.decode(errors="replace")
        assert done.returncode == 0, [line for line in said.splitlines() if line[:1] == "!"]
    assert (tmp_path / "paper.pdf").read_bytes().startswith(b"%PDF")

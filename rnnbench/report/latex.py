"""A table of a report as LaTeX that a paper takes as it is: booktabs, a caption and a label."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rnnbench.formatting.wrapping import wrapped
from rnnbench.report.document import DataTable, TableCell

_ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
    '"': "''",
    # After the end of a row these would be arguments of it, in a caption the end of one.
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
    "±": r"$\pm$",
    "×": r"$\times$",
    "·": r"$\cdot$",
    "−": "$-$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "≈": r"$\approx$",
    "→": r"$\to$",
    "Δ": r"$\Delta$",
    "–": "--",
    "—": "---",
    "“": "``",
    "”": "''",
    "‘": "{`}",
    "’": "'",
    "…": r"\ldots{}",
}
# What else pdfLaTeX sets without a further package: these letters, and of the first ones of Unicode
# those with these accents.
_LETTERS = "ßæÆœŒøØåÅłŁı"
_LAST_ACCENTED = "ſ"
_ACCENTS = "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0327"
_NUMBER = re.compile(r"([<>]? ?)([+-]?)(\d[\d,]*(?:\.\d+)?)(?:e([+-]\d+))?")
_SCALED = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%"
# In the small type of a text 345 points wide, as that of the class article.
_LINE = 72
_LONGEST_CELL = 30  # of text on one line
_MOST_ROWS = 40  # that fit on a page


def latex_text(table: DataTable, report: str = "") -> str:
    """Return a table to be read with ``\\input``, the packages that it needs in its first line.

    Its label begins with the name of the report, so that a paper can have tables of several.

    Text that is long is set in paragraphs, what is wider than the text is scaled down, and what is
    longer than a page is broken. The meanings of the columns are comments.
    """
    columns = [[row[place] for row in table.rows] for place in range(len(table.columns))]
    entries = [[_entry(cell, cells) for cell in cells] for cells in columns]
    heads = [_head(c.name, cells) for c, cells in zip(table.columns, columns, strict=True)]
    sides = ["r" if n and c.numeric else "l" for n, c in enumerate(table.columns)]
    widths = _widths(columns, heads, sides)
    is_wide, is_long = sum(widths) > _LINE, len(table.rows) > _MOST_ROWS
    paragraphs = [
        side == "l" and _is_long(cells) for side, cells in zip(sides, columns, strict=True)
    ]
    shape = "".join(
        rf">{{\raggedright\arraybackslash}}p{{{width / _LINE:.2f}\linewidth}}" if long else side
        for side, long, width in zip(sides, paragraphs, widths, strict=True)
    )
    packages = ["booktabs"]
    packages += ["array"] if any(paragraphs) else []
    packages += ["longtable"] if is_long else ["graphicx"] if is_wide else []
    head = _line([_stacked(lines, side) for lines, side in zip(heads, sides, strict=True)])
    body = [_line(row) for row in zip(*entries, strict=True)]
    meanings = [f"% {_plain(c.name)}: {_plain(c.meaning)}" for c in table.columns if c.meaning]
    lines = [
        rf"% In the preamble: \usepackage{{{','.join(packages)}}}",
        rf"% In the text: \input{{{table.key}}}, with the folder before it",
        *meanings,
        *_float(
            table, shape, head, body, f"{report} {table.key}", is_wide=is_wide, is_long=is_long
        ),
    ]
    return "\n".join(lines) + "\n"


def _float(
    table: DataTable,
    shape: str,
    head: str,
    body: Sequence[str],
    name: str,
    *,
    is_wide: bool,
    is_long: bool,
) -> list[str]:
    title, note = latex_escaped(table.title), latex_escaped(table.note)
    whole = f"{title}. {note}" if note and not note.startswith(title) else note or title
    caption = rf"\caption[{title}]{{{whole}}}"
    label = rf"\label{{tab:{re.sub(r'[^A-Za-z0-9]+', '-', name).strip('-')}}}"
    shape = f"{{@{{}}{shape}@{{}}}}"
    if is_long:
        size = "scriptsize" if is_wide else "footnotesize"
        return [
            rf"\begingroup\{size}\setlength{{\tabcolsep}}{{2pt}}",
            rf"\begin{{longtable}}{shape}",
            rf"{caption}{label} \\",
            *(r"\toprule", head, r"\midrule", r"\endfirsthead"),
            *(r"\toprule", head, r"\midrule", r"\endhead"),
            *(r"\bottomrule", r"\endfoot"),
            *body,
            r"\end{longtable}",
            r"\endgroup",
        ]
    tabular = [
        rf"\begin{{tabular}}{shape}",
        *(r"\toprule", head, r"\midrule"),
        *body,
        *(r"\bottomrule", r"\end{tabular}"),
    ]
    if is_wide:
        tabular = [_SCALED, *tabular[:-1], r"\end{tabular}}"]
    return [
        r"\begin{table}",
        *(r"\centering", r"\small", caption, label, r"\smallskip"),
        *tabular,
        r"\end{table}",
    ]


def _is_long(cells: Sequence[TableCell]) -> bool:
    return any(len(cell.text) > _LONGEST_CELL for cell in cells)


def _widths(
    columns: Sequence[Sequence[TableCell]], heads: Sequence[Sequence[str]], sides: Sequence[str]
) -> list[float]:
    """Return the width of each column in characters; long text shares what the others leave."""
    widths: list[float] = []
    shared: dict[int, int] = {}
    for place, (cells, head, side) in enumerate(zip(columns, heads, sides, strict=True)):
        longest = max((len(cell.text) for cell in cells), default=0)
        if side == "l" and _is_long(cells):
            shared[place] = min(longest, _LINE)
        widths.append(max(longest, *map(len, head)) + 2.0)
    left = _LINE - sum(width for place, width in enumerate(widths) if place not in shared)
    for place, wish in shared.items():
        words = (word for cell in columns[place] for word in cell.text.split())
        fair = left * wish / sum(shared.values()) - 2
        # Digits and the letters of keys are wider than those of a text.
        widths[place] = max(fair, 16, *(1.2 * len(word) for word in words))
    return widths


def _head(name: str, cells: Sequence[TableCell]) -> list[str]:
    """Return a heading in lines that are not much longer than what stands below."""
    longest = max((len(cell.text) for cell in cells), default=0)
    return wrapped(" ".join(name.split()), max(longest, 11), hang="", joints=False)


def _stacked(lines: Sequence[str], side: str) -> str:
    shown = r"\\".join(map(latex_escaped, lines))
    return rf"\shortstack[{side}]{{{shown}}}" if len(lines) > 1 else shown


def _line(cells: Sequence[str]) -> str:
    return " & ".join(cells) + r" \\"


def _entry(cell: TableCell, column: Sequence[TableCell]) -> str:
    """Return an entry, numbers as mathematics: their minus is one, their digits align."""
    found = _mathematics(cell, column)
    if found is not None:
        return rf"$\mathbf{{{found}}}$" if cell.marked else f"${found}$"
    shown = latex_escaped(cell.text)
    return rf"\textbf{{{shown}}}" if cell.marked and shown else shown


def _mathematics(cell: TableCell, column: Sequence[TableCell]) -> str | None:
    if not isinstance(cell.value, (int, float)):
        return None
    extra = dict(cell.extra)
    low, to, high = cell.text.partition(" to ")
    if "to" in extra and to:
        ends = _number(low), _number(high)
        return None if None in ends else f"[{ends[0]}, {ends[1]}]"
    mean, plus, sd = (_number(part) or part for part in cell.text.partition(" ± "))
    if "sd" in extra and plus:
        return rf"{mean} \pm {sd}"
    shown = _number(cell.text)
    # A mean without a spread stands below those that have one.
    spreads = [one.text.partition(" ± ")[2] for one in column if "sd" in dict(one.extra)]
    if shown is not None and spreads:
        return rf"{shown}\phantom{{{{}} \pm {max(spreads, key=len)}}}"
    return shown


def _number(text: str) -> str | None:
    """Return a number as mathematics, powers of ten raised; ``None`` for any other text."""
    found = _NUMBER.fullmatch(text.replace("−", "-"))
    if found is None:
        return None
    relation, sign, digits, power = found.groups()
    digits = digits.replace(",", "{,}")
    raised = "" if power is None else rf"10^{{{int(power)}}}"
    if raised and digits != "1":
        raised = rf" \times {raised}"
    return f"{relation}{sign}{'' if raised and digits == '1' else digits}{raised}"


def _plain(text: str) -> str:
    """Return text on one line, without characters that show nothing."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def latex_escaped(text: str) -> str:
    """Return text as LaTeX shows it; a character that it doesn't know, by its number."""
    # Two hyphens would become a dash, as in --flag.
    line = re.sub(r"-(?=-)", "-\0", _plain(text))
    return "".join(map(_escaped, line)).replace("\0", "{}")


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    letter = unicodedata.normalize("NFD", character)
    is_accented = character <= _LAST_ACCENTED and letter[0].isascii() and letter[1:] in _ACCENTS
    if character.isascii() or is_accented or character in _LETTERS:
        return character
    return rf"\texttt{{U+{ord(character):04X}}}"

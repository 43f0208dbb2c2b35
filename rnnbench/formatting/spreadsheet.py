"""CSV that a spreadsheet opens as data: nothing in it is executed as a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Where a spreadsheet lets a field begin that it takes for a formula, in half and full width: at
# another delimiter than ours, too, and after blanks and what shows nothing.
_BLANK = '\\s\u00ad\u200b-\u200f\u2060-\u2064\ufeff"'
_SIGNS = "=+\\-@＝＋－＠"
_MAY_BE_FORMULA = re.compile(f"[{_SIGNS}\t\r\n]")
_FORMULA = re.compile(f"(?:^|[;|\t\r\n])(?=[{_BLANK}]*[{_SIGNS}])|^(?=[\t\r\n])")
_QUOTED = re.compile(r'[,;"\t\r\n]|^\s|\s\Z')
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")


def guarded(text: str) -> str:
    """Return text with an apostrophe wherever a spreadsheet would find a formula in it."""
    if not _MAY_BE_FORMULA.search(text) or _NUMBER.fullmatch(text):  # as in most
        return text
    return _FORMULA.sub(r"\g<0>'", text)


def csv_line(fields: Iterable[str]) -> str:
    """Return a line of CSV with its line end; fields are quoted where they have to be."""
    # Before Python 3.13 the csv module leaves a carriage return unquoted and can't read it back.
    quoted = [
        '"' + field.replace('"', '""') + '"' if _QUOTED.search(field) else field for field in fields
    ]
    return (",".join(quoted) or '""') + "\n"

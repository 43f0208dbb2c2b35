"""A report as one self-contained HTML page.

An entry of a table carries a value of its own only where the script would read another one in its
text. A run stands behind rows of most tables: its id is whole where it comes first, and its first
characters, which commands take as well, from there on.
"""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import count

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from rnnbench.report.document import ANSWER, KEY, DataTable, Document, TableCell
from rnnbench.report.figures import take_apart
from rnnbench.report.outline import outline

LONG = 32  # rows from which a table scrolls under its head
# After _ - / = and a point, but not within a number such as -0.5 or 1e-38.
_JOINT = re.compile(r"(?<=[_/=])(?=.)|(?<=\w-)(?=[^\W\d])|(?<=[^\W\d]\.)(?=[^\W\d])", re.DOTALL)
# A number at the beginning of a text, as the script reads it, up to a space.
_READ = re.compile(r"[+-]?\d+(?:\.(\d+))?(e[+-]\d+)?(?=\s|$)")
_ID = re.compile(r"[0-9a-f]{32}")
_SHORT = 8  # characters of a run's id
_STYLE = ("report.css", "figures.css")
_SCRIPT = ("report.js", "marks.js", "figures.js")


def render(document: Document, images: Mapping[str, str]) -> str:
    """Return the text of ``index.html``, with ``images`` (SVG text by picture key) inside.

    Raises:
        KeyError: where a picture has no image.
    """
    environment = _environment()
    entries = outline(document)
    style, script = ("".join(map(_source, names)) for names in (_STYLE, _SCRIPT))
    places = {key: place for place, key in enumerate(images)}
    return environment.get_template("report.html.j2").render(
        title=document.title,
        summary=document.summary,
        outline=entries,
        links={entry.section.key: entry for entry in entries},
        drawn=lambda key: take_apart(images[key], f"F{places[key]}-"),
        behind=_short_ids(document),
        policy=_policy(style, script),
        style=style,
        script=script,
        long=LONG,
        answer=ANSWER,
    )


def _breakable(text: str) -> Markup:
    """Return a name that may go on in another line at its joints; digits stay together."""
    return Markup("<wbr>").join(escape(part) for part in _JOINT.split(text))


def _prose(text: str) -> Markup:
    """Return a sentence in which a key between backticks is set as code."""
    parts = [escape(part) for part in KEY.split(text)]
    parts[1::2] = [Markup("<code>{}</code>").format(key) for key in parts[1::2]]
    return Markup("").join(parts)


def _is_missing(cell: TableCell) -> bool:
    """Return whether nothing was measured: such an entry sorts last."""
    value = cell.value
    return value is None or (not isinstance(value, str) and math.isnan(value))


def _sort_value(cell: TableCell) -> str | None:
    """Return what the script sorts by, as JavaScript reads numbers; ``None`` where text tells.

    To 12 digits: the last bits depend on the processor and on libraries.
    """
    if cell.value is None or isinstance(cell.value, str):
        return cell.value if cell.value != cell.text else None
    value = float(cell.value)
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return None if math.isnan(value) or _is_told(value, cell.text) else f"{value:.12g}"


def _is_told(value: float, text: str) -> bool:
    """Return whether a text begins with a number, rounded."""
    found = _READ.match(text)
    if found is None:
        return False
    form = f".{len(found[1] or '')}{'e' if found[2] else 'f'}"
    return f"{value:{form}}" == found[0].removeprefix("+")


def _short_ids(document: Document) -> Callable[[DataTable], tuple[list[str], bool]]:
    """Return what writes the runs behind the rows of tables, in the order of a page.

    For a table it returns the ids of each row as a text, and whether some of them are cut.
    """
    tables = (table for part in document.sections for one in part.blocks for table in one.tables)
    ids = {one for table in tables for row in table.runs for one in row}
    length = next(n for n in count(_SHORT) if len({one[:n] for one in ids}) == len(ids))
    told: set[str] = set()

    def written(row: Sequence[str]) -> str:
        shown = [one[:length] if one in told and _ID.fullmatch(one) else one for one in row]
        told.update(row)
        return " ".join(shown)

    def behind(table: DataTable) -> tuple[list[str], bool]:
        rows = [written(row) for row in table.runs]
        return rows, rows != [" ".join(row) for row in table.runs]

    return behind


def _policy(style: str, script: str) -> str:
    """Return a policy that allows this style, this script and nothing else."""

    def digest(text: str) -> str:
        return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest(style)}'; "
        f"script-src 'sha256-{digest(script)}'; base-uri 'none'; form-action 'none'"
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("rnnbench.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"sort_value": _sort_value, "breakable": _breakable, "prose": _prose}
    environment.tests["missing"] = _is_missing
    return environment


@cache
def _source(name: str) -> str:
    environment = _environment()
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]

"""A report as one self-contained HTML page."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from rnnbench.report.document import ANSWER, KEY, Document
from rnnbench.report.figures import take_apart
from rnnbench.report.outline import outline
from rnnbench.report.page_cells import is_missing, short_ids, sort_value

LONG = 32  # rows from which a table scrolls under its head
# After _ - / = and a point, but not within a number such as -0.5 or 1e-38.
_JOINT = re.compile(r"(?<=[_/=])(?=.)|(?<=\w-)(?=[^\W\d])|(?<=[^\W\d]\.)(?=[^\W\d])", re.DOTALL)
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
        behind=short_ids(document),
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
    environment.filters |= {"sort_value": sort_value, "breakable": _breakable, "prose": _prose}
    environment.tests["missing"] = is_missing
    return environment


@cache
def _source(name: str) -> str:
    environment = _environment()
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]

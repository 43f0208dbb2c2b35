"""The formats of a report's tables and figures, and those that ``formats=...`` names.

Known before all else is loaded, so that what draws them can load what it needs meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection

from rnnbench.errors import ConfigError

TABLES = ("csv", "tex")
# The page has all figures inside; report.md shows those that are written as SVG, links the others.
SVG = "svg"
FIGURES = (SVG, "png", "pdf")
FORMATS = (*TABLES, *FIGURES)
# What a reader of the page opens; figures for slides and papers take longer than all the rest.
USUAL = ("csv", SVG)


def chosen_formats(text: str | None) -> tuple[str, ...]:
    """Return the formats that ``formats=...`` names; without it, the usual ones.

    SVG, which ``report.md`` shows, is one of them unless there is none at all.

    Raises:
        ConfigError: for anything else than known formats separated by commas, ``all`` or ``none``.
    """
    if text is None:
        return USUAL
    if text == "all":
        return FORMATS
    named = [] if text in ("", "none") else text.split(",")
    for name in named:
        if name not in FORMATS:
            raise ConfigError(
                "formats",
                f"some of {', '.join(FORMATS)} separated by commas, or all, or none",
                text if text.strip() else "a blank",
                "type formats=csv,pdf",
            )
    return tuple(name for name in FORMATS if name in named or (named and name == SVG))


def drawn(formats: Collection[str]) -> list[str]:
    """Return the formats in which figures are drawn: always SVG, which is inside the page."""
    return [name for name in FIGURES if name == SVG or name in formats]

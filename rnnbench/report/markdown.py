"""A report's content as Markdown that GitHub renders."""

from __future__ import annotations

from rnnbench.report.sections import Content, Section
from rnnbench.tables import Table


def render(name: str, content: Content) -> str:
    """Return the text of ``report.md``; figures are named relative to it."""
    parts = [f"# Comparison report: {name}", _intro(content)]
    for section in content.sections:
        parts += _section(section)
    if content.unfinished:
        rows = tuple((run.name, run.status, run.reason) for run in content.unfinished)
        table = Table("Runs without a result", ("run", "status", "reason"), rows)
        parts += [f"## {table.title}", table.markdown()]
    return "\n\n".join(parts) + "\n"


def _intro(content: Content) -> str:
    if not content.sections:
        return "There is no finished run to compare."
    count = "1 finished run" if content.runs == 1 else f"{content.runs} finished runs"
    return f"Made from {count} of the store by `python -m rnnbench report`."


def _section(section: Section) -> list[str]:
    parts = [f"## {section.title}"]
    for table in (section.accuracy, section.overfitting):
        parts += [f"### {table.title}", table.markdown()]
    parts.append("### Learning curves")
    parts += [f"![{curves.title}](figures/{curves.file}.png)" for curves in section.curves]
    return parts

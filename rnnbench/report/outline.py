"""The sections of a report's page with the anchors that links lead to."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rnnbench.report.document import ANSWER, Block, Document, ReportSection

PAGE = "index.html"
_TAKEN = ("content", "contents", "status")


@dataclass(frozen=True)
class SectionEntry:
    """A section with the anchors that the table of contents leads to."""

    section: ReportSection
    anchor: str
    blocks: tuple[tuple[Block, str], ...]

    @property
    def headings(self) -> list[tuple[Block, str]]:
        """What the contents list below the section: the data sets, once."""
        if self.section.key != ANSWER:
            return []
        return [(block, anchor) for block, anchor in self.blocks if block.title]


def outline(document: Document) -> list[SectionEntry]:
    """Return the sections and blocks with anchors that no two of them share."""
    taken = set(_TAKEN)

    def anchor(text: str) -> str:
        stem = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60] or "part"
        name, count = stem, 1
        while name in taken:
            count += 1
            name = f"{stem}-{count}"
        taken.add(name)
        return name

    entries = []
    for section in document.sections:
        top = anchor(section.key)
        blocks = tuple(
            (block, anchor(f"{top} {block.title}") if block.title else "")
            for block in section.blocks
        )
        entries.append(SectionEntry(section, top, blocks))
    return entries

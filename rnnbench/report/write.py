"""Writing a report: a folder that is complete or as it was."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from rnnbench.errors import StoreError
from rnnbench.plots.svg import without_facts
from rnnbench.report import markdown_page, page
from rnnbench.report.build import Tables
from rnnbench.report.document import ANSWER, DataTable, Document, Picture
from rnnbench.report.files import csv_text
from rnnbench.report.formats import FORMATS, SVG, drawn
from rnnbench.report.latex import latex_text
from rnnbench.report.outline import PAGE
from rnnbench.report.snapshot import SNAPSHOT, write_snapshot
from rnnbench.system.helpers import JobRunner, run_here
from rnnbench.system.scratch import scratch_folder

MARKDOWN = "report.md"
_MANY = 1000  # runs, whose tables another process writes meanwhile
_FILES = (PAGE, MARKDOWN, *SNAPSHOT)
_FOLDERS = ("figures", "tables")
_TEXT_OF: dict[str, Callable[[DataTable, str], str]] = {
    "csv": lambda table, _report: csv_text(table),
    "tex": latex_text,
}


def write_report(
    document: Document,
    tables: Tables,
    folder: Path,
    formats: Sequence[str] = FORMATS,
    on_progress: Callable[[int, int], None] = lambda *_: None,
    run: JobRunner = run_here,
) -> Path:
    """Write a report and return the path of its page.

    ``index.html``, ``report.md`` and the tables behind them as Parquet; ``figures/`` and
    ``tables/`` in the formats that are asked for. Without SVG among them, ``report.md`` has the
    figures of the answer, and links the others on the page. Only these are replaced, those of other
    formats removed; other files in the folder stay.

    Args:
        document: what it says.
        tables: what it was made from.
        folder: where it goes.
        formats: some of :data:`FORMATS`.
        on_progress: told how many of the figures are drawn, and how many there are.
        run: draws them.

    Raises:
        StoreError: where the folder cannot be written.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with scratch_folder(folder.parent, f".{folder.name}-") as fresh:
            figures = _jobs(document, fresh / "figures", formats)
            keeping: list[Callable[[], None]] = []
            if len(tables.runs) > _MANY:
                keeping.append(partial(write_snapshot, tables, fresh))
            on_progress(0, len(figures))
            drawing = run([*figures, *keeping])
            # They may be drawn by other processes, while this one writes what needs none of them.
            _tables(document, fresh, formats, folder.name)
            beside = {picture.key for picture in shown_beside(document, formats)}
            text = markdown_page.render(document, beside)
            (fresh / MARKDOWN).write_text(text, encoding="utf-8")
            if not keeping:
                write_snapshot(tables, fresh)
            drawn_now = (number for number, _ in drawing if number < len(figures))
            for done, _ in enumerate(drawn_now, 1):
                on_progress(done, len(figures))
            images = _images(document, fresh / "figures", beside)
            (fresh / PAGE).write_text(page.render(document, images), encoding="utf-8")
            _replace(fresh, folder)
    except OSError as error:
        raise StoreError(
            "report.name",
            "a folder that can be written",
            f"{folder} ({error.strerror or error})",
            "choose another name or another working directory",
        ) from None
    return folder / PAGE


def pictures(document: Document) -> list[Picture]:
    """Return the figures of a report, in their order."""
    return [
        picture
        for section in document.sections
        for block in section.blocks
        for picture in block.pictures
    ]


def shown_beside(document: Document, formats: Sequence[str]) -> list[Picture]:
    """Return the figures that ``report.md`` shows: all as SVG, or those of the answer."""
    if SVG in formats:
        return pictures(document)
    answers = [section for section in document.sections if section.key == ANSWER]
    return pictures(replace(document, sections=tuple(answers)))


def data_tables(document: Document) -> list[DataTable]:
    """Return the tables of a report, in their order."""
    return [
        table for section in document.sections for block in section.blocks for table in block.tables
    ]


def _jobs(document: Document, folder: Path, formats: Sequence[str]) -> list[Callable[[], None]]:
    """Return what draws the figures into a folder, which is made; all of them as SVG, too."""
    folder.mkdir()
    return [
        partial(picture.save, [folder / f"{picture.key}.{name}" for name in drawn(formats)])
        for picture in pictures(document)
    ]


def _images(document: Document, folder: Path, beside: Collection[str]) -> dict[str, str]:
    """Return all figures as SVG; of their files those stay that stand beside the page."""
    images = {
        picture.key: (folder / f"{picture.key}.{SVG}").read_text(encoding="utf-8")
        for picture in pictures(document)
    }
    for key, image in images.items():
        path = folder / f"{key}.{SVG}"
        if key in beside:
            path.write_text(without_facts(image), encoding="utf-8", newline="\n")
        else:
            path.unlink()
    return images


def _tables(document: Document, fresh: Path, formats: Sequence[str], report: str) -> None:
    folder = fresh / "tables"
    for name in set(_TEXT_OF) & set(formats):
        folder.mkdir(exist_ok=True)
        for table in data_tables(document):
            # The line ends of CSV are the same everywhere.
            (folder / f"{table.key}.{name}").write_bytes(_TEXT_OF[name](table, report).encode())


def _replace(fresh: Path, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name in _FOLDERS:
        shutil.rmtree(folder / name, ignore_errors=True)
        if (fresh / name).exists():
            (fresh / name).rename(folder / name)
    for name in _FILES:
        if (fresh / name).exists():
            (fresh / name).replace(folder / name)
        else:
            (folder / name).unlink(missing_ok=True)

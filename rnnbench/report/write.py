"""Writing a report: a folder that is complete or as it was."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from rnnbench.errors import StoreError
from rnnbench.report import markdown_page, page
from rnnbench.report.build import Tables
from rnnbench.report.document import Document, Picture
from rnnbench.report.files import csv_text, latex_text
from rnnbench.report.kept import KEPT, write_tables
from rnnbench.scratch import scratch_folder

PAGE = "index.html"
_FILES = (PAGE, "report.md", *KEPT)
_FOLDERS = ("figures", "tables")


def write_report(
    document: Document,
    tables: Tables,
    folder: Path,
    on_progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write every form of a report and return the path of its page.

    ``index.html``, ``report.md``, ``figures/`` (PNG and SVG), ``tables/`` (CSV and LaTeX) and the
    tables behind them as Parquet. Only these are replaced; other files in the folder stay.

    Args:
        document: what it says.
        tables: what it was made from.
        folder: where it goes.
        on_progress: told how many of the figures are drawn.

    Raises:
        StoreError: where the folder cannot be written.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with scratch_folder(folder.parent, f".{folder.name}-") as fresh:
            images = _figures(document, fresh, on_progress)
            _tables(document, fresh)
            (fresh / "report.md").write_text(markdown_page.render(document), encoding="utf-8")
            (fresh / PAGE).write_text(page.render(document, images), encoding="utf-8")
            write_tables(tables, fresh)
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


def _figures(
    document: Document, fresh: Path, on_progress: Callable[[int, int], None] | None
) -> dict[str, str]:
    folder = fresh / "figures"
    folder.mkdir()
    images: dict[str, str] = {}
    drawn = pictures(document)
    for number, picture in enumerate(drawn):
        if on_progress is not None:
            on_progress(number, len(drawn))
        svg = folder / f"{picture.key}.svg"
        picture.save([folder / f"{picture.key}.png", svg])
        images[picture.key] = svg.read_text(encoding="utf-8")
    return images


def _tables(document: Document, fresh: Path) -> None:
    folder = fresh / "tables"
    folder.mkdir()
    for section in document.sections:
        for block in section.blocks:
            for table in block.tables:
                # The line ends of CSV are the same everywhere.
                (folder / f"{table.key}.csv").write_bytes(csv_text(table).encode())
                (folder / f"{table.key}.tex").write_bytes(latex_text(table).encode())


def _replace(fresh: Path, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name in _FOLDERS:
        shutil.rmtree(folder / name, ignore_errors=True)
        (fresh / name).rename(folder / name)
    for name in _FILES:
        if (fresh / name).exists():
            (fresh / name).replace(folder / name)
        else:
            (folder / name).unlink(missing_ok=True)

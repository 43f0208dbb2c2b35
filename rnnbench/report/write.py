"""Writing a report: a folder that is complete or not there."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from rnnbench.errors import StoreError
from rnnbench.plots.learning import save_learning
from rnnbench.report.markdown import render
from rnnbench.report.sections import build_content
from rnnbench.results import load_history, load_runs
from rnnbench.results.arms import finished
from rnnbench.tracking.address import redacted
from rnnbench.tracking.store import Store


def write_report(store: Store, name: str, root: Path) -> Path:
    """Regenerate ``root/name/`` from the store and return the path of ``report.md``.

    Only what a report consists of is replaced (``report.md``, ``figures/``); other files in the
    folder stay.

    Raises:
        StoreError: where the store holds no run, or the folder cannot be written.
    """
    runs = load_runs(store)
    if runs.empty:
        raise StoreError(
            "report",
            "a store with runs",
            f"none in {redacted(store.uri)}",
            "train something first: sweep +cell=gru",
        )
    content = build_content(runs, load_history(store, finished(runs)["run_id"]))
    folder = root / name
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root, prefix=f".{name}-") as scratch:
            fresh = Path(scratch)
            (fresh / "figures").mkdir()
            for section in content.sections:
                for curves in section.curves:
                    stem = fresh / "figures" / curves.file
                    paths = [stem.with_name(f"{stem.name}.{end}") for end in ("png", "svg")]
                    save_learning(curves.data, curves.title, paths)
            (fresh / "report.md").write_text(render(name, content), encoding="utf-8")
            _replace(fresh, folder)
    except OSError as error:
        raise StoreError(
            "report.name",
            "a folder that can be written",
            f"{folder} ({error.strerror or error})",
            "choose another name or another working directory",
        ) from None
    return folder / "report.md"


def _replace(fresh: Path, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    shutil.rmtree(folder / "figures", ignore_errors=True)
    (fresh / "figures").rename(folder / "figures")
    (fresh / "report.md").replace(folder / "report.md")

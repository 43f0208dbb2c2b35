"""``report``: regenerate a report from the store, or from what it kept of it."""

from __future__ import annotations

import shlex
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from rich.progress import Progress

from rnnbench.cli.console import stderr
from rnnbench.cli.words import DEFAULT_CELLS, Words
from rnnbench.config.expand import Arm, expand, load
from rnnbench.config.schema import Config
from rnnbench.errors import ConfigError, StoreError
from rnnbench.report import Tables, build, write_report
from rnnbench.report.kept import RUNS, is_kept, kept_tables
from rnnbench.report.tables import read_tables, restricted
from rnnbench.tracking.address import redacted
from rnnbench.tracking.store import Store

# Overrides that say where runs are and how the report looks; any other restricts it.
_GENERAL = ("home", "report", "tracking", "claims", "published")
# Words for where runs come from; any other names a folder.
AUTO, STORE = "auto", "store"


def report(words: Words) -> int:
    """Write ``reports/NAME/`` and print where its page is; ``--open`` shows it."""
    overrides = list(words.overrides)
    if len(words.names) > 1:
        raise ConfigError("report", "one name", " ".join(words.names), "type report NAME")
    if words.names:
        overrides.append(f"report.name='{words.names[0]}'")
    config = load(overrides, config_dirs=words.config_dirs, cell=False)
    name = config.report.name
    folder = Path("reports") / name
    tables = _tables(config, _arms(words), folder)
    document = build(
        tables, f"Comparison report: {name}", config.report, config.claims, _command(words, config)
    )
    with Progress(console=stderr(), transient=True) as bars:
        task = bars.add_task("figures", total=None)
        path = write_report(
            document,
            tables,
            folder,
            lambda done, total: bars.update(task, completed=done, total=total),
        )
    print(path)
    if ("open", "") in words.options:
        webbrowser.open(path.resolve().as_uri())
    return 0


def _arms(words: Words) -> list[Arm]:
    """Return the arms that a preset or other overrides restrict the report to."""
    keys = [word.lstrip("+~").partition("=")[0].split(".")[0] for word in words.overrides]
    if all(key in _GENERAL for key in keys):
        return []
    return expand(words.overrides, config_dirs=words.config_dirs, default_cells=DEFAULT_CELLS)


def _tables(config: Config, arms: Sequence[Arm], folder: Path) -> Tables:
    """Return what the report is made from, and say so where that is not the store."""
    source = config.report.source
    if source not in (AUTO, STORE):
        return _kept(Path(source).expanduser(), arms)
    may_be_kept = source == AUTO and is_kept(folder)
    if may_be_kept and config.tracking.uri is None and Store.find(config) is None:
        return _kept(folder, arms)
    store = Store.open(config, create=False)
    tables = read_tables(store, arms)
    if tables.runs.empty and may_be_kept:
        return _kept(folder, arms)
    _refuse_empty(tables, store, restricted=bool(arms))
    return tables


def _kept(folder: Path, arms: Sequence[Arm]) -> Tables:
    tables = restricted(kept_tables(folder), arms)
    if tables.runs.empty:
        raise StoreError(
            "report",
            "runs of this configuration",
            f"none in {folder / RUNS}",
            "leave the words out for all runs, or name another report.source",
        )
    stderr().print(f"made from {folder / RUNS}, without a store", markup=False)
    return tables


def _refuse_empty(tables: Tables, store: Store, *, restricted: bool) -> None:
    if not tables.runs.empty:
        return
    if restricted:
        raise StoreError(
            "report",
            "a store with runs of this configuration",
            f"none in {redacted(store.uri)}",
            "train them with sweep and the same words, or leave the words out for all runs",
        )
    raise StoreError(
        "report",
        "a store with runs",
        f"none in {redacted(store.uri)}",
        "train something first: sweep +cell=gru",
    )


def _command(words: Words, config: Config) -> str:
    """Return what regenerates the report, without the folder, which is another elsewhere."""
    private = ("home", "report.name", "report.source")
    kept = [word for word in words.overrides if word.split("=")[0] not in private]
    rest = " ".join(map(shlex.quote, kept))
    return redacted(f"python -m rnnbench report {config.report.name} {rest}".rstrip())

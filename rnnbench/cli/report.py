"""``report``: regenerate a report from the store, or from what it kept of it."""

from __future__ import annotations

import shlex
import sys
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rnnbench.cli.console import paste, stderr, tell
from rnnbench.cli.endings import store_place, tell_home, ui_command
from rnnbench.cli.presets import is_preset, preset_names
from rnnbench.cli.words import DEFAULT_CELLS, Words, key_of
from rnnbench.config.expand import Arm, expand, load
from rnnbench.config.keys import about
from rnnbench.config.roles import Purpose
from rnnbench.config.schema import ClaimConfig, Config
from rnnbench.errors import ConfigError, StoreError
from rnnbench.formatting.redact import redacted
from rnnbench.report.build import Tables, build
from rnnbench.report.declared import restrict
from rnnbench.report.document import Document
from rnnbench.report.formats import TABLES, chosen_formats, drawn
from rnnbench.report.published import System, systems
from rnnbench.report.snapshot import RUNS, is_snapshot, read_snapshot
from rnnbench.report.tables import read_tables, restricted
from rnnbench.report.write import MARKDOWN, data_tables, shown_beside, write_report
from rnnbench.results import load_runs
from rnnbench.results.arms import finished
from rnnbench.results.parquet import read_runs
from rnnbench.system.helpers import JobRunner, run_here
from rnnbench.system.user_paths import user_path
from rnnbench.tracking.store import Store

# Overrides that say where runs are and how the report looks; any other restricts it.
_GENERAL = about(Purpose.STORE, Purpose.REPORT)
# Words for where runs come from; any other names a folder.
AUTO, STORE = "auto", "store"


def report(words: Words, run: JobRunner = run_here) -> int:
    """Write ``reports/NAME/`` and print where its page is; ``--open`` shows it.

    Args:
        words: of the command line.
        run: reads files of runs, if they are many, and draws.
    """
    formats = chosen_formats(words.options.get("formats"))
    overrides = list(words.overrides)
    if len(words.names) > 1:
        raise ConfigError("report", "one name", " ".join(words.names), "type report NAME")
    if words.names:
        overrides.append(f"report.name='{words.names[0]}'")
    presets = [
        _PresetWords.of(overrides, words.config_dirs, name) for name in preset_names(overrides)
    ]
    config = presets[0].config
    tell_home(config)
    name = config.report.name
    folder = Path("reports") / name
    arms = [arm for preset in presets for arm in preset.arms]
    with _stages() as stage:
        stage("reading the runs")
        tables, from_store = _tables(config, arms, folder, run)
        _refuse_loss(config, folder, tables)
        stage("comparing")
        document = build(
            tables,
            f"Comparison report: {name}",
            config.report,
            _claims(presets),
            _command(words, config),
            _published(presets, tables),
        )

        def advance(done: int, total: int) -> None:
            drawing = f"figure {done + 1} of {total}" if done < total else "writing"
            stage(drawing, done, total)

        path = write_report(document, tables, folder, formats, advance, run)
    print(path)
    tell(f"beside it: {_written(document, formats)}")
    shown = "open" in words.options
    if shown:
        webbrowser.open(path.resolve().as_uri())
    steps = [] if shown else ["open the page in a browser (--open does)"]
    steps += ["see its runs:"] if from_store else []
    if words.options.get("formats") is None:
        tell("formats=tex,png,pdf adds files for slides and papers")
    if steps:
        tell(f"Next: {', or '.join(steps)}")
    if from_store:
        paste(ui_command(words), stderr())
    return 0


@contextmanager
def _stages() -> Iterator[Callable[..., None]]:
    """Give what shows on a terminal what is being done: ``stage(text, done, total)``."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from rnnbench.cli.live import live

    bars = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        TimeElapsedColumn(),
        console=live(),
        transient=True,
        # A thread that draws it again would write between other lines.
        auto_refresh=False,
    )
    with bars:
        task = bars.add_task("", total=None)

        def stage(text: str, done: int = 0, total: int | None = None) -> None:
            bars.update(task, description=text, completed=done, total=total, refresh=True)

        yield stage


def _written(document: Document, formats: Sequence[str]) -> str:
    """Return what a report's folder holds for people, beside the page."""
    parts = [MARKDOWN]
    for what, things, named in (
        ("figure", shown_beside(document, formats), drawn(formats)),
        ("table", data_tables(document), [name for name in TABLES if name in formats]),
    ):
        if things and named:
            parts.append(f"{len(things)} {what}{'s'[: len(things) > 1]} ({', '.join(named)})")
    return ", ".join(parts)


@dataclass(frozen=True)
class _PresetWords:
    """What the report's words say under one preset, or under none."""

    config: Config
    arms: list[Arm]

    @classmethod
    def of(
        cls, overrides: Sequence[str], config_dirs: Sequence[Path], name: str | None
    ) -> _PresetWords:
        """Compose it; its arms are those that the words restrict the report to, none for all."""
        words = [word for word in overrides if not is_preset(word)]
        words += [] if name is None else [f"experiments={name}"]
        keys = [key_of(word).split(".")[0] for word in words]
        if all(key in _GENERAL for key in keys):
            return cls(load(words, config_dirs=config_dirs, cell=False), [])
        arms = expand(words, config_dirs=config_dirs, default_cells=DEFAULT_CELLS)
        return cls(arms[0].config, arms)


def _claims(presets: Sequence[_PresetWords]) -> list[ClaimConfig]:
    """Return the claims of all presets, each once."""
    claims: list[ClaimConfig] = []
    for preset in presets:
        claims += [claim for claim in preset.config.claims if claim not in claims]
    return claims


def _published(presets: Sequence[_PresetWords], tables: Tables) -> list[System]:
    """Return the published systems of all presets with their runs."""
    done = finished(tables.runs)
    return [
        system
        for preset in presets
        if preset.config.published
        for system in systems(
            preset.config.published,
            restrict(done, preset.arms, tables.trials) if preset.arms else done,
        )
    ]


def _tables(
    config: Config, arms: Sequence[Arm], folder: Path, run: JobRunner
) -> tuple[Tables, bool]:
    """Return what the report is made from, and whether that is the store."""
    source = config.report.source
    if source not in (AUTO, STORE):
        return _kept(user_path("report.source", source), arms), False
    may_be_kept = source == AUTO and is_snapshot(folder)
    if may_be_kept and config.tracking.uri is None and Store.find(config) is None:
        return _kept(folder, arms), False
    store = Store.open(config, create=False)
    tables = read_tables(store, arms, tell, run)
    if tables.runs.empty and may_be_kept:
        return _kept(folder, arms), False
    _refuse_empty(tables, store, restricted=bool(arms))
    return tables, True


def _kept(folder: Path, arms: Sequence[Arm]) -> Tables:
    tables = restricted(read_snapshot(folder), arms, tell)
    if tables.runs.empty:
        raise StoreError(
            "report",
            "runs of this configuration",
            f"none in {folder / RUNS}",
            "leave the words out for all runs, or name another report.source",
        )
    tell(f"made from {folder / RUNS}, without a store")
    return tables


def _refuse_loss(config: Config, folder: Path, tables: Tables) -> None:
    """Refuse to write over a report that keeps runs which are nowhere else."""
    if not is_snapshot(folder):
        return
    try:
        kept = set(finished(read_runs(folder / RUNS))["run_id"])
    except StoreError:
        return  # nothing that could be read again
    lost = kept - set(tables.runs["run_id"])
    store = Store.find(config) if lost else None
    if store is not None:
        lost -= set(load_runs(store)["run_id"])
    if lost:
        raise StoreError(
            "report.name",
            "the name of a new report, or of one whose runs are in the store",
            f"{folder}, which keeps {len(lost)} finished runs that would be lost",
            "choose another name, or remove that folder first",
        )


def _refuse_empty(tables: Tables, store: Store, *, restricted: bool) -> None:
    if not tables.runs.empty:
        return
    expected, action = "a store with runs", "train something first: sweep +cell=gru"
    if restricted:
        expected += " of this configuration"
        action = "train them with sweep and the same words, or leave the words out for all runs"
    raise StoreError("report", expected, f"none in {store_place(store)}", action)


def _command(words: Words, config: Config) -> str:
    """Return what regenerates the report, without the folder, which is another elsewhere."""
    private = ("home", "report.name", "report.source")
    kept = [word for word in words.overrides if word.split("=")[0] not in private]
    rest = " ".join(map(shlex.quote, kept))
    return redacted(f"python -m rnnbench report {config.report.name} {rest}".rstrip())

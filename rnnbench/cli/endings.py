"""How a command begins and ends: where the runs are, and what to type next."""

from __future__ import annotations

import hashlib
import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rnnbench.cli.console import paste, stderr, tell
from rnnbench.cli.words import DEFAULT_CELLS, Words, key_of
from rnnbench.config.expand import Arm
from rnnbench.config.keys import about, is_about
from rnnbench.config.roles import Purpose
from rnnbench.config.schema import Config
from rnnbench.formatting.redact import redacted, shown_address, shown_store
from rnnbench.tracking.home import Home

if TYPE_CHECKING:
    from rnnbench.tracking.store import Store

_SCRIPT = "rnnbench"
_RETRY_KEY = "sweep.retry_failed"
RETRY = f"{_RETRY_KEY}=true"
# Words that say where the runs are, and those that say nothing of what was trained.
_PLACE = ("home", "tracking.uri", "tracking.experiment")
_UNREPORTED = (Purpose.STORE, Purpose.CIRCUMSTANCE, Purpose.DIAGNOSTIC)
_IDLE = about(*_UNREPORTED, Purpose.REPORT, Purpose.SWEEP)
# Words that a report's name is not made of.
_COUNTS = about(Purpose.SEED, Purpose.REPLICATES, Purpose.END)
_UNNAMED = (*_IDLE, *_COUNTS, "cell", "experiments", "data")
_MOST_CELLS = 3
_ID_DIGITS = 8  # of a run's id, by which no two runs of a store are likely to begin
_LONGEST_NAME = 40


def tell_next(config: Config, commands: Sequence[str]) -> None:
    """Say on standard error where the runs are and what can be typed now."""
    sys.stdout.flush()
    tell(f"Runs are in {place(config)}", soft_wrap=True)
    if commands:
        tell("Next:")
    for command in commands:
        paste(command, stderr())


def tell_home(config: Config) -> None:
    """Say on standard error which home folder is used, where it was found in a folder above."""
    home = Home.of(config.home)
    if home.is_found:
        tell(f"using {home.path}", soft_wrap=True)


def place(config: Config) -> str:
    """Return where the store is: the home folder, or the address without its secrets."""
    if config.tracking.uri is not None:
        return shown_address(config.tracking.uri)
    return str(Home.of(config.home).path)


def store_place(store: Store) -> str:
    """Return the file of a store, or the address without its secrets and its driver's options."""
    return shown_store(store.uri).removeprefix("sqlite:///")


def program() -> str:
    """Return ``rnnbench`` where it was started by its script, else ``python -m rnnbench``."""
    return _SCRIPT if Path(sys.argv[0]).stem == _SCRIPT else f"python -m {_SCRIPT}"


def command_line(command: str, *words: str) -> str:
    """Return a command that can be pasted into a shell, without secrets."""
    return redacted(" ".join([program(), command, *map(shlex.quote, words)]))


def report_command(words: Words, arms: Sequence[Arm], *, one_seed: bool = False) -> str:
    """Return the command that makes the report of exactly these runs.

    Args:
        words: what was typed.
        arms: what it declares.
        one_seed: whether only the first seed was trained, whatever ``seeds`` says.
    """
    kept = [
        word for word in words.overrides if key_of(word) in _PLACE or _is_of_reports(key_of(word))
    ]
    if one_seed:
        kept = [*(word for word in kept if key_of(word) != "seeds"), "seeds=1"]
    if all(key_of(word).split(".")[0] in _IDLE for word in kept):
        # A report without such a word is one of everything that the store holds.
        kept.insert(0, f"+cell={','.join(DEFAULT_CELLS)}")
    typed = dict(word.split("=", 1) for word in words.overrides if "=" in word)
    name = typed.get("report.name") or report_name(words, arms)
    return command_line("report", name, *kept, *_folders(words))


def _is_of_reports(key: str) -> bool:
    """Return whether a word of a sweep is part of the command for its report."""
    return key not in ("report.name", _RETRY_KEY) and not is_about(key, *_UNREPORTED)


def sweep_command(words: Words, *more: str) -> str:
    """Return the sweep of the same words."""
    added = [word for word in more if word not in words.overrides]
    return command_line("sweep", *words.overrides, *added, *_folders(words))


def baseline_command(words: Words, *more: str) -> str:
    """Return the command that trains the baselines of the same words."""
    return command_line("baseline", *words.names, *words.overrides, *more, *_folders(words))


def ui_command(words: Words) -> str:
    """Return the command that shows the runs in MLflow's user interface."""
    return command_line("ui", *_of_place(words))


def predict_command(words: Words, run_id: str) -> str:
    """Return the command that applies a run's stored model to a text."""
    return command_line(
        "predict", f"run={run_id[:_ID_DIGITS]}", *_of_place(words), "text=a fine film"
    )


def report_name(words: Words, arms: Sequence[Arm]) -> str:
    """Return a name for a report: the preset, or data set and cells; then what else was typed."""
    typed = {key_of(word): word.partition("=")[2] for word in words.overrides}
    cells = list(dict.fromkeys(arm.config.cell.name for arm in arms if arm.config.cell))
    named = "_vs_".join(cells) if len(cells) <= _MOST_CELLS else f"{len(cells)}_cells"
    parts = [typed.get("experiments") or f"{arms[0].config.data.name}_{named}"]
    rest = {key: value for key, value in typed.items() if key.split(".")[0] not in _UNNAMED}
    rest |= {key: value for key, value in typed.items() if key.startswith(("data.", "cell."))}
    parts += [f"{key.rsplit('.', 1)[-1]}_{value}" for key, value in sorted(rest.items())]
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", "_".join(parts)).strip("_.-")
    is_told = all(re.fullmatch(r"[\w.,-]+", value) for value in rest.values())
    if is_told and len(name) <= _LONGEST_NAME:
        return name
    digits = hashlib.sha256(repr(sorted(rest.items())).encode()).hexdigest()[:6]
    return f"{re.sub(r'[^A-Za-z0-9._-]+', '_', parts[0]).strip('_.-')[:_LONGEST_NAME]}_{digits}"


def _of_place(words: Words) -> list[str]:
    return [word for word in words.overrides if key_of(word) in _PLACE]


def _folders(words: Words) -> list[str]:
    return [f"--config-dir={folder}" for folder in words.config_dirs]

"""One training run by its id, and its files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rnnbench.errors import ConfigError
from rnnbench.formatting.redact import shown_store
from rnnbench.tracking import names
from rnnbench.tracking.files import run_files
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store

_SHOWN = 5
_EXPECTED = "the id of a training run, or its first digits"
_OTHERS: dict[names.Kind, str] = {
    "trial": "a trial of a search, of which nothing is kept",
    "arm": "the mean of an arm's runs",
    "sweep": "the parent of a sweep",
    "baseline": "a baseline",
}


def find_run(store: Store, text: str) -> Record:
    """Return the training run whose id begins with ``text``.

    Raises:
        ConfigError: where there is none, or several.
    """
    check_digits("run", _EXPECTED, text)
    found = [r for r in store.records(only=(names.KEY,)) if r.run_id.startswith(text)]
    check_one("run", _EXPECTED, text, [record.run_id for record in found])
    if not found:
        received = f"{text}, which is not in {shown_store(store.uri)}"
        for kind, what in _OTHERS.items():
            if any(r.run_id.startswith(text) for r in store.records(kind=kind, only=())):
                received = f"{text}, {what}"
        raise ConfigError("run", _EXPECTED, received, "python -m rnnbench runs lists the ids")
    by_key = store.records({names.KEY: found[0].key})
    return next(record for record in by_key if record.run_id == found[0].run_id)


def check_digits(key: str, expected: str, text: str) -> None:
    """Refuse what begins no id; raises ConfigError."""
    if not re.fullmatch(r"[0-9a-f]{1,32}", text):
        action = "python -m rnnbench runs lists the ids"
        raise ConfigError(key, expected, text or "nothing", action)


def check_one(key: str, expected: str, text: str, ids: Sequence[str]) -> None:
    """Refuse digits with which several ids begin; raises ConfigError."""
    if len(ids) > 1:
        more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
        received = f"{text}, with which {', '.join(ids[:_SHOWN])}{more} begin"
        raise ConfigError(key, expected, received, "type more digits")


@contextmanager
def run_file(store: Store, run_id: str, name: str) -> Iterator[Path | None]:
    """Give a file of a run as a local path, or ``None`` where it has no such file.

    Raises:
        StoreError: where the store does not answer.
    """
    with run_files(store, [run_id], [name]) as folders:
        path = folders[run_id] / name if run_id in folders else None
        yield path if path is not None and path.is_file() else None

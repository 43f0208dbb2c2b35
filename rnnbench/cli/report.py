"""``report``: regenerate a report from the store."""

from __future__ import annotations

from pathlib import Path

from rnnbench.cli.words import Words
from rnnbench.config.expand import load
from rnnbench.errors import ConfigError
from rnnbench.report import write_report
from rnnbench.tracking.store import Store


def report(words: Words) -> int:
    """Write ``reports/NAME/report.md`` with its figures and print where it is."""
    overrides = list(words.overrides)
    if len(words.names) > 1:
        raise ConfigError("report", "one name", " ".join(words.names), "type report NAME")
    if words.names:
        overrides.append(f"report.name='{words.names[0]}'")
    config = load(overrides, config_dirs=words.config_dirs, cell=False)
    store = Store.open(config, create=False)
    path = write_report(store, config.report.name, Path("reports"))
    print(path)
    return 0

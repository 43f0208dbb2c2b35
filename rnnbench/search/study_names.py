"""What optuna-dashboard lists studies as, and how they are found by it."""

from __future__ import annotations

from typing import Any

from rnnbench.config.arm_names import short_label
from rnnbench.config.schema import Config

_LONGEST_ARM = 300  # characters; Optuna's names of studies have at most 512


def study_name(label: str, key: str, config: Config) -> str:
    """Return what optuna-dashboard lists the study as: data set, arm, sampler, and its key.

    As in ``imdb · lstm units=32 depth=2 · tpe · 3f2a9c0d1e2b``: the arm as its sweep called it, and
    the size of its stack where nothing else says it.
    """
    arm = short_label(label)
    for name in ("units", "depth"):
        is_open = f"model.{name}" in config.search.space or config.match is not None
        if not is_open and f"{name}=" not in arm:
            arm += f" {name}={getattr(config.model, name)}"
    told = (config.data.name, arm[:_LONGEST_ARM], config.search.sampler)
    return f"{' · '.join(told)} ·{_ending(key)}"


def known_name(storage: Any, key: str) -> str | None:
    """Return the name of a key's study, whatever its sweep called the arm."""
    import optuna

    names = optuna.get_all_study_names(storage)
    return next((name for name in names if name.endswith(_ending(key))), None)


def _ending(key: str) -> str:
    """Return what the name of a study ends with, today and in versions that named the arm only."""
    return f" {key[:12]}"

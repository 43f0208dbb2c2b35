"""Baselines that were finished with an earlier version of the code stay finished."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from rnnbench.baselines import BASELINES
from rnnbench.baselines.strategy import Baselines
from rnnbench.config.expand import expand
from rnnbench.sweep.data_cache import DataCache
from tests.sweep.test_recorded_keys import make_files

RECORDED: dict[str, dict[str, list[str]]] = json.loads(
    Path(__file__).with_name("recorded_keys.json").read_text("utf-8")
)


def make_vectors() -> None:
    """Write the file of word vectors that a command names."""
    lines = []
    for word in ("good", "bad", "film", "the"):
        row = np.round(np.random.default_rng(len(word)).normal(size=3), 3)
        lines.append(f"{word} {' '.join(map(str, row))}\n")
    Path("vectors.txt").write_text("".join(lines))


@pytest.mark.parametrize("command", RECORDED)
def test_a_baseline_keeps_the_keys_that_it_was_stored_under(command: str, work_dir: Path) -> None:
    make_files()
    make_vectors()
    arms = expand([*command.split(), "seeds=1"], default_cells=(None,))
    cache = DataCache(Path("runs").absolute())
    specs = Baselines(tuple(BASELINES.values())).declare(arms, cache).specs
    found = {
        f"{spec.baseline.name} seed={spec.config.seed}": [spec.key, spec.arm_key]
        for spec in specs
        if spec.baseline is not None
    }
    assert found.items() >= RECORDED[command].items()

"""Names of runs in MLflow: the data set first, what varies, and no two alike."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rnnbench.baselines import BASELINES
from rnnbench.config.expand import expand
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import declare
from rnnbench.tracking.run_names import (
    Subject,
    arm_name,
    attempt_name,
    run_name,
)
from rnnbench.training.spec import RunSpec, TrialOf
from tests.sweep.conftest import SMALL


@pytest.fixture
def spec(work_dir: Path) -> RunSpec:
    (found,) = declare(expand(["+cell=gru", *SMALL, "seeds=1"]), DataCache(work_dir / "data"))
    return replace(found, key="0123456789", arm_key="abcdef0123")


def test_say_data_set_arm_and_number(spec: RunSpec) -> None:
    assert run_name(spec) == "digits 8: gru, seed 0 (012345)"
    trial = replace(spec, trial=TrialOf("study", 3, True))
    assert run_name(trial) == "digits 8: gru, trial 3 (012345)"
    assert arm_name(spec, 1) == "digits 8: gru, mean of 1 seed (abcdef)"
    assert arm_name(spec, 10) == "digits 8: gru, mean of 10 seeds (abcdef)"
    bag = replace(spec, label="bag of words", baseline=BASELINES["bag_of_words"])
    assert run_name(bag) == "digits 8: bag of words, baseline (012345)"
    mean = replace(spec, label="x", baseline=BASELINES["mean_embedding"])
    assert run_name(mean) == "digits 8: x, baseline seed 0 (012345)"


def test_do_not_repeat_the_data_set_that_an_arm_is_called_by(spec: RunSpec) -> None:
    spec = replace(spec, label="gru data=digits model.depth=2 data.maxlen=8")
    assert run_name(spec) == "digits 8: gru model.depth=2, seed 0 (012345)"


def test_of_runs_that_differ_only_in_what_the_sweep_fixed_differ(work_dir: Path) -> None:
    words = ["+cell=gru", *SMALL, "seeds=1"]
    specs = [
        spec
        for more in ([], ["optimizer.learning_rate=0.1"], ["seed=1"])
        for spec in declare(expand([*words, *more]), DataCache(work_dir / "data"))
    ]
    assert len({run_name(spec) for spec in specs}) == len(specs) == 3
    assert attempt_name("a", 1) == "a"
    assert attempt_name("a", 2) == "a attempt 2"


def test_of_sweeps_say_cells_and_keys(spec: RunSpec) -> None:
    labels = [f"{cell} model.depth={n}" for cell in ("lstm", "gru") for n in (1, 2, 3)]
    subject = Subject.of([(label, spec.data) for label in labels])
    told = subject.name("sweep of 6 runs", "abcdef0123")
    assert told == "digits 8: lstm, gru by model.depth, sweep of 6 runs (abcdef)"
    several = Subject(tuple("abcdef"), ("imdb 100", "imdb 500"))
    assert several.name("sweep", "key") == "imdb 100, imdb 500: a, b, c, d and 2 more, sweep (key)"


def test_fit_into_a_database_and_keep_their_end(spec: RunSpec) -> None:
    name = run_name(replace(spec, label=f"gru {'x' * 400}"))
    assert len(name) == 250
    assert name.endswith("..., seed 0 (012345)")


def test_hold_no_secret_and_nothing_that_drives_a_terminal(spec: RunSpec) -> None:
    name = run_name(replace(spec, label="gru path=https://anna:secret@host/x\x1b[2J\n\nend"))
    assert "secret" not in name
    assert "\x1b" not in name
    assert "\n" not in name

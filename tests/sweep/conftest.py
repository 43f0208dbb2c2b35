"""A small sweep on real digits: seconds, not minutes."""

from __future__ import annotations

import pytest

from rnnbench.config.expand import load
from rnnbench.system.machine import this_machine
from rnnbench.tracking.recorder import Recorder, run_tags
from rnnbench.tracking.store import Store
from rnnbench.training.spec import RunSpec

SMALL = (
    "data=digits",
    "data.limit=200",
    "data.test_limit=50",
    "model.units=4",
    "training.jit_compile=false",  # compiling takes longer than training
    "training.epochs=2",
)
# The same, compiled by XLA.
COMPILED = tuple(word for word in SMALL if not word.startswith("training.jit_compile"))


@pytest.fixture
def store(work_dir: object) -> Store:
    """The store of the working directory."""
    return Store.open(load([], cell=False))


def begin(store: Store, spec: RunSpec, parent: str | None = None) -> Recorder:
    """Begin a run as a driver does, without looking whether anyone else has."""
    tags = run_tags(spec, "some-sweep", "python -m rnnbench sweep 'a b'")
    recorder = Recorder(store, spec, store.begin(tags, spec.name), parent)
    recorder.placed(this_machine())
    return recorder

"""A small sweep on real digits: seconds, not minutes."""

from __future__ import annotations

import pytest

from rnnbench.config.expand import load
from rnnbench.tracking.store import Store

SMALL = (
    "data=digits",
    "data.limit=200",
    "data.test_limit=50",
    "model.units=4",
    "training.epochs=2",
)


@pytest.fixture
def store(work_dir: object) -> Store:
    """The store of the working directory."""
    return Store.open(load([], cell=False))

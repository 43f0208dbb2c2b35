"""Pairs that may differ in one factor are found without relating all of them."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from rnnbench.config.expand import expand
from rnnbench.config.keys import implied_by, keys
from rnnbench.results.candidates import candidates, thing
from rnnbench.results.compare import relate
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import declare
from rnnbench.until.arms import arms_of

GRIDS = (
    ("model.units=4,8,16", "model.depth=1,2", "optimizer=adam,sgd"),
    ("cell.activation=tanh,relu", "model.dropout=0,0.2,0.4", "training.epochs=2,3"),
    ("match=gru:8,null", "training.jit_compile=true,false", "training.batch_size=16,32"),
)


@pytest.mark.parametrize("grid", GRIDS)
def test_no_pair_of_one_factor_is_left_out(grid: tuple[str, ...], tmp_path: Path) -> None:
    specs = declare(
        expand(["+cell=simple_rnn,lstm,gru", "data=digits", *grid]), DataCache(tmp_path), 1
    )
    arms = arms_of(specs)
    assert len(arms) > 12
    found = candidates(arms)
    of_one_factor = {
        (a, b)
        for a, b in itertools.combinations(range(len(arms)), 2)
        if relate(arms[a], arms[b]).has_one_factor
    }
    assert of_one_factor
    assert of_one_factor <= set(found)
    assert found == sorted(found)
    assert len(found) < len(arms) * (len(arms) - 1) / 2


def test_a_key_is_one_with_those_that_it_brings_along() -> None:
    for name in keys():
        assert {thing(name)} >= {thing(key) for key in implied_by(name)}

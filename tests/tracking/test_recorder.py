"""What the store is told of a run at its start."""

from __future__ import annotations

import json

from rnnbench.config.expand import expand
from rnnbench.declaration import declare
from rnnbench.seeds import streams
from rnnbench.tracking import names
from rnnbench.tracking.store import Store
from tests.conftest import Configure
from tests.sweep.conftest import SMALL, begin


def test_a_stored_run_tells_the_seeds_that_it_draws_from(
    store: Store, configure: Configure
) -> None:
    for data in ("digits", "reviews"):
        words = ["+cell=lstm,gru", f"data={data}", *SMALL[1:], "model.depth=2", "seed=6", "seeds=1"]
        for spec in declare(expand(words), store.home.path):
            begin(store, spec)
    found = {
        (record.params["data.name"], record.tags[names.CELL]): json.loads(record.tags[names.SEEDS])
        for record in store.records()
    }
    model = configure("+cell=gru", depth=2).model
    assert found == {
        (data, cell): streams(model, 6, tokens=data == "reviews")
        for data in ("digits", "reviews")
        for cell in ("lstm", "gru")
    }

"""Ids of new runs, and how much of a large store a run changes."""

from __future__ import annotations

import re
from itertools import pairwise

from rnnbench.tracking.sql_rows import RunIds
from rnnbench.tracking.store import Store


def test_ids_are_those_of_mlflow_and_each_of_one_run() -> None:
    ids = RunIds()
    found = {ids.new() for _ in range(10_000)}
    assert len(found) == 10_000
    assert all(re.fullmatch("[0-9a-f]{32}", one) for one in found)


def test_runs_that_follow_one_another_are_neighbours_all_over_the_range() -> None:
    ids = RunIds()
    places = [ids.new()[:2] for _ in range(256 * 32)]
    assert sum(one != other for one, other in pairwise(places)) <= 256
    assert len(set(places)) == 256


def test_runs_of_a_store_have_such_ids(store: Store) -> None:
    assert len({store.begin({}, "some")[:2] for _ in range(10)}) <= 2

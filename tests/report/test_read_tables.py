"""What the files of many runs hold is read by several processes, and is the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from benchmarks.recorded import fill
from rnnbench.config.expand import load
from rnnbench.report import tables as module
from rnnbench.report.build import Tables
from rnnbench.report.tables import read_tables
from rnnbench.tracking.store import Store

_Result = TypeVar("_Result")


def contents(tables: Tables) -> dict[str, object]:
    def by_run(found: Mapping[str, Mapping[str, object]]) -> dict[str, list[str]]:
        return {which: list(own) for which, own in found.items()}

    right = [array for own in tables.correct.values() for array in own.values()]
    matrices = [one.confusion for own in tables.classes.values() for one in own.values()]
    norms = [flow.norms for own in tables.flows.values() for flow in own]
    return {
        "runs": [by_run(tables.correct), by_run(tables.classes), list(tables.flows)],
        "values": [np.concatenate(found).tolist() for found in (right, matrices, norms) if found],
    }


def test_parts_that_end_in_any_order_make_the_same_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = fill(tmp_path, ["+cell=gru", "data=digits", "model.units=4,5", "seeds=3"], epochs=2)
    store = Store.open(load([f"home={tmp_path / 'runs'}"], cell=False), create=False)
    given: list[int] = []

    def last_first(jobs: Sequence[Callable[[], _Result]], /) -> Iterator[tuple[int, _Result]]:
        given.append(len(jobs))
        for number in reversed(range(len(jobs))):
            yield number, jobs[number]()

    whole = contents(read_tables(store, run=last_first))
    assert given == []  # so few are read here
    monkeypatch.setattr(module, "_PART", 4)
    assert contents(read_tables(store, run=last_first)) == whole
    assert count == 6
    assert given == [2]

"""What is read of some runs takes as long in a store of ten thousand runs as in one of ten."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from rnnbench.config.metrics import EPOCH_METRICS
from rnnbench.tracking import names
from rnnbench.tracking.database import Ask
from rnnbench.tracking.sql_reader import SqlReader
from rnnbench.tracking.sqlite import SqliteFile
from rnnbench.tracking.store import Store

_OF_ONE_RUN = r"(run_uuid|destination_id)=\?|rnnbench_(arm_)?key \(value=\?\)"


@dataclass
class Explained(SqliteFile):
    """A database that notes how it would go about each query."""

    plans: list[str] = field(default_factory=list)

    @contextmanager
    def reading(self) -> Iterator[Ask]:
        with super().reading() as ask:

            def explained(sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
                self.plans += [row[3] for row in ask(f"EXPLAIN QUERY PLAN {sql}", values)]
                return ask(sql, values)

            yield explained

    def rows_of_all_runs(self) -> list[str]:
        """Return the steps that read rows of other runs than those that are asked for."""
        of_runs = re.compile("(SEARCH|SCAN) (tags|params|metrics|latest_metrics|inputs)")
        return [p for p in self.plans if of_runs.match(p) and not re.search(_OF_ONE_RUN, p)]


@pytest.fixture
def database(store: Store) -> Explained:
    _ = store.writer  # makes the indexes
    return Explained(store.home.database)


@pytest.mark.parametrize("metrics", [None, ["loss"], ["loss", "val_loss"], EPOCH_METRICS])
@pytest.mark.parametrize("count", [1, 10, 500])
def test_histories_are_found_by_run(
    database: Explained, store: Store, metrics: Sequence[str] | None, count: int
) -> None:
    ids = [f"{number:032x}" for number in range(count)]
    SqlReader(database, store.experiment_id).histories(ids, metrics)
    assert database.plans
    assert database.rows_of_all_runs() == []


@pytest.mark.parametrize("only", [None, [names.KEY], [names.KEY, names.ARM_KEY, "seed", "loss"]])
@pytest.mark.parametrize("count", [1, 10])
def test_runs_of_an_arm_are_found_by_run(
    database: Explained, store: Store, only: Sequence[str] | None, count: int
) -> None:
    tags = {names.KIND: "run", names.ARM_KEY: "an arm"}
    for _ in range(count):
        store.begin(tags, "a run")
    reader = SqlReader(database, store.experiment_id)
    assert len(list(reader.search(tags, only=only))) == count
    assert database.rows_of_all_runs() == []

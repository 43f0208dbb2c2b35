"""A store in a real PostgreSQL server, which the tests start for themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from rnnbench.config.expand import load
from rnnbench.tracking import names
from rnnbench.tracking.store import Store
from rnnbench.tracking.writer import MetricValue, RunEntry
from tests.conftest import Run
from tests.sweep.conftest import SMALL
from tests.sweep.postgresql import postgres

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]

METRICS = tuple(MetricValue(f"m{n}", 1 / (n + 1), n, 10) for n in range(100))
SWEEP = ("sweep", "+cell=simple_rnn", *SMALL, "seeds=2")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a fresh server."""
    with postgres() as server:
        yield server.address


def test_a_sweep_is_stored_and_typed_twice_trains_nothing(
    run: Run, address: str, work_dir: Path
) -> None:
    uri = f'tracking.uri="{address}"'
    first = run(*SWEEP, uri)
    assert first.status == 0, first.err
    store = Store.open(load([uri], cell=False))
    trained = store.records()
    assert [(record.status, record.seed) for record in trained] == [
        ("FINISHED", 0),
        ("FINISHED", 1),
    ]
    (summary,) = store.records(kind="arm")
    assert set(summary.tags[names.REPLICATES].split()) == {r.run_id for r in trained}
    (parent,) = store.records(kind="sweep")
    assert {r.tags[names.PARENT] for r in trained} == {parent.run_id}
    assert parent.status == "FINISHED"
    histories = store.histories([r.run_id for r in trained], ["val_loss"])
    assert [len(history["val_loss"]) for history in histories.values()] == [2, 2]
    # What is in the server is nowhere else.
    assert not (work_dir / "runs" / "mlflow.db").exists()

    planned = run("plan", *SWEEP[1:], uri)
    assert "2 runs: 2 DONE. A sweep would train nothing." in planned.out
    again = run(*SWEEP, uri)
    assert (again.status, again.out) == (0, first.out)
    assert "2 of 2 runs were finished already" in again.err
    assert store.records() == trained
    assert store.records(kind="arm") == [summary]

    told = [first.out, first.err, planned.err, again.err, *map(str, trained), str(parent)]
    assert not any("secret" in text for text in told)


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
def test_rows_of_many_runs_take_few_statements(address: str, work_dir: Path, driver: str) -> None:
    uri = f'tracking.uri="{address.replace("psycopg2", driver)}"'
    store = Store.open(load([uri], cell=False))
    run_ids = [store.begin({names.KIND: "baseline", "own": "1"}, f"run {n}") for n in range(20)]
    entries = [RunEntry(i, {"a": i}, METRICS, {"own": "2"}) for i in run_ids]
    # A statement may not change a row twice, as those of the same run would.
    entries += [RunEntry(i, {}, METRICS[::-1], {"own": "3"}, None, "FINISHED") for i in run_ids]
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert store.add(*entries) == set()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len(statements) < 10
    found = [r for r in store.records(kind="baseline") if r.run_id in run_ids]
    assert {r.run_id: (r.status, r.tags["own"], r.params) for r in found} == {
        i: ("FINISHED", "3", {"a": i}) for i in run_ids
    }
    assert all(r.metrics == {point.name: point.value for point in METRICS} for r in found)

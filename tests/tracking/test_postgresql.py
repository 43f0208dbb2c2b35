"""A store in a real PostgreSQL server, which the tests start for themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rnnbench.config.expand import load
from rnnbench.tracking import names
from rnnbench.tracking.store import Store
from tests.conftest import Run
from tests.sweep.conftest import SMALL
from tests.sweep.postgresql import postgres

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]

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

"""A store on a real MLflow server: claims, histories of many runs, files that are fetched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.recorded import fill
from rnnbench.config.expand import load
from rnnbench.results.answers import read_answers
from rnnbench.stored.lookup import run_file
from rnnbench.system.locks import Timeout
from rnnbench.testing import locks as conformance
from rnnbench.testing.locks import LocksConformance
from rnnbench.tracking import client_reader
from rnnbench.tracking.client_reader import ClientReader
from rnnbench.tracking.locking import claims
from rnnbench.tracking.locking.claims import ClaimLocks
from rnnbench.tracking.locking.registry import Registration, Removed
from rnnbench.tracking.locking.server import EXPERIMENT, ServerRegistry
from rnnbench.tracking.rest import API, call_server
from rnnbench.tracking.store import Store
from tests.sweep.processes import Commands, free_address, start_server
from tests.tracking.locking.test_claims import see_death, traces

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that nobody has used yet."""
    folder = tmp_path_factory.mktemp("server")
    commands, found = Commands(folder), free_address()
    start_server(commands, found, f"sqlite:///{folder / 'server.db'}", folder)
    yield found
    for process in claims._processes.values():
        process.leave()
    claims._processes.clear()
    commands.kill()


def experiments(address: str) -> set[str]:
    found = call_server(address, "POST", f"{API}/experiments/search", max_results=100)
    return {experiment["name"] for experiment in found["experiments"]}


def test_entries_of_processes_are_runs_which_nobody_writes_to_once_they_are_removed(
    address: str,
) -> None:
    registry = ServerRegistry(address, "a host")
    assert registry.look() == {}
    assert EXPERIMENT not in experiments(address)
    first, second = registry.enter(), registry.enter()
    assert EXPERIMENT in experiments(address)
    registry.put(first, "c1", "a/name\n")
    registry.put(first, "c1", "a/name\n")
    registry.put(second, "c2", "x" * 9000)
    registry.renew(first, "1", quick=True)
    assert registry.look() == {
        first: Registration("1", frozenset({"c1"})),
        second: Registration("", frozenset({"c2"})),
    }
    registry.withdraw(first, "c1")
    registry.withdraw(first, "c1")
    registry.remove(second)
    registry.remove(second)
    assert registry.look(quick=True) == {first: Registration("1", frozenset())}
    with pytest.raises(Removed):
        registry.put(second, "c2", "name")
    with pytest.raises(Removed):
        registry.renew(second, "1")
    registry.withdraw(second, "c2")
    registry.remove(first)
    assert registry.look() == {}


@pytest.mark.stress
class TestServerLocks(LocksConformance):
    attempts, rounds = 20, 3
    traces = staticmethod(traces)
    see_death = staticmethod(see_death)

    @pytest.fixture
    def locks(self, address: str, monkeypatch: pytest.MonkeyPatch) -> ClaimLocks:
        monkeypatch.setattr(conformance, "_PATIENCE", 120)
        for entry in ServerRegistry(address).look():  # of those whom the test before has killed
            ServerRegistry(address).remove(entry)
        return ClaimLocks(ServerRegistry(address), seconds=1.0, looks=8)


def test_those_who_know_the_server_by_another_address_exclude_each_other(address: str) -> None:
    first, second = (
        ClaimLocks(ServerRegistry(known))
        for known in (address, address.replace("127.0.0.1", "localhost"))
    )
    with first.acquire("name", timeout=0) as lock:
        assert second.held("name")
        with pytest.raises(Timeout):
            second.acquire("name", timeout=0)
        assert lock.is_held()
    second.acquire("name", timeout=0).release()


@pytest.fixture(scope="module")
def filled_server(address: str, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store with four finished runs on the server."""
    folder = tmp_path_factory.mktemp("filled")
    words = ("+cell=gru", "data=digits", "model.units=4", "seeds=4", f"tracking.uri={address}")
    assert fill(folder, words, epochs=3) == 4
    return Store.open(load([f"home={folder / 'runs'}", words[-1]], cell=False))


class TestFilledServer:
    def test_histories_of_many_runs_are_those_that_the_client_tells_one_by_one(
        self, filled_server: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ids = [record.run_id for record in filled_server.records()]
        metrics = ["val_loss", "loss", "never_logged"]
        alone = ClientReader(lambda: filled_server.client, filled_server.experiment_id).histories(
            ids, metrics
        )
        assert len(alone[ids[0]]["loss"]) == 3
        monkeypatch.setattr(client_reader, "_RUNS", 3)
        requests: list[Any] = []

        def counted(*words: Any, **named: Any) -> Any:
            requests.append(named)
            return call_server(*words, **named)

        monkeypatch.setattr(client_reader, "call_server", counted)
        assert filled_server.histories(ids, metrics) == alone
        assert len(requests) == 6
        monkeypatch.setattr(client_reader, "_POINTS", 9)  # the server would leave some out
        assert filled_server.histories(ids, metrics) == alone

    def test_files_are_fetched(
        self, filled_server: Store, capfd: pytest.CaptureFixture[str]
    ) -> None:
        records = filled_server.records()
        asked = {record.run_id: "last" for record in records}
        answers = read_answers(filled_server, asked)["last"]  # type: ignore[arg-type]
        assert {run_id: right.size for run_id, right in answers.items()} == dict.fromkeys(
            asked, 100
        )
        with run_file(filled_server, records[0].run_id, "predictions.npz") as path:
            assert path is not None
            assert path.is_file()
        assert not path.exists()
        with run_file(filled_server, records[0].run_id, "none") as path:
            assert path is None
        assert capfd.readouterr() == ("", "")

    def test_sweeps_have_one_lock_whatever_the_address(
        self, filled_server: Store, tmp_path: Path
    ) -> None:
        uri = filled_server.uri.replace("127.0.0.1", "localhost")
        other = Store.open(load([f"home={tmp_path / 'other'}", f"tracking.uri={uri}"], cell=False))
        assert other.sweep_lock("key") == filled_server.sweep_lock("key")
        assert not list(tmp_path.rglob("owners/*"))

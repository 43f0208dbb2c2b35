"""Advisory locks in a real PostgreSQL server, which is stopped and started."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rnnbench.errors import StoreError
from rnnbench.system.file_locks import FileLocks
from rnnbench.system.locks import Locks, Timeout
from rnnbench.testing.locks import LocksConformance
from rnnbench.tracking.locking import postgresql
from rnnbench.tracking.locking.choice import Both
from rnnbench.tracking.locking.postgresql import PostgresLocks
from tests.sweep.postgresql import Postgres, postgres

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as started:
        yield started


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "_BEAT_SECONDS", 0.2)


class TestPostgresLocks(LocksConformance):
    @pytest.fixture(params=["psycopg", pytest.param("psycopg2", marks=pytest.mark.stress)])
    def locks(self, request: pytest.FixtureRequest, server: Postgres) -> PostgresLocks:
        pytest.importorskip(request.param)
        self.server = server
        return PostgresLocks(server.address.replace("psycopg2", request.param))

    def traces(self, locks: Locks) -> list[str]:
        return [
            str(row)
            for row in self.server.ask("SELECT * FROM pg_locks WHERE locktype = 'advisory'")
        ]


def locks_of(server: Postgres, who: str = "first") -> PostgresLocks:
    """Locks of another process, as far as the server can tell: on a connection of their own."""
    return PostgresLocks(f"{server.address}&application_name={who}")


def end_connection(server: Postgres, who: str) -> None:
    server.ask(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{who}'",
    )


def test_a_lock_outlives_a_restart_of_the_server_before_anybody_else_gets_it(
    server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "GRACE_SECONDS", 3.0)
    with locks_of(server).acquire("name") as lock:
        server.stop()
        server.start()
        other = locks_of(server, "second")
        assert other.held("name")
        with pytest.raises(Timeout):
            other.acquire("name", timeout=0)
        assert lock.is_held()
    other.acquire("name", timeout=0).release()


def test_a_lock_that_another_got_while_its_holder_was_away_is_lost(
    server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "_BEAT_SECONDS", 60)  # the holder notices nothing
    first = locks_of(server)
    lost, kept = first.acquire("name"), first.acquire("another name")
    end_connection(server, "first")
    with locks_of(server, "second").acquire("name", timeout=5) as theirs:
        assert not lost.is_held()
        assert kept.is_held()
        lost.release()
        assert theirs.is_held()
        with pytest.raises(Timeout):
            first.acquire("name", timeout=0)
    kept.release()
    with first.acquire("name", timeout=5):
        assert not lost.is_held()


def test_a_connection_that_is_lost_on_the_way_alone_is_ended_and_its_locks_stay(
    server: Postgres,
) -> None:
    """The server takes the old connection for alive, and the lock for another's."""
    lock = locks_of(server).acquire("name")
    session = postgresql._sessions[locks_of(server)]
    session._connection, left = None, session._connection
    assert lock.is_held()
    lock.release()
    left.invalidate()
    left.close()
    assert server.ask("SELECT * FROM pg_locks WHERE locktype = 'advisory'") == []


def test_connections_that_are_shared_are_refused_without_a_secret(server: Postgres) -> None:
    locks = locks_of(server)
    locks.held("name")
    session = postgresql._sessions[locks]
    session._backend = (1, "another")
    with pytest.raises(StoreError, match="pool_mode=session") as caught:
        locks.acquire("name")
    assert "secret" not in str(caught.value) + repr(locks)


def test_homes_have_their_own_lock_and_that_of_the_store(server: Postgres, tmp_path: Path) -> None:
    first, second = (
        Both(FileLocks(tmp_path / who), locks_of(server, who)) for who in ("first", "second")
    )
    with first.acquire("name") as lock:
        assert first.near.held("name")
        assert first.held("name")
        assert second.held("name")
        with pytest.raises(Timeout):
            second.acquire("name", timeout=0)
        assert not second.near.held("name")
        assert lock.is_held()
    assert not lock.is_held()
    assert not first.near.held("name")
    with second.near.acquire("name"), pytest.raises(Timeout):
        second.acquire("name", timeout=0)
    assert not second.held("name")

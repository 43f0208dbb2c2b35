"""Locks in a PostgreSQL database, which all its clients have in common: advisory locks.

The server lets go of a lock when the connection ends that holds it: when its process dies, at the
latest half a minute after its machine does. Where the connection breaks and its process lives, as
in a restart of the server, the process connects again within seconds and takes its locks again.
For so long after a start the server gives no locks to others, by its own clock: a grace period, as
NFS has it. A lock that another has got all the same is lost, and :meth:`PostgresLock.is_held` says
so.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from rnnbench.errors import StoreError
from rnnbench.formatting.redact import shown_address
from rnnbench.system.locks import Lock, Timeout
from rnnbench.tracking.lasting import is_lost, lasting
from rnnbench.tracking.locking.connection import connected

GRACE_SECONDS = 6.0
_BEAT_SECONDS = 2.0
_POLL_SECONDS = (0.05, 0.5)  # between two attempts: first, and at most
_OLD_SECONDS = 5.0  # to wait for the end of a connection that was lost on the way
_TRY = (
    "SELECT pg_backend_pid(), CASE WHEN clock_timestamp() - pg_postmaster_start_time()"
    " < make_interval(secs => %s) THEN NULL ELSE pg_try_advisory_lock(%s) END"
)
_HELD = (
    "SELECT clock_timestamp() - pg_postmaster_start_time() < make_interval(secs => %s), EXISTS"
    " (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
    " WHERE datname = current_database() AND locktype = 'advisory' AND objsubid = 1 AND granted"
    " AND classid::bigint = %s AND objid::bigint = %s)"
)


class PostgresLock(Lock):
    """A name that is held by this process's connection."""

    def __init__(self, session: _Session, name: str) -> None:
        self._session = session
        self._name = name

    def release(self) -> None:
        """Let go of the name."""
        self._session.release(self._name, self)

    def is_held(self) -> bool:
        """See :class:`rnnbench.system.locks.Lock`."""
        return self._session.holds(self._name, self)


@dataclass(frozen=True)
class PostgresLocks:
    """The :class:`rnnbench.system.locks.Locks` of a PostgreSQL database.

    Attributes:
        address: of the database; a password may be in it, in the environment or in ``~/.pgpass``.
        key: of the configuration, which named it.
    """

    address: str = field(repr=False)
    key: str = "tracking.uri"

    def acquire(self, name: str, timeout: float | None = None) -> PostgresLock:
        """See :class:`rnnbench.system.locks.Locks`; a server that has just started is waited for.

        Raises:
            Timeout: where another holds it all the time.
            StoreError: where connections are shared with others.
            SQLAlchemyError: where the database does not answer.
        """
        end = None if timeout is None else time.monotonic() + timeout
        poll, longest = _POLL_SECONDS
        while True:
            found = lasting(_guarded, _Session.attempt, self, name)
            if isinstance(found, PostgresLock):
                return found
            if found is False and end is not None and time.monotonic() >= end:
                raise Timeout(name)
            time.sleep(poll)
            poll = min(2 * poll, longest)

    def held(self, name: str) -> bool:
        """See :class:`rnnbench.system.locks.Locks`; a server that has just started is waited for.

        Raises:
            SQLAlchemyError: where the database does not answer.
        """
        while True:
            has_just_started, found = lasting(_guarded, _Session.look, self, name)
            if found or not has_just_started:
                return bool(found)
            time.sleep(_POLL_SECONDS[1])


class _Session:
    """This process's connection to a database, and what it holds by it."""

    def __init__(self, locks: PostgresLocks) -> None:
        self._locks = locks
        self._held: dict[str, PostgresLock] = {}
        self._connection: Any = None
        self._backend: tuple[int, str] | None = None  # of the server, which serves the connection
        self._schema = ""
        self._used = time.monotonic()
        self._keeper = threading.Thread(target=self._keep, daemon=True, name="postgresql locks")

    def attempt(self, name: str) -> PostgresLock | bool | None:
        """Return a lock, ``False`` where another has it, ``None`` where the server gives none."""
        if name in self._held:
            return False
        found = self._try(self._ask, name, GRACE_SECONDS)
        if not found:
            return found
        self._held[name] = PostgresLock(self, name)
        return self._held[name]

    def look(self, name: str) -> tuple[bool, bool]:
        """Return whether the server has just started, and whether anybody holds a name."""
        if name in self._held:
            return False, True
        if self._connection is None:
            self._connect()
        number = self._number(name) % 2**64
        row = self._ask(_HELD, GRACE_SECONDS, number >> 32, number % 2**32)
        return bool(row[0]), bool(row[1])

    def holds(self, name: str, lock: PostgresLock) -> bool:
        """Return whether a lock has survived, having asked the server."""
        if self._is_forgotten() or self._held.get(name) is not lock:
            return False
        lasting(self._beat)
        return self._held.get(name) is lock

    def release(self, name: str, lock: PostgresLock) -> None:
        """Let go of a name; a lock that was lost is gone already."""
        with _guard:
            if self._is_forgotten() or self._held.get(name) is not lock:
                return
            del self._held[name]
            if self._connection is not None:
                try:
                    self._ask("SELECT pg_advisory_unlock(%s)", self._number(name))
                except Exception as error:
                    if not is_lost(error):
                        raise

    def _is_forgotten(self) -> bool:
        """Return whether this process is a child of the one that has the connection."""
        return _sessions.get(self._locks) is not self

    def _beat(self) -> None:
        with _guard:
            self._ask("SELECT 1")

    def _keep(self) -> None:
        """Connect again soon after the connection was lost; close it once nothing is held."""
        while True:
            time.sleep(_BEAT_SECONDS)
            with _guard:
                if self._is_forgotten():
                    return
                if self._held:
                    with suppress(Exception):
                        self._beat()
                elif time.monotonic() - self._used > _BEAT_SECONDS:
                    del _sessions[self._locks]
                    self._drop()
                    return

    def _try(self, ask: Callable[..., Any], name: str, grace: float) -> bool | None:
        """Ask for a name: ``None`` during the grace period."""
        if self._connection is None:
            self._connect()
        found = ask(_TRY, grace, self._number(name))
        assert self._backend is not None
        if found[0] != self._backend[0]:
            self._drop()
            raise StoreError(
                self._locks.key,
                "a connection of its own",
                f"{shown_address(self._locks.address)}, which shares connections",
                "name PostgreSQL itself, or have PgBouncer use pool_mode=session",
            )
        return None if found[1] is None else bool(found[1])

    def _number(self, name: str) -> int:
        """Return the 64 bits that stand for a name in this database."""
        text = f"rnnbench\n{self._schema}\n{name}".encode("utf-8", "surrogatepass")
        return int.from_bytes(hashlib.sha256(text).digest()[:8], "big", signed=True)

    def _ask(self, sql: str, *values: object) -> Any:
        """Return the first row of an answer; a connection that turns out to be lost is renewed."""
        self._used = time.monotonic()
        if self._connection is not None:
            try:
                return self._execute(sql, *values)
            except Exception as error:
                if not is_lost(error):
                    raise
        self._connect()
        return self._execute(sql, *values)

    def _execute(self, sql: str, *values: object) -> Any:
        try:
            return self._connection.exec_driver_sql(sql, values).fetchone()
        except Exception as error:
            if is_lost(error):
                self._drop()
            raise

    def _connect(self) -> None:
        """Connect, and take again what was held by a connection before."""
        self._connection = connected(self._locks.address, self._locks.key)
        if not self._keeper.is_alive():
            self._keeper.start()
        try:
            before = self._backend
            pid, start, self._schema = self._execute(
                "SELECT pid, backend_start::text, current_schema()::text FROM pg_stat_activity"
                " WHERE pid = pg_backend_pid()"
            )
            self._backend = pid, start
            if before is not None and self._held:
                self._end(*before)
            lost = [name for name in self._held if not self._try(self._execute, name, 0.0)]
        except BaseException:
            self._drop()
            raise
        for name in lost:
            del self._held[name]

    def _end(self, pid: int, start: str) -> None:
        """End the connection before this one, which the server may not know to be lost."""
        there = "FROM pg_stat_activity WHERE pid = %s AND backend_start::text = %s"
        end = time.monotonic() + _OLD_SECONDS
        while self._execute(f"SELECT pg_terminate_backend(pid) {there}", pid, start) is not None:
            if time.monotonic() > end:
                return
            time.sleep(_POLL_SECONDS[0])

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):
                connection.invalidate()
            with suppress(Exception):
                connection.close()

    def forget(self) -> None:
        """Leave a connection to the parent of this process: without a word, which would end it."""
        if self._connection is not None:
            _left.append(self._connection)  # whose end would say it
            with suppress(Exception):
                os.close(self._connection.connection.driver_connection.fileno())


# A forked process has the connections of its parent, and would be taken for it.
_sessions: dict[PostgresLocks, _Session] = {}
_left: list[Any] = []
_guard = threading.RLock()


def _guarded(ask: Callable[[_Session, str], Any], locks: PostgresLocks, name: str) -> Any:
    with _guard:
        if locks not in _sessions:
            _sessions[locks] = _Session(locks)
        return ask(_sessions[locks], name)


def _forget_in_child() -> None:
    global _guard
    for session in _sessions.values():
        session.forget()
    _sessions.clear()
    _guard = threading.RLock()


os.register_at_fork(
    before=lambda: _guard.acquire(),
    after_in_parent=lambda: _guard.release(),
    after_in_child=_forget_in_child,
)

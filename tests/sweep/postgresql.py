"""A PostgreSQL server of the tests' own, which they stop and start."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest


def programs() -> Path:
    """Return the folder of the server's programs, which Debian keeps out of the path."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not folders or not (folders[-1] / "initdb").is_file():
        pytest.skip("no PostgreSQL server: install Debian's package postgresql")
    return folders[-1]


def unprivileged() -> dict[str, Any]:
    """Return the user for whom the server is started, which refuses to work for root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    pytest.skip("no user to start PostgreSQL for: neither postgres nor nobody")


@dataclass(frozen=True)
class Postgres:
    """A server that listens on a socket in a folder of its own."""

    folder: Path
    bin: Path = field(default_factory=programs)
    user: dict[str, Any] = field(default_factory=unprivileged)

    @property
    def address(self) -> str:
        return f"postgresql+psycopg2://anna:secret@/postgres?host={self.folder}"

    def ask(self, sql: str) -> list[Any]:
        """Execute one statement and return the rows of its answer."""
        import psycopg2

        address = f"host={self.folder} user=anna dbname=postgres"
        with closing(psycopg2.connect(address)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else []

    def create(self, database: str) -> str:
        """Create another database and return its address."""
        self.ask(f"CREATE DATABASE {database}")
        return self.address.replace("/postgres?", f"/{database}?")

    def initialise(self) -> None:
        self._call("initdb", "--username=anna", "--auth=trust", "--encoding=UTF8", "--no-sync")

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c fsync=off"
        log = str(self.folder / "log")
        self._call("pg_ctl", "start", "--wait", "--log", log, "--options", options)

    def stop(self, mode: str = "immediate") -> None:
        self._call("pg_ctl", "stop", "--wait", f"--mode={mode}")

    def _call(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [self.bin / program, "--pgdata", self.folder / "data", *words],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **self.user,
        )
        log = self.folder / "log"
        said = log.read_text(errors="replace") if log.exists() else done.stdout
        assert done.returncode == 0, said


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Start a fresh server, and stop it in the end; skips where there is none."""
    pytest.importorskip("psycopg2", reason="no driver for PostgreSQL: install psycopg2-binary")
    # Not below pytest's own folder, which no other user may enter.
    with tempfile.TemporaryDirectory(prefix="rnnbench-pg-") as name:
        server = Postgres(Path(name))
        if server.user:
            os.chown(server.folder, server.user["user"], server.user["group"])
        server.initialise()
        server.start()
        try:
            yield server
        finally:
            server.stop()

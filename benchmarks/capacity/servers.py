"""A PostgreSQL server and an MLflow server of the benchmark's own, for this machine alone."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.side_by_side.processes import environment

_PATIENCE = 180.0


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, which Debian keeps out of the path."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders and (folders[-1] / "initdb").is_file() else None


@contextmanager
def postgresql(folder: Path) -> Iterator[int]:
    """Start a fresh server with its usual safety, and give its port; anybody here is trusted."""
    found = programs()
    if found is None:
        raise RuntimeError("no PostgreSQL: install Debian's package postgresql")
    user = _unprivileged()
    if user:
        os.chown(folder, user["user"], user["group"])
    port = free_port()

    def call(program: str, *words: str) -> None:
        done = subprocess.run(
            [found / program, "--pgdata", folder / "data", *words],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **user,
        )
        if done.returncode:
            raise RuntimeError(f"{program}: exit status {done.returncode}\n{done.stdout}")

    call("initdb", "--username=anna", "--auth=trust", "--encoding=UTF8")
    options = f"-c listen_addresses=127.0.0.1 -p {port} -c unix_socket_directories={folder}"
    call("pg_ctl", "start", "--wait", "--log", str(folder / "log"), "--options", options)
    try:
        yield port
    finally:
        call("pg_ctl", "stop", "--wait", "--mode=immediate")


def ask(port: int, sql: str, database: str = "postgres") -> list[Any]:
    """Execute a statement and return the rows of its answer."""
    import psycopg2

    connection = psycopg2.connect(host="127.0.0.1", port=port, user="anna", dbname=database)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def address(port: int, database: str) -> str:
    """Return the address of a database as ``tracking.uri`` takes it."""
    return f"postgresql+psycopg2://anna@127.0.0.1:{port}/{database}"


@contextmanager
def mlflow_server(folder: Path, database: str, workers: int) -> Iterator[int]:
    """Start an MLflow server on a database, and give its port."""
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--backend-store-uri", database, "--workers", str(workers)]
    command += ["--artifacts-destination", str(folder / "artifacts")]
    with (folder / "mlflow.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment(), stdout=log, stderr=log, start_new_session=True
        )
    try:
        _wait(process, f"http://127.0.0.1:{port}/health", folder / "mlflow.log")
        yield port
    finally:
        os.killpg(process.pid, 15)
        process.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise RuntimeError(f"no MLflow server\n{log.read_text(errors='replace')[-2000:]}")


def _unprivileged() -> dict[str, Any]:
    """Return the user for whom PostgreSQL is started, which refuses to work for root."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam("postgres")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

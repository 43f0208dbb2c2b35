"""A store in a real PostgreSQL server, which the tests start for themselves."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rnnbench.config.expand import load
from rnnbench.tracking import names
from rnnbench.tracking.store import Store
from tests.conftest import Run
from tests.sweep.conftest import SMALL

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]

SWEEP = ("sweep", "+cell=simple_rnn", *SMALL, "training.jit_compile=false", "seeds=2")


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


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a fresh server, which listens on a socket in a folder of its own."""
    pytest.importorskip("psycopg2", reason="no driver for PostgreSQL: install psycopg2-binary")
    bin_, user = programs(), unprivileged()
    # Not below pytest's own folder, which no other user may enter.
    with tempfile.TemporaryDirectory(prefix="rnnbench-pg-") as name:
        folder = Path(name)
        data = folder / "data"
        if user:
            os.chown(folder, user["user"], user["group"])

        def call(program: str, *words: str) -> None:
            done = subprocess.run(
                [bin_ / program, "--pgdata", data, *words],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                **user,
            )
            log = folder / "log"
            said = log.read_text(errors="replace") if log.exists() else done.stdout
            assert done.returncode == 0, said

        call("initdb", "--username=anna", "--auth=trust", "--encoding=UTF8", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        call("pg_ctl", "start", "--wait", "--log", str(folder / "log"), "--options", options)
        try:
            yield f"postgresql+psycopg2://anna:secret@/postgres?host={folder}"
        finally:
            call("pg_ctl", "stop", "--wait", "--mode=immediate")


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

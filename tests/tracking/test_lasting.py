"""Calls that are made again: where another process was faster, and where a database is gone."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest
from mlflow.exceptions import MlflowException, RestException
from mlflow.store.tracking.rest_store import RestStore
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from rnnbench.config.expand import load
from rnnbench.errors import StoreError
from rnnbench.tracking import lasting as lasting_module
from rnnbench.tracking import names, tables
from rnnbench.tracking.address import connect, patient
from rnnbench.tracking.lasting import LastingClient, lasting
from rnnbench.tracking.store import Store


def replace_time(
    monkeypatch: pytest.MonkeyPatch,
    sleep: Callable[[float], object],
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Give calls another clock; threads of other modules, which give heartbeats, keep theirs."""
    clock = SimpleNamespace(sleep=sleep, monotonic=monotonic)
    monkeypatch.setattr(lasting_module, "time", clock)


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    replace_time(monkeypatch, sleep=slept.append)
    return slept


def failing(*errors: Exception) -> Callable[..., str]:
    """A call that raises these errors, one after another, and succeeds then."""
    left = list(errors)

    def call() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return call


def as_mlflow(error: Exception, code: int = 0) -> MlflowException:
    """What MLflow raises for an error of a database."""
    raised = MlflowException(error, code) if code else MlflowException(error)
    raised.__cause__ = error
    return raised


DATASET = IntegrityError(
    "INSERT INTO datasets",
    {},
    Exception('duplicate key value violates unique constraint "dataset_pk"'),
)
TABLE = ProgrammingError("CREATE TABLE", {}, Exception('relation "experiments" already exists'))
GONE = OperationalError(
    "SELECT 1", {}, Exception("terminating connection due to administrator command")
)
REFUSED = OperationalError("SELECT 1", {}, Exception("connection refused"))


@pytest.mark.parametrize(
    "error",
    [
        as_mlflow(DATASET),
        TABLE,
        RestException({"error_code": "BAD_REQUEST", "message": str(DATASET)}),
        IntegrityError("INSERT", {}, Exception("UNIQUE constraint failed: datasets.name")),
        IntegrityError("INSERT", {}, Exception("1062, Duplicate entry 'a' for key 'PRIMARY'")),
    ],
)
def test_what_another_process_has_just_written_is_tried_again(error: Exception) -> None:
    assert lasting(failing(error, error)) == "done"


def test_a_conflict_that_stays_is_raised() -> None:
    with pytest.raises(IntegrityError):
        lasting(failing(*[DATASET] * 20))


@pytest.mark.parametrize("error", [ValueError("wrong"), MlflowException("No such run")])
def test_any_other_error_is_raised_at_once(error: Exception) -> None:
    with patient(print), pytest.raises(type(error)):
        lasting(failing(error))


def test_a_database_that_restarts_is_waited_for_while_runs_are_under_way() -> None:
    with patient(print):
        errors = [*[as_mlflow(GONE)] * 3, *[REFUSED] * 100, as_mlflow(DATASET)]
        assert lasting(failing(*errors)) == "done"


def test_that_a_database_is_waited_for_is_said_once_each_time_that_it_is_gone() -> None:
    said: list[str] = []
    with patient(said.append):
        for _ in range(2):
            lasting(failing(*[REFUSED] * 3))
    assert len(said) == 2
    assert "waiting for the store" in said[0]


def test_that_a_server_is_waited_for_is_said_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """MLflow tries again by itself, and its library of connections logs that."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
    said: list[str] = []
    client = connect("http://127.0.0.1:9")
    with patient(said.append), pytest.raises(MlflowException):
        client.get_run("some-run")
    assert len(said) == 1
    assert "Retrying" not in capsys.readouterr().err


def test_calls_after_one_that_waited_in_vain_do_not_wait_as_long_once_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]
    replace_time(
        monkeypatch,
        sleep=lambda seconds: now.__setitem__(0, now[0] + seconds),
        monotonic=lambda: now[0],
    )
    with patient(print):
        for _ in range(5):
            with pytest.raises(OperationalError):
                lasting(failing(*[REFUSED] * 100_000))
    assert now[0] < 600


def test_what_is_told_to_end_while_it_waits_ends_without_further_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    replace_time(monkeypatch, sleep=interrupted)
    with patient(print):
        with pytest.raises(KeyboardInterrupt):
            lasting(failing(REFUSED))
        with pytest.raises(OperationalError):
            lasting(failing(REFUSED))


def test_a_shared_file_in_a_folder_that_is_missing_is_refused_by_its_key(work_dir: Path) -> None:
    uri = f"tracking.uri=sqlite:///{work_dir}/missing/runs.db"
    with pytest.raises(StoreError, match=r"tracking\.uri.*create .*missing"):
        Store.open(load([uri], cell=False))


def test_a_database_that_stays_away_is_an_error_after_some_minutes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]
    replace_time(
        monkeypatch,
        sleep=lambda seconds: now.__setitem__(0, now[0] + seconds),
        monotonic=lambda: now[0],
    )
    with patient(print), pytest.raises(OperationalError):
        lasting(failing(*[REFUSED] * 100_000))
    assert 240 < now[0] < 600


def test_a_database_that_is_not_there_at_the_start_is_an_error_at_once() -> None:
    with pytest.raises(OperationalError):
        lasting(failing(REFUSED))


def test_a_file_is_not_waited_for() -> None:
    wrapped = OperationalError("SELECT 1", {}, _Sqlite("disk I/O error"))
    with patient(print), pytest.raises(OperationalError):
        lasting(failing(wrapped))


class _Sqlite(Exception):
    """What the text of an error in a SQLite file begins with."""

    __module__ = "sqlite3"


def test_every_method_of_the_client_lasts() -> None:
    class Client:
        log_inputs = staticmethod(failing(as_mlflow(DATASET)))

    assert LastingClient(Client()).log_inputs() == "done"


def test_a_server_prints_no_links_between_our_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", raising=False)
    run = SimpleNamespace(
        data=SimpleNamespace(tags={}), info=SimpleNamespace(experiment_id="1", run_name="a run")
    )
    monkeypatch.setattr(RestStore, "get_run", lambda *_: run)
    monkeypatch.setattr(RestStore, "update_run_info", lambda *_, **__: None)
    connect("http://127.0.0.1:9").set_terminated("some-run")
    assert capsys.readouterr().out == ""


def test_two_who_create_an_experiment_at_once_have_the_same(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = Barrier(2)
    client = type(store.client._client)
    ask = client.get_experiment_by_name
    asked: list[Any] = []

    def ask_together(self: Any, name: str) -> Any:
        found = ask(self, name)
        asked.append(found)
        if len(asked) <= 2:
            together.wait(timeout=60)
        return found

    monkeypatch.setattr(client, "get_experiment_by_name", ask_together)
    words = [f"tracking.uri=sqlite:///{store.home.database}", "tracking.experiment=new"]
    configs = [load([*words, f"home={name}"], cell=False) for name in ("first", "second")]
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(Store.open, configs)
    assert asked[:2] == [None, None]
    assert first.experiment_id == second.experiment_id


def test_who_finds_a_shared_file_half_made_waits_for_no_one_and_spoils_nothing(
    work_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both find no file, and both make one: the first stays, and both work on it."""
    (work_dir / "shared").mkdir()
    together = Barrier(2)
    make = tables.make_tables

    def make_together(path: Path) -> None:
        make(path)
        together.wait(timeout=60)

    monkeypatch.setattr(tables, "make_tables", make_together)
    uri = f"tracking.uri=sqlite:///{work_dir}/shared/runs.db"
    configs = [load([uri, f"home={name}"], cell=False) for name in ("first", "second")]
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(Store.open, configs)
    assert first.experiment_id == second.experiment_id
    run_id = first.begin({names.KIND: "run"}, "a run")
    assert [record.run_id for record in second.records()] == [run_id]
    assert [path.name for path in (work_dir / "shared").iterdir()] == ["runs.db"]

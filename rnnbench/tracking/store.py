"""The MLflow store: opened with an explicit address, read into records, written by recorders."""

from __future__ import annotations

import logging
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rnnbench.config.schema import Config
from rnnbench.errors import StoreError
from rnnbench.interrupt import Interruption
from rnnbench.tracking import names
from rnnbench.tracking.home import Home, unwritable

_PAGE = 1000
_SCHEMES = ("http", "https", "sqlite", "postgresql", "mysql", "mssql", "databricks")
_SQLITE_TIMEOUT = 60  # seconds to wait for another writer


@dataclass(frozen=True)
class Record:
    """A run as the store holds it."""

    run_id: str
    status: str
    tags: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    start_time: int = 0
    end_time: int | None = None

    @property
    def key(self) -> str:
        """Content key of the run."""
        return self.tags.get(names.KEY, "")

    @property
    def seed(self) -> int:
        """Seed of the run."""
        return int(self.params.get("seed", -1))

    @property
    def is_finished(self) -> bool:
        """Whether the run has a result."""
        return self.status == "FINISHED"

    @property
    def reason(self) -> str:
        """Why the run failed, where it did."""
        return self.tags.get(names.REASON, "")


class Store:
    """One experiment in one MLflow store; get one from :meth:`open`."""

    def __init__(self, client: Any, experiment_id: str, home: Home, uri: str) -> None:
        self.client = client
        self.experiment_id = experiment_id
        self.home = home
        self.uri = uri

    @classmethod
    def open(cls, config: Config, *, create: bool = True) -> Store:
        """Open the store of a configuration, initialising its database before any worker starts.

        Args:
            config: ``home`` and ``tracking``.
            create: make what is missing; otherwise a missing store is an error.

        Raises:
            StoreError: where the folder, the database or the server cannot be used.
        """
        home = Home.of(config.home)
        uri = tracking_uri(config)
        local = config.tracking.uri is None
        if not create and local and not home.database.is_file():
            raise StoreError(
                "home",
                "a folder with a store",
                str(home.path),
                "train something first, or set home=... to the folder of your runs",
            )
        if create or local:
            home.make()
        # The first client creates the tables; two at once would fail half-way.
        alone = home.lock("store") if create or local else nullcontext()
        with Interruption(), translated(uri, home.path), alone:
            if local:
                _make_database(home)
            client = _client(uri)
            experiment_id = _experiment(
                client, config.tracking.experiment, home, create=create, local=local
            )
        return cls(client, experiment_id, home, uri)

    def records(self, tags: Mapping[str, str] | None = None) -> list[Record]:
        """Return the training runs of the experiment, oldest first, filtered by tags."""
        wanted = {names.KIND: names.RUN} | dict(tags or {})
        return list(self._search(wanted))

    def by_key(self, keys: Iterable[str]) -> dict[str, Record]:
        """Return for each key the record that counts: a finished one, else the latest."""
        keys = set(keys)
        found: dict[str, Record] = {}
        if len(keys) <= 20:
            candidates = [record for key in keys for record in self.records({names.KEY: key})]
        else:
            candidates = self.records()
        for record in candidates:
            if record.key in keys:
                known = found.get(record.key)
                if known is None or not known.is_finished:
                    found[record.key] = record
        return found

    def reap(self, records: Iterable[Record]) -> list[str]:
        """End runs that are shown as running but whose owner on this machine is gone.

        Returns their ids. A run's owner holds the lock of its key for as long as it lives.
        """
        dead = [
            record
            for record in records
            if record.status == "RUNNING"
            and self.is_ours(record)
            and not self.home.is_owned(record.key)
        ]
        for record in dead:
            self.end_dead(record)
        return [record.run_id for record in dead]

    def is_ours(self, record: Record) -> bool:
        """Return whether a run was started from this home, whose locks tell if it is alive."""
        return record.tags.get(names.OWNER) == self.home.owner

    def end_dead(self, record: Record) -> None:
        """End a run that is shown as running although nobody trains it."""
        self.client.set_tag(record.run_id, names.REASON, "the process that trained it is gone")
        self.client.set_terminated(record.run_id, "KILLED")

    def _search(self, tags: Mapping[str, str]) -> Iterator[Record]:
        text = " and ".join(f"tags.`{name}` = '{value}'" for name, value in tags.items())
        token: str | None = None
        while True:
            with translated(self.uri, self.home.path):
                page = self.client.search_runs(
                    [self.experiment_id],
                    filter_string=text,
                    max_results=_PAGE,
                    order_by=["attributes.start_time ASC"],
                    page_token=token,
                )
            for run in page:
                yield Record(
                    run.info.run_id,
                    run.info.status,
                    dict(run.data.tags),
                    dict(run.data.params),
                    dict(run.data.metrics),
                    run.info.start_time,
                    run.info.end_time,
                )
            token = page.token
            if not token:
                return


def tracking_uri(config: Config) -> str:
    """Return the address of the store: as configured, or SQLite under the home folder.

    Raises:
        StoreError: for an address of a kind that MLflow has no store for.
    """
    if config.tracking.uri is not None:
        scheme = config.tracking.uri.split(":", 1)[0].split("+", 1)[0]
        if scheme not in _SCHEMES:
            raise StoreError(
                "tracking.uri",
                "an address that starts with one of " + ", ".join(_SCHEMES),
                redacted(config.tracking.uri),
                "leave it at null for a SQLite file in the home folder",
            )
        return config.tracking.uri
    return f"sqlite:///{Home.of(config.home).database}?timeout={_SQLITE_TIMEOUT}"


def redacted(text: str) -> str:
    """Return text without the user and password of any address in it."""
    return re.sub(r"//[^/@\s]+@", "//***@", text)


def quiet_mlflow() -> None:
    """Set what MLflow reads from the environment, before it is imported."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ASYNC_LOGGING", "false")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "5")
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _client(uri: str) -> Any:
    quiet_mlflow()
    from mlflow import MlflowClient

    logging.getLogger("mlflow").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def _experiment(client: Any, name: str, home: Home, *, create: bool, local: bool) -> str:
    known = client.get_experiment_by_name(name)
    if known is not None and known.lifecycle_stage != "active":
        raise StoreError(
            "tracking.experiment",
            "an experiment that is not deleted",
            name,
            "restore it in MLflow, or choose another name",
        )
    if known is not None:
        return str(known.experiment_id)
    if not create:
        existing = ", ".join(sorted(e.name for e in client.search_experiments())) or "none"
        raise StoreError(
            "tracking.experiment",
            "an experiment that is in the store",
            name,
            f"there are: {existing}",
        )
    # A server keeps files where all of its clients reach them.
    location = home.artifacts.as_uri() if local else None
    # Otherwise the UI guesses what kind of experiment it is and opens on its pages for chat models.
    tags = {"mlflow.experimentKind": "custom_model_development"}
    return str(client.create_experiment(name, artifact_location=location, tags=tags))


def _make_database(home: Home) -> None:
    """Create the SQLite file with its tables under another name first, so that it is whole or not.

    Its journal lets readers such as the UI go on while a run is being written.
    """
    if home.database.exists():
        return
    fresh = home.path / ".mlflow-new.db"
    fresh.unlink(missing_ok=True)
    _client(f"sqlite:///{fresh}").search_experiments(max_results=1)
    with closing(sqlite3.connect(fresh, timeout=_SQLITE_TIMEOUT)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    fresh.replace(home.database)


@contextmanager
def translated(uri: str, path: Path) -> Iterator[None]:
    """Turn what goes wrong with a store into one message."""
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except OSError as error:
        raise unwritable(path, error) from None
    except (MlflowException, SQLAlchemyError, sqlite3.Error) as error:
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise StoreError(
            "tracking.uri",
            "an MLflow store that can be read and written",
            f"{redacted(uri)} ({redacted(reason)})",
            "check the address, or leave it at null for a SQLite file in the home folder",
        ) from None

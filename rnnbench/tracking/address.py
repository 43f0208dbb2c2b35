"""Where the store is, and its errors in this project's words."""

from __future__ import annotations

import logging
import os
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from rnnbench.config.schema import Config
from rnnbench.errors import StoreError, first_line
from rnnbench.formatting.redact import redacted, shown_address
from rnnbench.tracking.environment import check_environment
from rnnbench.tracking.home import Home, unwritable
from rnnbench.tracking.lasting import LastingClient, lasting, waiting

SQLITE_TIMEOUT = 60  # seconds to wait for another writer
_SCHEMES = ("http", "https", "sqlite", "postgresql", "mysql", "mssql", "databricks")
_RETRIES = "MLFLOW_HTTP_REQUEST_MAX_RETRIES"


def tracking_uri(config: Config) -> str:
    """Return the address of the store: as configured, or SQLite under the home folder.

    Raises:
        StoreError: for an address of a kind that MLflow has no store for.
    """
    if config.tracking.uri is not None:
        expected = _expected(config.tracking.uri)
        if expected:
            raise StoreError(
                "tracking.uri",
                expected,
                shown_address(config.tracking.uri) or "an empty text",
                "leave it at null for a SQLite file in the home folder",
            )
        return config.tracking.uri
    return f"{sqlite_address(Home.of(config.home).database)}?timeout={SQLITE_TIMEOUT}"


def sqlite_address(path: Path) -> str:
    """Return the address of a SQLite file, for MLflow and Optuna; a folder may have any name.

    SQLAlchemy from 2.1 on takes ``%XX`` in a database's name for the byte that it stands for.
    MLflow doesn't, and would make a folder of the quoted name; it leaves an address that names the
    driver alone. Optuna fills in braces.
    """
    name = re.sub(r"[%?#{}\x00-\x1f]", lambda found: quote(found[0]), str(path))
    driver = "" if name == str(path) else "+pysqlite"
    return f"sqlite{driver}:///{name}"


def sqlite_path(address: str) -> Path | None:
    """Return the absolute path of the SQLite file that an address names, else ``None``."""
    found = re.match(r"sqlite(?:\+\w+)?:///([^?]+)", address)
    return Path(unquote(found[1])).absolute() if found else None


def local_path(address: str) -> Path | None:
    """Return the path that an address of files stands for, ``None`` where it is no local one.

    MLflow takes ``%XX`` for a byte in a plain path, too.
    """
    if not re.match(r"[A-Za-z][\w+.-]*:", address):
        return Path(unquote(address)) if address else None
    parts = urlsplit(address)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        return None
    return Path(unquote(parts.path))


def _expected(uri: str) -> str:
    """Return what an address should have been, or nothing for one that may lead to a store."""
    kind, colon, _ = uri.partition("://")
    scheme = kind.split("+", 1)[0]
    if scheme not in _SCHEMES or not (colon or uri == "databricks"):
        return "an address that starts with one of " + ", ".join(f"{s}://" for s in _SCHEMES)
    if scheme == "databricks":
        return ""
    if not scheme.startswith("http"):
        return _expected_database(uri)
    try:
        parts = urlsplit(uri)
        if parts.hostname and parts.port != 0:
            return ""
    except ValueError:
        pass  # whose text may hold a part of a password
    return f"a host and a port, as in {kind}://localhost:5000"


def _expected_database(uri: str) -> str:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(uri)
        urlsplit(uri)  # by which MLflow tells the kind
    except (ArgumentError, ValueError):
        return "an address of the form postgresql://user@host:port/database"
    in_memory = url.database in (None, "", ":memory:") or url.query.get("mode") == "memory"
    if url.get_backend_name() == "sqlite" and in_memory:
        return "the path of a file, as in sqlite:////data/mlflow.db, because memory is not kept"
    return ""


def database_address(uri: str, kind: str) -> bool:
    """Return whether a text is the address of a database of a kind, as in ``postgresql``."""
    return uri.partition("://")[0].partition("+")[0] == kind and not _expected_database(uri)


def connect(uri: str) -> Any:
    """Return MLflow's client of a store; imports MLflow, which takes seconds."""
    quiet_mlflow()
    check_environment()
    from mlflow import MlflowClient

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)  # importing it has set its own
    # They print what they raise as well, to be told in one message.
    for name in ("store.db.utils", "utils.databricks_utils"):
        logging.getLogger(f"mlflow.{name}").setLevel(logging.CRITICAL)
    with driver_needed("tracking.uri", uri):
        # Whoever connects first makes the tables: two at once are in each other's way.
        return LastingClient(lasting(MlflowClient, tracking_uri=uri, registry_uri=uri))


def is_store(uri: str) -> bool:
    """Return whether an address leads to a store; MLflow's client would make one in a database.

    A server has one, whether it answers or not.

    Raises:
        StoreError: for an address that cannot be read, and where no database could be made.
    """
    if uri.startswith(("http", "databricks")):
        return True
    from sqlalchemy import create_engine, inspect
    from sqlalchemy.engine import make_url

    try:
        address = make_url(uri)
    except ValueError:
        action = "write special characters of its password as in a URL: %40 for @, %2F for /"
        raise StoreError("tracking.uri", "an address", shown_address(uri), action) from None
    if address.get_backend_name() == "sqlite" and address.database is not None:
        file = Path(address.database)
        check_folder(file, uri)
        if not file.is_file():
            return False
    with driver_needed("tracking.uri", uri):
        engine = create_engine(address)
    try:
        return bool(inspect(engine).has_table("experiments"))
    finally:
        engine.dispose()


def check_folder(file: Path, uri: str) -> None:
    """Refuse a SQLite file whose folder is missing: MLflow would try it again and again.

    Raises:
        StoreError: naming the folder.
    """
    if not file.parent.is_dir():
        expected = "a SQLite file in a folder that exists"
        raise StoreError("tracking.uri", expected, shown_address(uri), f"create {file.parent}")


@contextmanager
def driver_needed(key: str, uri: str) -> Iterator[None]:
    """Say which package is missing where the driver of a database is not there."""
    try:
        yield
    except ImportError as error:
        action = f"install the Python package {error.name}, or name another driver in the address"
        if uri.startswith("postgresql") and error.name in ("psycopg", "psycopg2"):
            action = "pip install 'rnnbench[postgresql]', and begin the address with postgresql://"
        raise StoreError(
            key,
            "an address whose database driver is installed",
            f"{shown_address(uri)} ({error})",
            action,
        ) from None


def quiet_mlflow() -> None:
    """Set what MLflow reads from the environment, before it is imported."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ASYNC_LOGGING", "false")
    os.environ.setdefault(_RETRIES, "3")
    # Two lines about each run of a server, in the middle of ours and with its password.
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)


@contextmanager
def patient(say: Callable[[str], None]) -> Iterator[None]:
    """Wait for a server or a database that is gone for minutes, once runs are under way.

    Args:
        say: told once each time that it is gone.
    """
    before = os.environ.get(_RETRIES)
    if before in (None, "3"):
        # Waits double from one retry to the next: over four minutes in all.
        os.environ[_RETRIES] = "8"
    try:
        with waiting(say):
            yield
    finally:
        if before is None:
            os.environ.pop(_RETRIES, None)
        else:
            os.environ[_RETRIES] = before


@contextmanager
def translated(uri: str, path: Path) -> Iterator[None]:
    """Turn what goes wrong with a store into one message."""
    try:
        yield
    except OSError as error:
        raise unwritable(path, error) from None
    except Exception as error:
        if not _is_store_error(error):
            raise
        raise StoreError(
            "tracking.uri",
            "an MLflow store that can be read and written",
            f"{shown_address(uri)} ({redacted(first_line(error), uri)})",
            "check the address, or leave it at null for a SQLite file in the home folder",
        ) from None


def _is_store_error(error: Exception) -> bool:
    """Return whether a database or MLflow raised it, without importing any of them."""
    kinds: list[type[BaseException]] = [sqlite3.Error]
    for module, name in (
        ("mlflow.exceptions", "MlflowException"),
        ("sqlalchemy.exc", "SQLAlchemyError"),
    ):
        if module in sys.modules:
            kinds.append(getattr(sys.modules[module], name))
    return isinstance(error, tuple(kinds))

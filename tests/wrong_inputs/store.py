"""Homes, addresses of stores, and what MLflow reads from the environment."""

from __future__ import annotations

from tests.wrong_inputs.row import Row, row

FILE = {"file": "mine"}


def address(uri: str, *parts: str) -> Row:
    return row(f"plan +cell=gru 'tracking.uri=\"{uri}\"'", "tracking.uri", *parts)


ADDRESSES = [
    address("foo://bar", "sqlite", "foo://bar"),
    address("file:///tmp/x", "sqlite"),
    address("", "an empty text"),
    address("https", "https://"),
    address("http:", "http://"),
    address("http://", "a host"),
    address("http://[::1", "a host"),
    address("http://host:abc", "a port"),
    address("http://host:99999", "a port"),
    address("sqlite:", "sqlite://"),
    address("sqlite://", "the path of a file"),
    address("sqlite:///", "the path of a file"),
    address("sqlite:///:memory:", "the path of a file"),
    address("sqlite:///file:x?mode=memory&uri=true", "the path of a file"),
    address("postgresql://u:s3cret]@h[/x", "an address of the form"),
    address("postgresql://u:s3cret@host:abc/x", "an address of the form"),
    row("report tracking.uri=foo://bar", "tracking.uri", "foo://bar"),
    row("train +cell=gru tracking.uri=sqlite://", "tracking.uri", "the path of a file"),
    row("ui tracking.uri=foo://bar", "tracking.uri", "foo://bar"),
    row("diagnose run=1 'tracking.uri=\"http://[::1\"'", "tracking.uri", "a host"),
]
HOMES = [
    row("train +cell=gru home=file", "home", "file", files=FILE),
    row("train +cell=gru home=file/below", "home", "file", files=FILE),
    row("data data=digits home=file", "home", "file", files=FILE),
    row("plan +cell=gru home=file/below", "home", "file", files=FILE),
    row("plan +cell=gru home=/dev/null", "home", "/dev/null"),
    row("train +cell=gru home=/proc/x", "home", "/proc/x"),
    row("plan +cell=gru", "home", "not empty", env={"RNNBENCH_HOME": ""}),
    row("plan +cell=gru", "home", "file", env={"RNNBENCH_HOME": "file"}, files=FILE),
]
VARIABLES = [
    row(
        "report tracking.uri=http://127.0.0.1:9",
        name,
        f"unset {name}",
        env={name: "abc"},
    )
    for name in (
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES",
        "MLFLOW_HTTP_REQUEST_TIMEOUT",
        "MLFLOW_HTTP_REQUEST_BACKOFF_JITTER",
        "MLFLOW_SQLALCHEMYSTORE_POOL_SIZE",
        "MLFLOW_TRACKING_INSECURE_TLS",
    )
]
PLACES = [
    row("sweep +cell=gru tracking.artifacts=runs", "tracking.artifacts", "an absolute path"),
    row("sweep +cell=gru tracking.artifacts=ftp://u:s3cret@h/x", "tracking.artifacts", "s3:"),
    row(
        "sweep +cell=gru tracking.artifacts=wasbs://runs/x",
        *("tracking.artifacts", "wasbs://container@account.blob.core.windows.net/path"),
    ),
    row("plan +cell=gru search=random search.storage=optuna.db", "search.storage", "postgresql"),
    row(
        "plan +cell=gru search=random 'search.storage=\"mysql://u:s3cret@h/x\"'",
        *("search.storage", "postgresql", "mysql"),
    ),
    row("sweep +cell=gru search=random search.storage=''", "search.storage", "an empty text"),
]
EXPERIMENTS = [
    row("report tracking.experiment=none", "tracking.experiment", "in the store", store=True),
    row("diagnose tracking.experiment=none run=1", "tracking.experiment", store=True),
]
ROWS = [
    row(
        "ui tracking.uri=http://127.0.0.1:9",
        *("tracking.uri", "http://127.0.0.1:9"),
        env={"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"},
    ),
    *ADDRESSES,
    *HOMES,
    *VARIABLES,
    *PLACES,
    *EXPERIMENTS,
    row(
        "ui",
        "MLFLOW_HTTP_REQUEST_TIMEOUT",
        env={"MLFLOW_HTTP_REQUEST_TIMEOUT": "abc"},
        store=True,
    ),
]

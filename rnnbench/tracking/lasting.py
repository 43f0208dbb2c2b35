"""Calls of MLflow's client that last through what other processes and restarts do to them."""

from __future__ import annotations

import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

_PATIENCE_SECONDS = 300.0
_POLL_SECONDS = 1.0
_TRIES = 7  # the last wait is ten seconds: another process may be making the tables

# Databases have no code in common for a row or a table that another process has just made.
_CONFLICT = re.compile(r"already exists|duplicate|unique constraint|uniqueviolation", re.IGNORECASE)

_patience: ContextVar[float] = ContextVar("patience", default=0.0)


@contextmanager
def waiting() -> Iterator[None]:
    """Wait some minutes for a database that is gone."""
    token = _patience.set(_PATIENCE_SECONDS)
    try:
        yield
    finally:
        _patience.reset(token)


class LastingClient:
    """MLflow's client: each of its methods by :func:`lasting`."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return partial(lasting, getattr(self._client, name))


def lasting(call: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Call; call again where another process has just written the same, or the database is gone.

    All that MLflow's client does may be done twice: a run that was created although the answer was
    lost is ended as one without an owner. A server is waited for by MLflow itself.
    """
    conflicts, lost_since = 0, None
    while True:
        try:
            return call(*args, **options)
        except Exception as error:
            now = time.monotonic()
            if is_lost(error) and _patience.get():
                lost_since = lost_since or now
                if now - lost_since > _patience.get():
                    raise
                time.sleep(_POLL_SECONDS)
            elif is_conflict(error) and conflicts < _TRIES:
                conflicts += 1
                time.sleep(random.uniform(0.5, 1) * 0.08 * 2**conflicts)
            else:
                raise


def is_conflict(error: BaseException) -> bool:
    """Return whether another process was faster to create the same row or table."""
    if getattr(error, "error_code", "") == "RESOURCE_ALREADY_EXISTS":
        return False  # an experiment that was created by name: it is there
    return _CONFLICT.search(str(error)) is not None


def is_lost(error: BaseException | None) -> bool:
    """Return whether a database on a server did not answer, or broke off."""
    module = sys.modules.get("sqlalchemy.exc")
    while error is not None and module is not None:
        if isinstance(error, (module.OperationalError, module.InterfaceError)):
            return "(sqlite3." not in str(error)  # a file has a time limit of its own
        error = error.__cause__ or error.__context__
    return False

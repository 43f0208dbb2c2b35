"""Calls of MLflow's client that last through what other processes and restarts do to them."""

from __future__ import annotations

import logging
import math
import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any

_PATIENCE_SECONDS = 300.0
_POLL_SECONDS = 1.0
_TRIES = 7  # the last wait is ten seconds: another process may be making the tables

# Databases have no code in common for a row or a table that another process has just made.
_CONFLICT = re.compile(r"already exists|duplicate|unique constraint|uniqueviolation", re.IGNORECASE)


@dataclass
class _Patience:
    """How long a store that is gone is waited for: by all calls together, until one succeeds."""

    say: Callable[[str], None]
    lost_since: float | None = None

    def note(self) -> float:
        """Note that the store is gone, and return since when."""
        if self.lost_since is None:
            self.lost_since = time.monotonic()
            self.say("waiting for the store, which does not answer (Ctrl-C twice ends that)")
        return self.lost_since

    def wait(self) -> bool:
        """Wait for a moment; return ``False`` where that was done for long enough."""
        if time.monotonic() - self.note() > _PATIENCE_SECONDS:
            return False
        try:
            time.sleep(_POLL_SECONDS)
        except KeyboardInterrupt:
            self.lost_since = -math.inf  # nor are the calls that end what is open to wait
            raise
        return True


class _Retries(logging.Handler):
    """Hears of what is tried again within MLflow's calls of a server."""

    def __init__(self, patience: _Patience) -> None:
        super().__init__(logging.WARNING)
        self._patience = patience

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage().startswith("Retrying"):
            self._patience.note()


_patience: ContextVar[_Patience | None] = ContextVar("patience", default=None)


@contextmanager
def waiting(say: Callable[[str], None]) -> Iterator[None]:
    """Wait some minutes for a store that is gone, and say so once each time that it is."""
    patience = _Patience(say)
    token = _patience.set(patience)
    logger, handler = logging.getLogger("urllib3.connectionpool"), _Retries(patience)
    propagates, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagates
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
    conflicts, patience = 0, _patience.get()
    while True:
        try:
            answer = call(*args, **options)
        except Exception as error:
            if patience is not None and is_lost(error) and patience.wait():
                continue
            if not is_conflict(error) or conflicts == _TRIES:
                raise
            conflicts += 1
            time.sleep(random.uniform(0.5, 1) * 0.08 * 2**conflicts)
        else:
            if patience is not None:
                patience.lost_since = None
            return answer


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
        if getattr(error, "connection_invalidated", False):
            return True
        error = error.__cause__ or error.__context__
    return False

"""A connection to PostgreSQL that notices within half a minute that the other end is gone."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from rnnbench.tracking.address import driver_needed

# libpq's: a server that is gone is noticed in half a minute, and one that hangs when connecting.
_OPTIONS = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "application_name": "rnnbench locks",
}
# The server's: what it needs to notice that a client's machine is gone.
_SETTINGS = (
    *("tcp_keepalives_idle = 10", "tcp_keepalives_interval = 5", "tcp_keepalives_count = 4"),
    "idle_session_timeout = 0",
)


def connected(address: str, key: str) -> Any:
    """Return a connection of SQLAlchemy's that commits each statement, and is in no pool.

    Args:
        address: of the database.
        key: of the configuration, which named it.
    """
    from sqlalchemy import create_engine
    from sqlalchemy.engine import make_url
    from sqlalchemy.pool import NullPool

    url = make_url(address)
    own = {name: value for name, value in _OPTIONS.items() if name not in url.query}
    with driver_needed(key, address):
        engine = create_engine(
            url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args=own if url.get_driver_name().startswith("psycopg") else {},
        )
        connection = engine.connect()
    for setting in _SETTINGS:
        with suppress(Exception):  # versions before 14 have no limit for idle sessions
            connection.exec_driver_sql(f"SET {setting}")
    return connection

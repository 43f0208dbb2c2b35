"""Which locks the homes of a store have in common."""

from __future__ import annotations

from dataclasses import dataclass

from rnnbench.system.locks import Locks
from rnnbench.tracking.home import Home
from rnnbench.tracking.locking.both import Both


@dataclass(frozen=True)
class StoreLocks:
    """The locks of a store, as a home has them.

    Attributes:
        locks: of the home, and of the store where that has some.
        kind: of the store's; empty where it has none. Whatever is begun carries it, because who
            goes by one kind doesn't see who holds those of another.
    """

    locks: Locks
    kind: str = ""


def locks_of(uri: str, home: Home) -> StoreLocks:
    """Return the locks of the store at an address; nothing is connected yet."""
    if uri.startswith("postgresql"):
        from rnnbench.tracking.locking.postgresql import PostgresLocks

        return StoreLocks(Both(home.locks, PostgresLocks(uri)), "postgresql")
    if uri.startswith("http"):
        from rnnbench.tracking.locking.claims import ClaimLocks
        from rnnbench.tracking.locking.server import ServerRegistry

        registry = ServerRegistry(uri, home.owner)
        return StoreLocks(Both(home.locks, ClaimLocks(registry)), "claims")
    return StoreLocks(home.locks)

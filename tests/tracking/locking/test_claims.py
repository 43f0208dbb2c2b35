"""Claims in a registry: one at a time, and those of the dead go."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from rnnbench.system.locks import Locks, Timeout
from rnnbench.testing.locks import LocksConformance
from rnnbench.testing.waiting import wait_for
from rnnbench.tracking.locking import claims
from rnnbench.tracking.locking.claims import ClaimLocks
from rnnbench.tracking.locking.registry import Registration
from tests.tracking.locking.registries import FolderRegistry

SECONDS, LOOKS = 0.2, 5


def see_death(locks: Locks, name: str) -> None:
    wait_for(lambda: not locks.held(name))


def traces(locks: Locks) -> list[str]:
    assert isinstance(locks, ClaimLocks)
    return [claim for entry in locks.registry.look().values() for claim in entry.claims]


class TestClaimLocks(LocksConformance):
    attempts = 100
    traces = staticmethod(traces)
    see_death = staticmethod(see_death)

    @pytest.fixture
    def locks(self, tmp_path: Path) -> ClaimLocks:
        return ClaimLocks(FolderRegistry(tmp_path / "registry"), SECONDS, LOOKS)


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    return tmp_path / "registry"


Pair = tuple[ClaimLocks, ClaimLocks]


@pytest.fixture
def pair(registry: Path) -> Iterator[Pair]:
    """Locks as two processes have them."""
    first, second = (ClaimLocks(FolderRegistry(registry, who), SECONDS, LOOKS) for who in "ab")
    yield first, second
    for locks in (first, second):
        claims._process(locks).leave()


def test_of_two_who_claim_at_the_same_moment_exactly_one_holds(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has seen a free name, and puts its claim up then."""
    put, both = FolderRegistry.put, threading.Barrier(2)

    def together(registry: FolderRegistry, entry: str, claim: str, name: str) -> None:
        both.wait(timeout=30)
        put(registry, entry, claim, name)

    monkeypatch.setattr(FolderRegistry, "put", together)
    held: list[str] = []

    def take(locks: ClaimLocks) -> None:
        try:
            locks.acquire("name", timeout=0)
            held.append("held")
        except Timeout:
            held.append("not held")

    threads = [threading.Thread(target=take, args=(locks,)) for locks in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(held) == ["held", "not held"]


def test_whoever_was_away_too_long_has_lost_its_locks_and_gets_others_anew(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = pair
    lost = first.acquire("name")
    renew = FolderRegistry.renew

    def away(registry: FolderRegistry, entry: str, heartbeat: str, *, quick: bool = False) -> None:
        if registry.who == "a":
            raise OSError("no network")
        renew(registry, entry, heartbeat)

    monkeypatch.setattr(FolderRegistry, "renew", away)
    with second.acquire("name", timeout=30):
        assert not lost.is_held()
        with pytest.raises(Timeout):
            first.acquire("name", timeout=0)
        lost.release()
        monkeypatch.undo()
        with first.acquire("another name", timeout=5) as new:
            assert new.is_held()
    assert not second.held("name")


def test_a_registry_that_was_gone_for_all_is_no_sign_of_death(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = pair
    with first.acquire("name") as lock:
        assert second.held("name")
        look, renew = FolderRegistry.look, FolderRegistry.renew
        end = time.monotonic() + 3 * SECONDS * LOOKS

        def gone(*words: object, **named: object) -> None:
            if time.monotonic() < end:
                raise OSError("no server")

        def looks(registry: FolderRegistry, *, quick: bool = False) -> Mapping[str, Registration]:
            gone()
            return look(registry)

        def renews(
            registry: FolderRegistry, entry: str, heartbeat: str, *, quick: bool = False
        ) -> None:
            gone()
            renew(registry, entry, heartbeat)

        monkeypatch.setattr(FolderRegistry, "look", looks)
        monkeypatch.setattr(FolderRegistry, "renew", renews)
        while time.monotonic() < end + SECONDS:
            try:
                second.acquire("name", timeout=0)
                pytest.fail("it is held")
            except (Timeout, OSError):
                time.sleep(SECONDS / 4)
        assert lock.is_held()


def test_a_claim_that_could_not_be_withdrawn_is_withdrawn_later(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = pair
    lock = first.acquire("name")

    def fail(*_: object, **__: object) -> None:
        raise OSError("no server")

    monkeypatch.setattr(FolderRegistry, "withdraw", fail)
    lock.release()
    with pytest.raises(Timeout):
        second.acquire("name", timeout=0)
    with pytest.raises(Timeout):
        first.acquire("name", timeout=0)
    monkeypatch.undo()
    second.acquire("name", timeout=10).release()


def test_a_process_that_ends_takes_its_entry_down(pair: Pair, registry: Path) -> None:
    first, _ = pair
    first.acquire("name")
    assert len(list(registry.iterdir())) == 1
    claims._process(first).leave()
    assert list(registry.iterdir()) == []

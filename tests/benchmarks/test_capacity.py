"""The benchmark of stores: its proxy, its queue, its page."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

pytest.importorskip("benchmarks.capacity", reason="needs a checkout with benchmarks/")

from benchmarks.capacity import page
from benchmarks.capacity.driver import words
from benchmarks.capacity.proxy import counted
from benchmarks.capacity.queueing import Scenario, most_workers, simulate
from rnnbench.config.expand import expand

MEASURED = {
    "one": {"trips": 8.0, "sent": 20_480.0, "received": 2048.0, "kept": 0.0, "files": 40_960.0},
    "timed": [
        {"drivers": 1, "rate": 20.0, "run": 0.05, "user": 0.02},
        {"drivers": 4, "rate": 40.0, "run": 0.1, "user": 0.02},
    ],
}


def test_a_proxy_counts_round_trips_and_bytes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                while connection.recv(100):
                    connection.sendall(b"answer")

        threading.Thread(target=answer, daemon=True).start()
        with counted(server.getsockname()[1]) as (port, counts):
            with socket.create_connection(("127.0.0.1", port)) as client:
                for _ in range(3):
                    client.sendall(b"ask")
                    assert client.recv(100) == b"answer"
            assert (counts.trips, counts.sent, counts.received) == (3, 9, 18)


def test_drivers_declare_runs_that_no_other_has() -> None:
    arms = [arm.config.model.units for number in (0, 1) for arm in expand(words(number, 30, None))]
    assert len(arms) == len(set(arms)) == 6


class TestQueue:
    def test_few_workers_are_always_busy_and_many_wait_for_the_slowest(self) -> None:
        few = simulate(Scenario(2000, 10, 30.0), 0.05, 0.05)
        assert few.busy > 0.98
        many = simulate(Scenario(20_000, 2000, 30.0), 0.05, 0.05)
        assert many.rate == pytest.approx(1 / 0.1, rel=0.05)
        assert many.busy == pytest.approx(300 / 2000, rel=0.15)

    def test_more_drivers_help_until_the_store_is_the_slowest(self) -> None:
        rates = [simulate(Scenario(20_000, 2000, 30.0, n), 0.05, 0.02).rate for n in (1, 2, 8, 16)]
        assert rates[1] == pytest.approx(2 * rates[0], rel=0.05)
        assert rates[2:] == pytest.approx([50.0, 50.0], rel=0.1)

    def test_repeats(self) -> None:
        one = Scenario(500, 20, 5.0, 2)
        assert simulate(one, 0.01, 0.01) == simulate(one, 0.01, 0.01)

    def test_agrees_with_the_law_of_the_slowest_station(self) -> None:
        knee = most_workers(30.0, 0.05, 0.05)
        assert knee == pytest.approx(301)
        assert simulate(Scenario(6000, int(knee / 2), 30.0), 0.05, 0.05).busy > 0.95
        assert most_workers(30.0, 0.05, 0.05, 10) == pytest.approx(602)


class TestPage:
    def test_tells_what_a_run_costs_and_how_many_drivers_are_enough(self) -> None:
        assert page.services(MEASURED) == pytest.approx((0.025, 0.025))
        assert page.drivers_for(Scenario(10_000, 200, 30.0), MEASURED) == 1
        assert page.drivers_for(Scenario(10**6, 2000, 30.0), MEASURED) is None
        assert page.drivers_for(Scenario(10**6, 2000, 300.0), MEASURED) == 1

    def test_is_written_of_what_was_measured(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(page, "_SIMULATED", 2000)
        found = {"machine": "a machine", "stores": {"postgresql": MEASURED}}
        text = page.markdown(found)
        assert "| PostgreSQL | 8.0 | 20.0 | 2.0 | 40.0 |" in text
        assert "| PostgreSQL | 4 | 40.0 | 0.100 | 20% |" in text
        assert "6.7 | 53 | 133 | 267 | 0.4 |" in text
        assert "one driver keeps 601 workers busy" in text
        page.draw(found, [tmp_path / "capacity.svg"])
        assert (tmp_path / "capacity.svg").read_text(encoding="utf-8").startswith("<svg")

"""`runs` lists what is in the store and deletes from it; nothing is trained for these tests."""

from __future__ import annotations

import csv
import io
import json
import os
import shlex
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from rnnbench.config.expand import expand, load
from rnnbench.stored.listing import Run as Listed
from rnnbench.stored.listing import age, read_runs, short_ids
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import declare
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store
from tests.conftest import Answer, Run
from tests.filled import WORDS, begin

LISTED = 10  # eight finished runs, a failed one, a baseline


def as_json(answer: Answer) -> list[dict[str, Any]]:
    assert answer.status == 0, answer.err
    found: list[dict[str, Any]] = json.loads(answer.out)
    return found


def kept(store: Store) -> set[str]:
    return {run.run_id for run in read_runs(store, ("run", "baseline", "trial"))}


class TestList:
    def test_has_the_newest_first_with_what_is_asked_for_most(
        self, store: Store, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Whoever filled the store may have done so minutes ago.
        (failed,) = (one for one in read_runs(store, ("run",)) if one.status == "FAILED")
        now = failed.record.start_time / 1000 + 5
        monkeypatch.setattr("rnnbench.cli.runs.age", lambda listed: age(listed, now))
        answer = run("runs")
        assert answer.status == 0, answer.err
        lines = answer.out.splitlines()
        assert f"{LISTED} runs, newest first" in lines[0]
        rows = [line for line in lines if "digits" in line or "bag of words" in line]
        assert len(rows) == LISTED
        assert "bag of words (baseline)" in rows[0]
        assert all(word in rows[1] for word in ("gru", "FAILED", " s"))
        assert all(word in rows[-1] for word in ("simple_rnn units=4", "FINISHED", "0."))
        assert "Not listed: 1 trial (kind=trial)." in answer.out
        assert answer.err.startswith("Next:\n  python -m rnnbench report all")

    def test_tells_why_runs_failed_without_secrets_or_control_characters(
        self, store: Store, run: Run
    ) -> None:
        out = run("runs").out
        assert r"failed: the loss of http://***@h became \x1b[31mNaN" in out
        assert not {"pw", "\x1b"} & {*out, *out.replace("@", " ").replace(":", " ").split()}

    @pytest.mark.parametrize(
        ("words", "count"),
        [
            ("cell=gru", 5),
            ("+cell=gru", 5),
            ("cell=gru,simple_rnn seed=1", 4),
            ("data=digits", 9),
            ("data=imdb", 0),
            ("model.units=4,16", 5),
            ("model.dropout=0", 9),
            ("optimizer.learning_rate=3", 1),
            ("optimizer=adam", 9),
            ("status=failed", 1),
            ("status=Failed,killed", 1),
            ("kind=baseline", 1),
            ("kind=run,trial,baseline", 11),
            ("arm=gru", 5),
            ("'arm=gru units=8'", 2),
            ("'arm=gru model.units=8' seed=0", 1),
        ],
    )
    def test_is_restricted_by_what_runs_recorded(
        self, filled: Path, run: Run, words: str, count: int
    ) -> None:
        given = (*shlex.split(words), f"home={filled / 'runs'}", "--format", "json")
        assert len(as_json(run("runs", *given))) == count

    def test_is_restricted_by_a_preset_as_a_report_is(
        self, store: Store, run: Run, tmp_path: Any
    ) -> None:
        folder = tmp_path / "conf" / "experiments"
        folder.mkdir(parents=True)
        preset = "# @package _global_\ndefaults:\n  - override /data: digits\n"
        preset += "model: {units: 8}\nsweep:\n  grid: {cell: [gru, lstm]}\n"
        (folder / "mine.yaml").write_text(preset)
        words = ("experiments=mine", "--config-dir", str(tmp_path / "conf"), "format=json")
        found = as_json(run("runs", *words))
        assert {(row["arm"], row["seed"]) for row in found} == {
            ("gru units=8", 0),
            ("gru units=8", 1),
        }
        (one,) = as_json(run("runs", *words, "seeds=1"))
        assert one["seed"] == 0

    def test_has_everything_as_csv_and_json(self, store: Store, run: Run) -> None:
        rows = as_json(run("runs", "--format", "json"))
        table = list(csv.DictReader(io.StringIO(run("runs", "format=csv").out)))
        assert [row["run_id"] for row in table] == [row["run_id"] for row in rows]
        assert all(len(row["run_id"]) == 32 for row in rows)
        row, cells = rows[-1], table[-1]
        assert (row["cell"], row["seed"], row["model.units"]) == ("simple_rnn", 0, 4)
        assert row["started"].endswith("Z")
        assert row["started"] <= row["ended"]
        assert float(cells["test_accuracy"]) == row["test_accuracy"]
        assert cells["reason"] == ""
        assert row["reason"] is None
        assert "pw" not in rows[1]["command"]

    def test_names_what_tells_arms_of_one_name_apart(self, store: Store, run: Run) -> None:
        rows = as_json(run("runs", "cell=gru", "--format", "json"))
        assert {row["arm"] for row in rows} == {"gru", "gru units=4", "gru units=8"}
        other = [*WORDS[1:2], "+cell=gru", "model.units=8", "seeds=1"]
        with store.marker.kept():
            (spec,) = declare(expand(other), DataCache(store.home.path))
            begin(store, spec).fail("", killed=True)
        rows = as_json(run("runs", "cell=gru", "seed=0", "--format=json"))
        assert "gru units=8 learning_rate=0.001" in {row["arm"] for row in rows}

    def test_of_nothing_says_what_there_is(self, store: Store, run: Run) -> None:
        answer = run("runs", "data=imdb")
        assert answer.status == 0
        assert (
            "No run matches these words. The store has 10: data digits (9), none (1)" in answer.out
        )
        assert "status FINISHED (9), FAILED (1)" in answer.out
        as_csv = run("runs", "data=imdb", "--format", "csv")
        assert as_csv.out == ""
        assert "No run matches" in as_csv.err

    def test_of_an_empty_store_says_how_to_train(self, run: Run, work_dir: object) -> None:
        Store.open(load([], cell=False))
        assert "sweep +cell=gru" in run("runs").out

    def test_shows_the_newest_of_many(self, store: Store, run: Run, monkeypatch: Any) -> None:
        monkeypatch.setattr("rnnbench.cli.runs._MOST_ROWS", 3)
        out = run("runs").out
        assert "The newest 3 of 10" in out
        assert out.count("FINISHED") == 2


class TestOtherStore:
    """Read by MLflow's client, as a server or PostgreSQL is."""

    def test_is_listed_and_deleted_from_alike(self, store: Store, run: Run) -> None:
        place = f"tracking.uri=sqlite:///{store.home.database}"
        rows = as_json(run("runs", place, "format=json"))
        assert rows == as_json(run("runs", "format=json"))
        answer = run("runs", "delete", rows[-1]["run_id"], place, "--yes")
        assert answer.status == 0, answer.err
        assert "The mean of simple_rnn units=4 over 2 seeds" in answer.out
        assert len(as_json(run("runs", "format=json"))) == len(rows) - 1


class TestRunningRun:
    def test_is_running_while_its_lock_is_held_and_killed_afterwards(
        self, store: Store, run: Run
    ) -> None:
        (spec,) = declare(
            expand(["+cell=lstm", "data=digits", "seeds=1"]), DataCache(store.home.path)
        )
        with store.locks.acquire(spec.key):
            began = begin(store, spec)
            (row,) = as_json(run("runs", "cell=lstm", "format=json"))
            assert row["status"] == "RUNNING"
            refused = run("runs", "delete", began.run_id, "--yes")
            assert refused.status == 2
            assert "which is being trained" in refused.err
            assert began.run_id in kept(store)
        (row,) = as_json(run("runs", "cell=lstm", "status=killed", "format=json"))
        assert row["reason"] == "the process that trained it is gone"
        assert run("runs", "delete", began.run_id, "--yes").status == 0
        assert began.run_id not in kept(store)

    def test_of_another_home_is_left_to_it(self, store: Store, run: Run) -> None:
        (spec,) = declare(
            expand(["+cell=lstm", "data=digits", "seeds=1"]), DataCache(store.home.path)
        )
        began = begin(store, spec)
        store.client.set_tag(began.run_id, "rnnbench.process", "elsewhere")
        store.client.set_tag(began.run_id, "rnnbench.owner", "otherhost:/runs")
        refused = run("runs", "delete", began.run_id, "--yes")
        assert refused.status == 2
        assert "from otherhost:/runs; delete it from there" in refused.err


class TestDelete:
    def test_makes_a_run_count_as_not_done_and_can_be_undone(self, store: Store, run: Run) -> None:
        plan = ("plan", *WORDS)
        assert "8 DONE" in run(*plan).out
        rows = as_json(run("runs", "cell=gru", "model.units=8", "format=json"))
        ids = [row["run_id"] for row in rows]
        answer = run("runs", "delete", *(id_[:8] for id_ in ids), "--yes")
        assert answer.status == 0, answer.err
        assert "To be deleted: 2" in answer.out
        assert "deleted 2 runs. They count as not done" in answer.out
        assert "The mean of gru units=8 over 2 seeds" in answer.out
        assert f"runs restore --run-id {ids[0]}" in answer.out
        assert "6 DONE, 2 PENDING" in run(*plan).out
        assert {r.tags["rnnbench.arm"] for r in store.records(kind="arm")} == {
            "simple_rnn model.units=4",
            "simple_rnn model.units=8",
            "gru model.units=4",
        }
        for id_ in ids:
            store.client.restore_run(id_)
        assert "8 DONE" in run(*plan).out

    def test_by_words_deletes_what_they_restrict_the_list_to(self, store: Store, run: Run) -> None:
        before = kept(store)
        answer = run("runs", "delete", "status=failed", "--yes")
        assert answer.status == 0
        assert "count as not done" not in answer.out
        assert len(before - kept(store)) == 1

    @pytest.mark.parametrize(("typed", "left"), [("y\n", 10), ("n\n", 11), ("", 11)])
    def test_asks_first(
        self, store: Store, run: Run, monkeypatch: Any, typed: str, left: int
    ) -> None:
        terminal = io.StringIO(typed)
        monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
        monkeypatch.setattr(sys, "stdin", terminal)
        answer = run("runs", "delete", "status=failed")
        assert answer.status == 0
        assert "Delete this run? [y/N]" in answer.out
        assert ("nothing was deleted" in answer.out) == (left == 11)
        assert len(kept(store)) == left

    def test_of_no_terminal_needs_a_yes(self, store: Store, run: Run, monkeypatch: Any) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
        answer = run("runs", "delete", "status=failed")
        assert answer.status == 2
        assert "add --yes" in answer.err
        assert len(kept(store)) == 11

    def test_ends_after_the_run_at_hand_when_interrupted(
        self, store: Store, run: Run, monkeypatch: Any
    ) -> None:
        delete = Store.delete

        def interrupted(self: Store, run_id: str) -> None:
            is_first = len(kept(self)) == 11
            delete(self, run_id)
            if is_first:
                os.kill(os.getpid(), signal.SIGINT)

        monkeypatch.setattr(Store, "delete", interrupted)
        answer = run("runs", "delete", "cell=gru", "model.units=8", "--yes")
        assert answer.status == 130
        assert "deleted 1 of 2 runs" in answer.out
        assert len(kept(store)) == 10
        assert len(store.records(kind="arm")) == 3

    def test_refuses_a_trial(self, store: Store, run: Run) -> None:
        (trial,) = as_json(run("runs", "kind=trial", "format=json"))
        refused = run("runs", "delete", trial["run_id"], "--yes")
        assert refused.status == 2
        assert "a trial of a search" in refused.err

    def test_refuses_an_id_that_begins_several_or_none(self, store: Store, run: Run) -> None:
        first = sorted(kept(store))[0]
        several = run("runs", "delete", first[0], "0" * 32, "--yes")
        assert several.status == 2
        assert run("runs", "delete", "f" * 32, "--yes").status == 2
        assert len(kept(store)) == 11


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.4, "0 s"), (59, "59 s"), (60, "1 min"), (3600, "1 h"), (86400 * 2.5, "2 d")],
)
def test_age_is_told_in_its_largest_unit(seconds: float, told: str) -> None:
    listed = Listed(Record("x", "FINISHED", start_time=1_000_000), "run", "FINISHED")
    assert age(listed, 1000 + seconds) == told


def test_short_ids_tell_all_runs_apart() -> None:
    def listed(*ids: str) -> list[Listed]:
        return [Listed(Record(i.ljust(32, "0"), ""), "run", "") for i in ids]

    assert short_ids(listed("a", "b")) == 6
    assert short_ids(listed("12345678", "123456789", "b")) == 9


class TestOfAnotherProgram:
    """What others wrote into the store, through MLflow's client."""

    def test_is_listed_without_a_crash_or_a_secret(self, store: Store, run: Run) -> None:
        (trial,) = read_runs(store, ("trial",))
        done = next(r for r in read_runs(store, ("run",)) if r.status == "FINISHED")
        name = "gru data.path=http://anna:pw@h/\x1b[31m.csv"
        store.client.set_tag(trial.run_id, "rnnbench.trial", "x\n")
        for run_id in (trial.run_id, done.run_id):
            store.client.set_tag(run_id, "rnnbench.arm", name)
        store.client.log_param(trial.run_id, "data.path", name)
        store.client.log_metric(done.run_id, "test_accuracy", float("inf"), step=99)
        answers = [run("runs", "kind=run,trial", f"--format={f}") for f in ("table", "csv", "json")]
        for answer in answers:
            assert answer.status == 0, answer.err
            assert "http://***@h/\\" in answer.out
            assert "pw@" not in answer.out
            assert "\x1b" not in answer.out
        assert max(map(len, answers[0].out.splitlines())) < 200  # MLflow keeps the largest number
        found = json.loads(answers[-1].out, parse_constant=pytest.fail)
        assert next(r for r in found if r["run_id"] == trial.run_id)["trial"] is None


def test_deletes_nothing_for_an_empty_name(store: Store, run: Run) -> None:
    before = kept(store)
    answer = run("runs", "delete", "arm=", "--yes")
    assert answer.status == 2
    assert answer.err.startswith("error: arm: expected words of an arm's name, received ''")
    assert kept(store) == before


def test_deletes_by_kind(store: Store, run: Run) -> None:
    before = kept(store)
    answer = run("runs", "delete", "kind=baseline", "--yes")
    assert answer.status == 0, answer.err
    assert len(before - kept(store)) == 1

"""Reports made again from what they kept, on a machine without the store."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pyarrow import parquet

from benchmarks.recorded import fill
from rnnbench.errors import StoreError
from rnnbench.report.snapshot import SNAPSHOT, read_snapshot, write_snapshot
from rnnbench.results.by_class import by_class
from rnnbench.results.frame import frame
from rnnbench.results.history import history_frame
from rnnbench.tracking import names
from rnnbench.tracking.looks import Looked
from rnnbench.tracking.record import Record
from rnnbench.training.gradient_flow import Flow
from rnnbench.training.predictions import Labelled
from rnnbench.training.tested_weights import WEIGHTS, Weights
from tests.conftest import Run
from tests.report.records import MATCHED, record, tables

WORDS = ("data=digits", "data.limit=100", "data.test_limit=50")
STORE = ("+cell=gru,lstm", "model.units=8,16", "seeds=2", "diagnostics.gradient_flow=[0,2]")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a report."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def made(run: Run, work_dir: Path) -> Path:
    """A report of a store that is gone."""
    fill(work_dir, (*WORDS, *STORE), epochs=2)
    answer = run("report", "mine")
    assert answer.status == 0, answer.err
    assert answer.out == "reports/mine/index.html\n"
    assert answer.err.endswith("(--open does), or see its runs:\n  python -m rnnbench ui\n")
    shutil.rmtree("runs")
    return Path("reports", "mine")


@pytest.mark.slow
def test_without_its_store_a_report_is_made_again_byte_for_byte(run: Run, made: Path) -> None:
    before = contents(made)
    kept = ("answers", "runs", "history", "gradient_flow")
    assert {f"{name}.parquet" for name in kept} <= set(before)
    assert "figures/gradient_flow_digits.svg" in before
    answer = run("report", "mine")
    assert answer.status == 0, answer.err
    assert "made from reports/mine/runs.parquet, without a store" in answer.err
    assert contents(made) == before
    assert not Path("runs").exists()

    # By name it can be made anywhere, and only of a part.
    answer = run("report", "other", f"report.source={made}", "+cell=gru", "model.units=8", *WORDS)
    assert answer.status == 0, answer.err
    text = Path("reports", "other", "report.md").read_text("utf-8")
    assert "Made from 2 finished runs," in text
    assert "report.source" not in text
    answer = run("report", "mine", "+cell=gru", "model.units=9", *WORDS)
    assert answer.status == 2
    assert "expected runs of this configuration" in answer.err
    assert contents(made) == before

    answer = run("report", "mine", "report.source=store")
    assert answer.status == 2
    assert "a folder with a store" in answer.err

    # A store with other runs makes its own reports, and leaves those it knows nothing of.
    fill(Path("second"), (*WORDS, "+cell=simple_rnn", "seeds=1"), epochs=2)
    part = ("home=second/runs", "+cell=gru", "model.units=8", *WORDS)
    for words in (part, ("home=second/runs",)):
        answer = run("report", "mine", *words)
        assert answer.status == 2
        assert "finished runs that would be lost; choose another name" in answer.err
        assert contents(made) == before
    answer = run("report", "own", "home=second/runs")
    assert answer.status == 0, answer.err
    assert "Made from 1 finished run," in Path("reports", "own", "report.md").read_text("utf-8")
    (made / "runs.parquet").unlink()
    assert run("report", "mine", "home=second/runs").status == 0


def whole() -> Any:
    """Tables with something in each."""
    trial = record("gru", 0, 0.8)
    tags = {**trial.tags, names.STUDY: "s", names.TRIAL: "3", names.TRIAL_STATE: names.COMPLETE}
    also = {**tags, names.STUDY: "another"}
    trials = [Record("t0", "FINISHED", told, trial.params, trial.metrics) for told in (tags, also)]
    failed = Record("bad", "FAILED", {names.REASON: "loss is nan"}, MATCHED[0].params, {})
    made = tables([*MATCHED, failed], trials)
    rng = np.random.default_rng(0)
    correct: dict[Weights, dict[str, np.ndarray]] = {
        which: {r.run_id: rng.random(n) < 0.5 for n, r in enumerate(MATCHED, start=7)}
        for which in WEIGHTS
    }
    flows = {
        r.run_id: (
            Flow(0, "gru_1", "h", rng.random(7).astype(np.float32)).rounded(),
            Flow(3, "gru_1", "h", np.zeros(7, np.float32)),
        )
        for r in MATCHED[:2]
    }
    looks = (Looked(frozenset({"a" * 12, "b" * 12}), (3,), 0),)
    known = Labelled(("a", "b"), np.repeat([0, 1], [9, 2]).astype(np.int32), {})
    kept: dict[str, Any] = {
        "baselines": frame(MATCHED[:1]),
        "lengths": {"5e79": np.array([3, 0, 500], np.int32)},
        "classes": {"last": {"x": by_class(known, rng.random((11, 1)).astype(np.float32))}},
    }
    return replace(made, correct=correct, flows=flows, looks=looks, **kept)


def test_what_is_kept_reads_back_as_it_was(tmp_path: Path) -> None:
    before = whole()
    write_snapshot(before, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(SNAPSHOT)
    kept = parquet.read_schema(tmp_path / "runs.parquet").names
    assert ("units" in kept, "model.units" in kept) == (True, False)
    after = read_snapshot(tmp_path)
    for name in ("runs", "history", "trials", "baselines"):
        pd.testing.assert_frame_equal(getattr(after, name), getattr(before, name))
    assert after.looks == before.looks
    assert set(after.correct) == set(before.correct)
    for which, known in before.correct.items():
        assert set(after.correct[which]) == set(known)
        for run_id, right in known.items():
            np.testing.assert_array_equal(after.correct[which][run_id], right)
    assert after.lengths.keys() == before.lengths.keys()
    np.testing.assert_array_equal(after.lengths["5e79"], before.lengths["5e79"])
    assert after.flows == before.flows
    for run_id, flows in before.flows.items():
        for one, same in zip(flows, after.flows[run_id], strict=True):
            np.testing.assert_array_equal(one.norms, same.norms)


def test_packed_answers_and_norms_of_earlier_versions_are_read(tmp_path: Path) -> None:
    before = whole()
    write_snapshot(before, tmp_path)
    answers = pd.read_parquet(tmp_path / "answers.parquet")
    answers = answers[answers["weights"] == "last"].drop(columns="weights")
    packed = [np.packbits(right).tobytes() for right in answers["right"]]
    answers = answers.assign(samples=answers["right"].map(len), right=packed)
    answers.to_parquet(tmp_path / "answers.parquet")
    flows = pd.read_parquet(tmp_path / "gradient_flow.parquet")
    flows.assign(norms=[norms.tobytes() for norms in flows["norms"]]).to_parquet(
        tmp_path / "gradient_flow.parquet"
    )
    after = read_snapshot(tmp_path)
    assert after.correct["best"] == {}
    for run_id, right in before.correct["last"].items():
        np.testing.assert_array_equal(after.correct["last"][run_id], right)
    for run_id, measured in before.flows.items():
        for one, same in zip(measured, after.flows[run_id], strict=True):
            np.testing.assert_array_equal(one.norms, same.norms)


def test_pandas_alone_reads_what_is_kept(tmp_path: Path) -> None:
    before = whole()
    write_snapshot(before, tmp_path)
    runs = pd.read_parquet(tmp_path / "runs.parquet")
    assert runs["test_accuracy"].dtype.kind == runs["best_val_accuracy"].dtype.kind == "f"
    assert runs.query("cell == 'gru' and seed == 0")["status"].item() == "FINISHED"
    answers = pd.read_parquet(tmp_path / "answers.parquet")
    best = answers[answers["weights"] == "best"].set_index("run_id")["right"]
    assert {i: list(v) for i, v in best.items()} == {
        i: list(v) for i, v in before.correct["best"].items()
    }
    flows = pd.read_parquet(tmp_path / "gradient_flow.parquet")
    assert flows["norms"].map(lambda norms: norms.dtype).unique() == [np.dtype("float32")]
    assert list(flows.columns) == ["run_id", "epoch", "layer", "state", "norms"]


def test_of_nothing_finished_reads_back(tmp_path: Path) -> None:
    before = replace(tables([]), history=history_frame([]))
    write_snapshot(before, tmp_path)
    after = read_snapshot(tmp_path)
    assert after.runs.empty
    assert after.history.empty
    assert list(after.history.columns) == list(before.history.columns)


def test_an_older_file_lacks_what_was_not_declared_then(tmp_path: Path) -> None:
    write_snapshot(whole(), tmp_path)
    runs = pd.read_parquet(tmp_path / "runs.parquet", dtype_backend="numpy_nullable")
    runs = runs.drop(columns="order_drop")
    runs.to_parquet(tmp_path / "runs.parquet")
    history = pd.read_parquet(tmp_path / "history.parquet").drop(columns="epoch_seconds")
    history.to_parquet(tmp_path / "history.parquet")
    (tmp_path / "lengths.parquet").unlink()
    after = read_snapshot(tmp_path)
    assert after.runs["order_drop"].isna().all()
    assert after.history["epoch_seconds"].isna().all()
    assert after.history["loss"].notna().all()
    assert after.lengths == {}


def test_learning_rates_have_a_column_where_they_were_logged(tmp_path: Path) -> None:
    row = {"run_id": "a", "epoch": 1, "loss": 0.5}
    assert "learning_rate" not in history_frame([row])
    before = replace(tables([]), history=history_frame([{**row, "learning_rate": 0.001}]))
    write_snapshot(before, tmp_path)
    assert read_snapshot(tmp_path).history["learning_rate"].tolist() == [0.001]


class _Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("reached"),)


def _changed(name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        # As pandas reads them by default, whole numbers with gaps would become fractions.
        changed = change(pd.read_parquet(folder / name, dtype_backend="numpy_nullable"))
        changed.reset_index(drop=True).to_parquet(folder / name)

    return apply


def _norms(values: list[float]) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda table: table.assign(norms=[np.array(values, np.float32)] * len(table))


HOSTILE: dict[str, tuple[Callable[[Path], None], str]] = {
    "no parquet": (lambda f: (f / "runs.parquet").write_text("a,b"), "runs.parquet"),
    "empty": (lambda f: (f / "runs.parquet").write_bytes(b""), "runs.parquet"),
    "cut": (
        lambda f: (f / "runs.parquet").write_bytes((f / "runs.parquet").read_bytes()[:-100]),
        "runs.parquet",
    ),
    "broken inside": (
        lambda f: (f / "runs.parquet").write_bytes(
            b"PAR1" + b"\xff" * 300 + (f / "runs.parquet").read_bytes()[304:]
        ),
        "runs.parquet",
    ),
    "a pickle": (lambda f: (f / "runs.parquet").write_bytes(pickle.dumps(_Evil())), "runs.parquet"),
    "a folder": (lambda f: [(f / "history.parquet").unlink(), (f / "history.parquet").mkdir()], ""),
    "no history": (lambda f: (f / "history.parquet").unlink(), "No such file"),
    "no ids": (_changed("runs.parquet", lambda t: t.drop(columns="run_id")), "no column run_id"),
    "no seed": (
        _changed(
            "runs.parquet", lambda t: t.assign(seed=pd.Series([None] * len(t), dtype="Int64"))
        ),
        "a row without seed",
    ),
    "text for numbers": (
        _changed("runs.parquet", lambda t: t.assign(test_accuracy="high")),
        "'test_accuracy' of type",
    ),
    "nested": (
        _changed("runs.parquet", lambda t: t.assign(label=[[1]] * len(t))),
        "of type list",
    ),
    "no number": (
        _changed("runs.parquet", lambda t: t.assign(best_val_loss=np.inf)),
        "inf as best_val_loss",
    ),
    "epochs of no run": (
        _changed("history.parquet", lambda t: t.assign(run_id=None)),
        "a row without run_id",
    ),
    "further columns that are no metrics": (
        _changed("history.parquet", lambda t: t.assign(more="one")),
        "a column 'more'",
    ),
    "an accuracy of 750 %": (
        _changed("runs.parquet", lambda t: t.assign(test_accuracy=7.5)),
        "runs.parquet: 7.5 as test_accuracy, which is at most 1 and at least 0",
    ),
    "an accuracy below zero": (
        _changed("history.parquet", lambda t: t.assign(val_accuracy=-0.5)),
        "history.parquet: -0.5 as val_accuracy",
    ),
    "a gap beyond one": (
        _changed("trials.parquet", lambda t: t.assign(gap_best=-1.5)),
        "trials.parquet: -1.5 as gap_best, which is at most 1 and at least -1",
    ),
    "seconds below zero": (
        _changed("baselines.parquet", lambda t: t.assign(fit_seconds=-1.0)),
        "baselines.parquet: -1 as fit_seconds, which is at least 0",
    ),
    "no unit": (
        _changed("runs.parquet", lambda t: t.assign(units=pd.Series([0] * len(t), dtype="Int64"))),
        "runs.parquet: 0 as units",
    ),
    "epoch zero": (
        _changed("history.parquet", lambda t: t.assign(epoch=t["epoch"] - 1)),
        "history.parquet: 0 as epoch",
    ),
    "an epoch before the first": (
        _changed("gradient_flow.parquet", lambda t: t.assign(epoch=t["epoch"] - 1)),
        "gradient_flow.parquet: -1 as epoch",
    ),
    "a status of no run": (
        _changed("runs.parquet", lambda t: t.assign(status="DONE")),
        "runs.parquet: 'DONE' as status, not one of FINISHED",
    ),
    "numbers for keys": (
        _changed("runs.parquet", lambda t: t.assign(key=np.nan)),
        "a column 'key' of type double",
    ),
    "no keys": (
        _changed(
            "runs.parquet", lambda t: t.assign(key=pd.Series([None] * len(t), dtype="string"))
        ),
        "runs.parquet: a row without key",
    ),
    "whole numbers for fractions": (
        _changed("runs.parquet", lambda t: t.assign(test_accuracy=1)),
        "a column 'test_accuracy' of type int64",
    ),
    **{
        f"one {what} twice in {name}": (
            _changed(f"{name}.parquet", lambda t: pd.concat([t, t[:1]])),
            f"{name}.parquet: run_id ",
        )
        for name, what in (
            ("runs", "run"),
            ("history", "epoch"),
            ("trials", "trial"),
            ("baselines", "run"),
            ("answers", "run"),
            ("gradient_flow", "norm"),
        )
    },
    "one run six times": (
        _changed("runs.parquet", lambda t: t.loc[[*t.index, *[t.index[0]] * 5]]),
        "run_id lstm0{} in 6 rows",
    ),
    "too few packed answers": (
        _changed("answers.parquet", lambda t: t.assign(right=b"1", samples=1000)),
        "1 bytes for 1000 answers",
    ),
    "minus answers": (
        _changed("answers.parquet", lambda t: t.assign(right=b"1", samples=-9)),
        "-9 answers",
    ),
    "packed answers without their number": (
        _changed("answers.parquet", lambda t: t.assign(right=b"1")),
        "1 bytes for 0 answers",
    ),
    "an answer that is missing": (
        _changed("answers.parquet", lambda t: t.assign(right=[[True, None]] * len(t))),
        "neither true nor false",
    ),
    "no answers": (
        _changed("answers.parquet", lambda t: t.assign(right=None)),
        "a row without right",
    ),
    "lengths below zero": (
        _changed("lengths.parquet", lambda t: t.assign(tokens=[np.array([-1], np.int32)])),
        "lengths of 5e79 that are no whole numbers from 0",
    ),
    "a length that is missing": (
        _changed("lengths.parquet", lambda t: t.assign(tokens=None)),
        "lengths.parquet: a row without tokens",
    ),
    "lengths of one data set twice": (
        _changed("lengths.parquet", lambda t: pd.concat([t, t])),
        "lengths.parquet: data_digest 5e79 in 2 rows",
    ),
    "classes of other weights": (
        _changed("classes.parquet", lambda t: t.assign(weights="first")),
        "answers of x by 'first', not one of last, best",
    ),
    "a single class": (
        _changed("classes.parquet", lambda t: t[:1]),
        "classes of x that are not 0 to at most 49",
    ),
    "classes out of order": (
        _changed("classes.parquet", lambda t: t[::-1]),
        "classes of x that are not 0 to at most 49",
    ),
    "one class twice": (
        _changed("classes.parquet", lambda t: t.assign(label=0)),
        "classes.parquet: run_id x, weights last, label 0 in 2 rows",
    ),
    "answers to one class of two": (
        _changed("classes.parquet", lambda t: t.assign(answered=[np.array([1], np.int32)] * 2)),
        "answers of x that are no list of 2",
    ),
    "fewer answers than none": (
        _changed("classes.parquet", lambda t: t.assign(answered=[np.array([1, -1], "i4")] * 2)),
        "answers of x beyond what they can be",
    ),
    "a precision above 1": (
        _changed("classes.parquet", lambda t: t.assign(precision=[np.full(101, 2, "f4")] * 2)),
        "precision of x beyond what they can be",
    ),
    "precision at one recall": (
        _changed("classes.parquet", lambda t: t.assign(precision=[np.ones(1, "f4")] * 2)),
        "precision of x that are no list of 101",
    ),
    "an average precision above 1": (
        _changed("classes.parquet", lambda t: t.assign(average_precision=1.5)),
        "an average precision of x that is not from 0 to 1",
    ),
    "a class without a name": (
        _changed("classes.parquet", lambda t: t.assign(name=None)),
        "classes.parquet: a row without name",
    ),
    "an epoch of minus a second": (
        _changed("history.parquet", lambda t: t.assign(epoch_seconds=-1.0)),
        "history.parquet: -1 as epoch_seconds",
    ),
    "answers that are numbers": (
        _changed("answers.parquet", lambda t: t.assign(right=[[1, 0]] * len(t))),
        "a column 'right' of type list",
    ),
    "half a packed norm": (
        _changed("gradient_flow.parquet", lambda t: t.assign(norms=b"abc")),
        "3 bytes of norms",
    ),
    "no norms": (_changed("gradient_flow.parquet", _norms([])), "no norms of"),
    "a norm that is missing": (
        _changed("gradient_flow.parquet", _norms([1.0, np.nan])),
        "that are negative or not finite",
    ),
    "a norm below zero": (
        _changed("gradient_flow.parquet", _norms([-1.0])),
        "that are negative or not finite",
    ),
    "an infinite norm": (
        _changed("gradient_flow.parquet", lambda t: t.assign(norms=np.float32("inf").tobytes())),
        "that are negative or not finite",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_no_table_of_a_report_is_one_message(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_snapshot(whole(), tmp_path)
    damage, told = HOSTILE[case]
    damage(tmp_path)
    with pytest.raises(StoreError) as caught:
        read_snapshot(tmp_path)
    assert str(caught.value).startswith("report.source: expected the tables that a report was made")
    assert "\n" not in str(caught.value)
    assert told in str(caught.value)
    assert not Path("reached").exists()


def test_a_source_that_is_none_is_one_message(run: Run) -> None:
    answer = run("report", "mine", "report.source=nowhere")
    assert answer.status == 2
    assert "report.source: expected auto, store, or the folder of a report" in answer.err
    Path("reports", "mine").mkdir(parents=True)
    Path("reports", "mine", "runs.parquet").write_bytes(b"PAR1")
    answer = run("report", "mine")
    assert answer.status == 2
    assert answer.err.count("\n") == 1
    assert "reports/mine/runs.parquet" in answer.err

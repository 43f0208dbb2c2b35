"""A sweep from its command to the store: what is trained, logged, skipped and failed."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest
from omegaconf import OmegaConf

import rnnbench.cli
from rnnbench.tracking import names
from rnnbench.tracking.looks import looks_of, short_keys
from rnnbench.tracking.store import Store
from rnnbench.training import TRAINING_VERSION
from tests.conftest import Run
from tests.printed import printed_rows
from tests.sweep.conftest import COMPILED, SMALL
from tests.sweep.executors import simulated

SWEEP = ("sweep", "+cell=simple_rnn,gru", *SMALL, "seeds=2")

SUMMARY_METRICS = {
    "best_epoch",
    "best_val_accuracy",
    "best_val_loss",
    "final_val_accuracy",
    "test_accuracy",
    "test_loss",
    "gap_best",
    "gap_final",
    "val_loss_rise",
    "fit_seconds",
    "seconds_per_epoch",
    "parameters_total",
    "parameters_recurrent",
    "peak_rss_mb",
}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with a finished sweep of four runs, and what it printed."""
    folder = tmp_path_factory.mktemp("swept")
    with pytest.MonkeyPatch.context() as patch, io.StringIO() as out:
        patch.chdir(folder)
        patch.setenv("COLUMNS", "200")
        with contextlib.redirect_stdout(out):
            assert rnnbench.cli.run(SWEEP) == 0
        return folder, out.getvalue()


@pytest.fixture
def swept(original: tuple[Path, str], work_dir: Path) -> str:
    """The finished sweep in a folder of the test's own; returns what it printed."""
    folder, printed = original
    shutil.copytree(folder / "runs", work_dir / "runs")
    return printed


class TestFinishedSweep:
    def test_prints_a_row_for_each_arm(self, swept: str) -> None:
        assert {(row[0], row[1]) for row in printed_rows(swept, "Accuracy by arm")} == {
            ("simple_rnn", "2"),
            ("gru", "2"),
        }

    def test_logs_one_finished_run_for_each_arm_and_seed(self, swept: str, store: Store) -> None:
        runs = store.records()
        assert {(r.tags[names.CELL], r.params["seed"]) for r in runs} == {
            ("simple_rnn", "0"),
            ("simple_rnn", "1"),
            ("gru", "0"),
            ("gru", "1"),
        }
        assert {run.status for run in runs} == {"FINISHED"}
        assert len({run.key for run in runs}) == 4

    def test_logs_the_summary_metrics(self, swept: str, store: Store) -> None:
        for run in store.records():
            assert set(run.metrics) >= SUMMARY_METRICS

    def test_logs_epochs_under_keras_names(self, swept: str, store: Store) -> None:
        run = store.records()[0]
        for metric in ("loss", "accuracy", "val_loss", "val_accuracy"):
            points = store.client.get_metric_history(run.run_id, metric)
            assert [point.step for point in points] == [1, 2]

    def test_summary_agrees_with_the_history(self, swept: str, store: Store) -> None:
        for run in store.records():
            points = store.client.get_metric_history(run.run_id, "val_accuracy")
            best = max(point.value for point in points)
            assert run.metrics["best_val_accuracy"] == best
            assert run.metrics["final_val_accuracy"] == points[-1].value

    def test_groups_runs_under_one_parent(self, swept: str, store: Store) -> None:
        parents = {run.tags[names.PARENT] for run in store.records()}
        assert len(parents) == 1
        parent = store.client.get_run(parents.pop())
        assert parent.data.tags[names.KIND] == names.SWEEP_PARENT
        assert parent.info.status == "FINISHED"

    def test_records_with_how_many_seeds_its_arms_were_shown(
        self, swept: str, store: Store
    ) -> None:
        (looked,) = looks_of(store)
        assert (looked.seeds, looked.first_seed, looked.most_seeds) == ((2,), 0, None)
        assert looked.arms == short_keys(run.tags[names.ARM_KEY] for run in store.records())

    def test_logs_the_data_set(self, swept: str, store: Store) -> None:
        run = store.client.get_run(store.records()[0].run_id)
        dataset = run.inputs.dataset_inputs[0].dataset
        assert dataset.name == "digits"
        assert run.data.tags[names.DATA_DIGEST].startswith(dataset.digest)
        assert json.loads(dataset.profile)["n_train"] == 200

    def test_tags_say_what_made_the_run(self, swept: str, store: Store) -> None:
        tags = store.records()[0].tags
        assert tags[names.COMMAND].startswith("python -m rnnbench sweep +cell=simple_rnn,gru")
        assert "tensorflow=" in tags["rnnbench.versions"]
        assert tags["rnnbench.threads"] == "1"
        assert tags[names.PATH] == "graph"

    def test_artifacts_hold_configuration_history_summary_and_curves(
        self, swept: str, store: Store, tmp_path: Path
    ) -> None:
        run = store.records()[0]
        folder = Path(store.client.download_artifacts(run.run_id, "", str(tmp_path)))
        config = OmegaConf.load(folder / "config.yaml")
        assert str(config.seed) == run.params["seed"]
        with (folder / "history.csv").open() as file:
            rows = list(csv.DictReader(file))
        assert [row["epoch"] for row in rows] == ["1", "2"]
        assert float(rows[-1]["val_accuracy"]) == run.metrics["final_val_accuracy"]
        assert "Total params" in (folder / "model_summary.txt").read_text()
        assert (folder / "learning_curves.png").read_bytes().startswith(b"\x89PNG")

    def test_leaves_no_files_on_their_way(self, swept: str, work_dir: Path) -> None:
        assert list((work_dir / "runs" / "staging").iterdir()) == []

    def test_typed_twice_trains_nothing(self, swept: str, run: Run, store: Store) -> None:
        before = {record.run_id for record in store.records()}
        answer = run(*SWEEP)
        assert answer.status == 0
        assert answer.out == swept
        assert "4 of 4 runs were finished already" in answer.err
        assert {record.run_id for record in store.records()} == before

    def test_ends_with_its_means_and_the_commands_for_the_report_and_the_user_interface(
        self, swept: str, run: Run, work_dir: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (work_dir / "below").mkdir()
        monkeypatch.chdir(work_dir / "below")
        monkeypatch.setenv("COLUMNS", "80")
        monkeypatch.setattr(sys, "argv", ["rnnbench"])
        answer = run(*SWEEP)
        assert f"using {work_dir}/runs\n" in answer.err
        assert "Undecided (2 seeds)" in answer.out
        assert f"Runs are in {work_dir}/runs\nNext:\n" in answer.err
        report, ui = (shlex.split(line) for line in answer.err.splitlines()[-2:])
        assert ui == ["rnnbench", "ui"]
        assert report[:2] == ["rnnbench", "report"]
        assert re.fullmatch("digits_simple_rnn_vs_gru_[0-9a-f]{6}", report[2])
        assert report[3:] == [word for word in SWEEP[1:] if not word.startswith("executor.")]
        reported = run(*report[1:])
        assert reported.status == 0, reported.err
        assert f"using {work_dir}/runs\n" in reported.err
        assert (work_dir / "below" / reported.out.strip()).is_file()
        assert list((work_dir / "below").iterdir()) == [work_dir / "below" / "reports"]

    def test_runs_of_an_older_training_version_count_only_when_accepted(
        self, swept: str, run: Run, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("rnnbench.training.spec.TRAINING_VERSION", TRAINING_VERSION + 1)
        accepted = run(*SWEEP, "sweep.accept_stale=true")
        assert (accepted.status, accepted.out) == (0, swept)
        assert len(store.records()) == 4
        with simulated.training():
            assert run(*SWEEP).status == 0
        assert len(store.records()) == 8

    def test_more_seeds_train_only_what_is_new(self, swept: str, run: Run, store: Store) -> None:
        before = {record.run_id for record in store.records()}
        with simulated.training():
            assert run(*SWEEP[:-1], "seeds=3").status == 0
        new = [record for record in store.records() if record.run_id not in before]
        assert [record.params["seed"] for record in new] == ["2", "2"]
        # Seen with two seeds and then with three. With one seed they are seen too late to decide.
        assert run(*SWEEP[:-1], "seeds=1").status == 0
        assert {one.seeds for one in looks_of(store)} == {(2,), (3,)}

    def test_a_finished_arm_counts_however_it_was_asked_for(
        self, swept: str, run: Run, store: Store
    ) -> None:
        before = len(store.records())
        answer = run("train", "cell=gru", *SMALL, "seed=1", "executor.workers=1", "seeds=9")
        assert answer.status == 0
        assert "nothing was trained" in answer.err
        (record,) = (r for r in store.records() if r.run_id in answer.out)
        assert f"gru seed=1: run {record.run_id}" in answer.out
        report = next(line for line in answer.err.splitlines() if " report " in line)
        assert report.endswith(" seed=1 seeds=1")
        assert " predict " not in answer.err  # no text, and no model that was kept
        assert len(store.records()) == before


class TestModelFiles:
    def test_are_kept_where_asked_for_of_a_model_that_xla_compiles(
        self, run: Run, store: Store, tmp_path: Path
    ) -> None:
        assert run("train", "+cell=lstm", *COMPILED, "tracking.save_model=best").status == 0
        (record,) = store.records()
        assert record.tags[names.PATH] == "xla fused"
        folder = Path(store.client.download_artifacts(record.run_id, "", str(tmp_path)))
        assert json.loads((folder / "architecture.json").read_text())["class_name"] == "Functional"
        assert (folder / "model.weights.h5").read_bytes().startswith(b"\x89HDF")
        assert (folder / "model.keras").read_bytes().startswith(b"PK")


class TestFailedRun:
    def test_is_a_row_with_its_reason_and_the_sweep_goes_on(self, run: Run, store: Store) -> None:
        answer = run(
            "sweep",
            "+cell=gru",
            *SMALL,
            "optimizer=sgd",
            "optimizer.learning_rate=1e30,0.01",
            "cell.activation=relu",
            "seeds=1",
        )
        assert answer.status == 1
        first, *_ = answer.out.splitlines()
        assert first == "Runs without a result: 1 of 2"
        assert "To train them again:\n  python -m rnnbench sweep +cell=gru " in answer.out
        assert " sweep.retry_failed=true\n" in answer.out
        assert answer.out.index("To train") < answer.out.index("Accuracy by arm")
        assert f"starting a new store in {store.home.path}" not in answer.err
        assert {record.status for record in store.records()} == {"FAILED", "FINISHED"}
        failed = next(record for record in store.records() if record.status == "FAILED")
        assert "loss is" in failed.reason

    def test_is_tried_again_only_when_asked_for(self, run: Run, store: Store) -> None:
        words = ["sweep", "+cell=gru", *SMALL, "optimizer.learning_rate=1e30", "seeds=1"]
        words += ["optimizer=sgd", "cell.activation=relu"]
        assert run(*words).status == 1
        assert run(*words).status == 1
        assert len(store.records()) == 1
        assert run(*words, "sweep.retry_failed=true").status == 1
        assert len(store.records()) == 2

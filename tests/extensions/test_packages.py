"""Extensions that an installed package names as entry points: no --config-dir is needed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rnnbench.cli.completion import completions
from rnnbench.config.expand import load
from rnnbench.errors import ConfigError
from rnnbench.extensions import packages, registry
from rnnbench.models.cells import check_cell
from tests.conftest import Run
from tests.installed import PACKAGE

QUICK = ("data.limit=60", "data.test_limit=30", "training.epochs=1", "seeds=1", "home=runs")
ALL = ("+cell=ugrnn", "data=waves", "optimizer=signum")


def is_imported() -> bool:
    return any(name.split(".")[0] == "sequence_extras" for name in sys.modules)


@pytest.mark.slow
def test_a_package_is_installed_and_everything_of_it_trained(package: Path, run: Run) -> None:
    trained = run("train", *ALL, "match=gru:8", *QUICK, "tracking.save_model=last")
    assert trained.status == 0, trained.err
    baseline = run("baseline", "nearest_mean", "data=waves", *QUICK)
    assert baseline.status == 0, baseline.err
    assert "nearest mean" in baseline.out
    assert "DONE" in run("plan", *ALL, "match=gru:8", *QUICK).out.upper()
    told = run("report", "home=runs")
    assert told.status == 0, told.err
    (page,) = (path.read_text("utf-8") for path in Path().rglob("report.md"))
    assert "ugrnn" in page
    assert "nearest mean" in page


def test_names_of_shipped_options_look_for_no_package(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("installed packages are looked through")

    monkeypatch.setattr(packages, "_scanned", refuse)
    load(["+cell=lstm", "data=digits", "optimizer=sgd", "match=gru:8"])
    assert not is_imported()


def test_nothing_is_imported_of_a_package_whose_names_are_not_typed(package: Path) -> None:
    load(["+cell=lstm", "data=digits"])
    assert "ugrnn" in packages.installed("cell")
    with pytest.raises(ConfigError, match="did you mean ugrnn"):
        load(["+cell=ugrn", "data=digits"])
    assert not is_imported()


def test_every_command_of_a_process_knows_it(package: Path) -> None:
    first = load([*ALL])
    assert load([*ALL]) == first
    assert check_cell(first.cell).title == "UGRNN"
    assert load(["+cell=gru", "match=ugrnn:8"]).match == "ugrnn:8"


def test_a_cell_that_others_are_matched_to_is_found(package: Path, run: Run) -> None:
    answer = run("match", "match=ugrnn:8", "+cell=gru", "data=digits")
    assert answer.status == 0, answer.err


def test_a_file_of_the_same_name_is_taken_before_a_package(package: Path, work_dir: Path) -> None:
    file = work_dir / "my_conf" / "optimizer" / "signum.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("_target_: sequence_extras.signum.SIGNUM\nlearning_rate: 0.5\n")
    named = load(["+cell=gru", "optimizer=signum"], config_dirs=[work_dir / "my_conf"])
    installed = load(["+cell=gru", "optimizer=signum"])
    assert (named.optimizer.learning_rate, installed.optimizer.learning_rate) == (0.5, 0.002)
    assert named.optimizer.extension == installed.optimizer.extension


@pytest.mark.parametrize(
    ("words", "key", "expected"),
    [
        ("train +cell=nosuch", "cell", "ugrnn"),
        ("train +cell=gru data=nosuch", "data", "waves"),
        ("train +cell=gru optimizer=nosuch", "optimizer", "signum"),
        ("train +cell=gru match=nosuch:8", "match", "ugrnn"),
        ("baseline nosuch", "baseline", "nearest_mean"),
    ],
)
def test_a_name_that_nobody_has_is_answered_with_all_that_are_installed(
    words: str, key: str, expected: str, package: Path, run: Run
) -> None:
    answer = run(*words.split())
    assert answer.status == 2
    assert f"{key}: expected one of " in answer.err
    assert expected in answer.err
    assert not is_imported()


def test_an_older_version_behind_another_on_the_path_names_nothing(
    package: Path, work_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = broken(
        package, work_dir / "older", "changed-cells", "gone = sequence_extras.ugrnn:UGRNN"
    )
    newer = broken(
        package, work_dir / "newer", "changed-cells", "kept = sequence_extras.ugrnn:UGRNN"
    )
    (newer / "changed-cells-2.0.dist-info" / "entry_points.txt").unlink()
    monkeypatch.syspath_prepend(older)
    assert "gone" in packages.installed("cell")
    monkeypatch.syspath_prepend(newer)
    assert "gone" not in packages.installed("cell")


def broken(package: Path, folder: Path, name: str, entry: str) -> Path:
    """Return a folder with another package that names a cell."""
    info = folder / "site" / f"{name}-2.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.0\n")
    (info / "entry_points.txt").write_text(f"[rnnbench.cell]\n{entry}\n")
    return folder / "site"


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("ugrnn = sequence_extras.ugrnn:UGRNN", "one package with ugrnn"),
        ("mine = no_such_module:CELL", "a module that can be imported"),
        ("mine = sequence_extras.ugrnn:LSTM", "a name in the module"),
        ("mine = sequence_extras.ugrnn:build", "a cell with a name and a version"),
        ("mine = sequence_extras.ugrnn:UGRNN", "an object with the name mine"),
        ("mine = sequence_extras", "a module and a name in it"),
        ("mine = sequence_extras.waves:WAVES", "an object with the name mine"),
    ],
)
def test_a_wrong_entry_point_is_told(
    entry: str, expected: str, package: Path, work_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(broken(package, work_dir, "other-cells", entry))
    with pytest.raises(ConfigError) as caught:
        load([f"+cell={entry.split()[0]}", "data=digits"])
    assert expected in caught.value.expected
    assert "other-cells 2.0" in str(caught.value)


@pytest.mark.slow
def test_a_stored_run_names_nothing_that_is_imported(package: Path, run: Run) -> None:
    quick = ("training.jit_compile=false", "executor=in_process")  # compiling takes longest
    trained = run("train", *ALL, *QUICK, "tracking.save_model=last", *quick)
    assert trained.status == 0, trained.err
    run_id = trained.out.split("run ")[1].split()[0]
    registry._of_packages.clear()
    for name in [name for name in sys.modules if name.split(".")[0] == "sequence_extras"]:
        del sys.modules[name]
    without = run("reproduce", f"run={run_id}", "home=runs")
    assert without.status == 2
    assert "type optimizer=signum" in without.err
    assert not is_imported()
    again = run("reproduce", f"run={run_id}", "home=runs", *ALL)
    assert again.status == 0, again.err
    other = run("reproduce", f"run={run_id}", "home=runs", "+cell=gru", *ALL[1:])
    assert other.status == 2
    assert "cell: expected no cell but one from an installed package" in other.err


@pytest.mark.stress
def test_the_tests_of_the_package_pass_where_it_is_installed(package: Path, tmp_path: Path) -> None:
    """Without the modules beside them; one test of each kind, the rest are run in place."""
    shutil.copy(PACKAGE / "test_sequence_extras.py", tmp_path)
    chosen = ["-k", "name or refused", "-p", "no:cacheprovider", "-q"]
    child = subprocess.run(
        [sys.executable, "-m", "pytest", *chosen], cwd=tmp_path, capture_output=True, text=True
    )
    assert child.returncode == 0, child.stdout


@pytest.mark.slow
def test_a_users_cell_is_compared_with_others_and_followed_through_time(
    package: Path, run: Run
) -> None:
    words = ["+cell=ugrnn,gru", "data=waves", *QUICK[:3], "seeds=2", "home=runs"]
    words += ["training.jit_compile=false"]
    swept = run("sweep", *words, "diagnostics.gradient_flow=[1]", "executor=in_process")
    assert swept.status == 0, swept.err
    assert run("report", "home=runs").status == 0
    (page,) = (path.read_text("utf-8") for path in Path().rglob("report.md"))
    assert "but also" not in page
    assert "Gradients through time" in page
    assert "| ugrnn | 1 | ugrnn_1 | h |" in page


@pytest.mark.slow
def test_a_users_cell_carries_its_state_over(package: Path, run: Run) -> None:
    words = ["data=waves", "data.limit=64", "data.test_limit=32", "training.batch_size=32"]
    more = ["training.validation=test", "training.epochs=1", "model.stateful=true"]
    trained = run("train", "+cell=ugrnn", *words, *more, "home=runs", "executor=in_process")
    assert trained.status == 0, trained.err


def test_help_and_completion_know_what_is_installed_and_import_nothing(
    package: Path, run: Run
) -> None:
    group = run("help", "cell").out
    assert "sequence_extras.ugrnn.UGRNN" in group
    assert "package sequence-extras 1.0" in " ".join(group.split())
    assert "package sequence-extras 1.0" in " ".join(run("help", "cell=ugrnn").out.split())
    assert run("sweep", "+cell=ugrnn", "--help").status == 0
    assert completions("rnnbench train +cell=ug") == ["+cell=ugrnn"]
    assert completions("rnnbench sweep data=digits,wa") == ["data=digits,waves"]
    assert not is_imported()

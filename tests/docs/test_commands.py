"""Every command of README and docs/ is one that works as it is written there."""

from __future__ import annotations

import re
import shlex
import shutil
import tomllib
from pathlib import Path

import mlflow.runs
import numpy as np
import pytest
import ray.scripts.scripts

from rnnbench.cli.commands import COMMANDS
from rnnbench.cli.words import DEFAULT_CELLS, Words, split_words
from rnnbench.config.expand import expand
from tests.conftest import ROOT, Run
from tests.docs.examples import as_shown, blocks, outputs, overrides, shell_commands

ALL = shell_commands()
OURS = [words[3:] for words in ALL if words[:3] == ("python", "-m", "rnnbench")]
OTHERS = [words for words in ALL if words[:3] != ("python", "-m", "rnnbench")]
# Commands that train nothing and end at once; they are run.
QUICK = ("match", "explain", "data", "help")
# What they would need that a test does not have.
MISSING = ("data=imdb", "text_simple_rnn50_vectors")


# What stands for the id of one of the reader's runs.
IDS = ("3f2a", "ID")


def is_quick(argv: tuple[str, ...]) -> bool:
    is_help = argv[0] in QUICK or "--help" in argv or "--cfg" in argv
    return is_help and not any(word in " ".join(argv) for word in MISSING)


def is_about_stored_runs(argv: tuple[str, ...]) -> bool:
    return argv[0] == "runs" or any(f"run={id_}" in argv for id_ in IDS)


def composed() -> list[tuple[str, ...]]:
    """Return the commands that are too long for a test, one for all with the same words."""
    slow = [argv for argv in OURS if not is_quick(argv) and not is_about_stored_runs(argv)]
    return list({(overrides(argv), "--config-dir" in argv): argv for argv in slow}.values())


# Files of my_conf that pages show, by what is in them.
OPTIONS = {
    "cell/lstm_relu": "name: lstm\n",
    "experiments/mine": "defaults:\n  - override /data: digits\n",
    "data/waves": "_target_: sequence_extras.waves.WAVES\n",
    "optimizer/signum": "_target_: sequence_extras.signum.SIGNUM\n",
    "baseline/nearest_mean": "_target_: sequence_extras.nearest_mean.NEAREST_MEAN\n",
}


@pytest.fixture
def files(work_dir: Path, package: Path) -> Path:
    """What the pages say that a reader has: a table, texts, a folder of options, a package."""
    rows = [f"this one is {'good' if n % 2 else 'bad'} number {n},{n % 2}" for n in range(20)]
    (work_dir / "mine.csv").write_text("\n".join(["review,stars", *rows]))
    days = np.arange("2020-01-01", "2021-03-01", dtype="datetime64[D]")
    sales = [f"{day},{n % 7 + n / 30:.2f},{n % 5}" for n, day in enumerate(days)]
    (work_dir / "sales.csv").write_text("\n".join(["date,sales,price", *sales]))
    for part in ("train", "test"):
        for label in ("happy", "angry"):
            folder = work_dir / "mine" / part / label
            folder.mkdir(parents=True)
            for n in range(5):
                (folder / f"{n}.txt").write_text(f"a {label} text, number {n}")
    for path, first in OPTIONS.items():
        file = work_dir / "my_conf" / f"{path}.yaml"
        file.parent.mkdir(parents=True)
        (text,) = {block.text for block in blocks("yaml") if first in block.text}
        file.write_text(text)
    return work_dir


def test_every_command_has_an_example() -> None:
    assert {words[0] for words in OURS if not words[0].startswith("-")} == {*COMMANDS, "help"}


def test_every_command_has_words_that_it_knows(files: Path) -> None:
    for argv in OURS:
        split_words(argv)


@pytest.mark.parametrize("argv", composed(), ids=" ".join)
def test_is_understood(argv: tuple[str, ...], files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE", "postgresql+psycopg2://user@host/database")
    monkeypatch.setenv("CORPUS", "texts")
    words: Words = split_words(argv)
    assert expand(words.overrides, config_dirs=words.config_dirs, default_cells=DEFAULT_CELLS)


@pytest.mark.parametrize(
    "argv",
    [argv for argv in OURS if argv[0] == "runs" and "http" not in " ".join(argv)],
    ids=" ".join,
)
def test_runs_of_a_store_are_listed_and_deleted(
    argv: tuple[str, ...], run: Run, filled: Path, work_dir: Path
) -> None:
    shutil.copytree(filled / "runs", work_dir / "runs")
    if set(IDS) & set(argv):
        _, first, *_ = run("runs", "--format", "csv").out.splitlines()
        argv = (*(first.split(",")[0] if word in IDS else word for word in argv), "--yes")
    answer = run(*(word.replace("/data/runs", "runs") for word in argv))
    assert answer.status == 0, answer.err
    assert answer.out


SHOWN = {tuple(block.text.splitlines()[0].split()[4:]) for block in outputs()}


@pytest.mark.parametrize(
    "argv", [argv for argv in OURS if is_quick(argv) and argv not in SHOWN], ids=" ".join
)
def test_runs(argv: tuple[str, ...], run: Run, files: Path) -> None:
    answer = run(*argv)
    assert answer.status == 0, answer.err
    assert answer.out


@pytest.mark.parametrize(
    "block", {block.text: block for block in outputs()}.values(), ids=lambda block: block.page
)
def test_prints_what_the_page_shows(
    block: object, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    first, *shown = block.text.splitlines()
    answer = run(*shlex.split(first)[4:])
    assert answer.status == 0, answer.err
    assert as_shown(answer.out).splitlines() == shown, "python -m tests.docs.examples"


@pytest.mark.parametrize("words", OTHERS, ids=" ".join)
def test_other_words_of_a_shell_name_what_there_is(
    words: tuple[str, ...], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, *rest = words
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    if program == "make":
        targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.M)
        assert rest[0] in targets
    elif program.endswith("pip"):
        assert rest[0] == "install"
        assert "-c" not in rest or (ROOT / rest[rest.index("-c") + 1]).is_file()
        for name in re.findall(r"\.\[(\w+)\]", " ".join(rest)):
            assert name in extras["optional-dependencies"]
    elif program == "python" and rest[0] == "-m":
        path = ROOT.joinpath(*rest[1].split("."))
        assert path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()
    elif program == "python":
        assert (ROOT / rest[0]).is_file()
    elif program in ("eval", *extras["scripts"]):
        script, *own = shlex.split(" ".join(words).removeprefix("eval $(").removesuffix(")"))
        assert script in extras["scripts"]
        monkeypatch.setattr("sys.argv", [script, *own])
        assert run(*own).status == 0
    elif program == "mlflow":
        assert mlflow.runs.commands.commands["restore"].name == rest[1]
    elif program in ("ray", "sbatch", "kubectl", "docker"):
        for name in re.findall(r"deploy/[\w.-]+", " ".join(rest)):
            assert (ROOT / name).is_file()
        assert program != "ray" or rest[0] in ray.scripts.scripts.cli.commands
        _, is_ours, command = " ".join(rest).partition("python -m rnnbench sweep ")
        assert not is_ours or expand(shlex.split(command))
    else:
        known = ("python3", "source", "export", "mkdir", "chmod", "scp")
        known += (".venv/bin/optuna-dashboard", "pytest")
        assert program in known, f"no test knows what {program} does"

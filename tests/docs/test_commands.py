"""Every command of README and docs/ is one that works as it is written there."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from rnnbench.cli.commands import COMMANDS
from rnnbench.cli.words import DEFAULT_CELLS, Words, split_words
from rnnbench.config.expand import expand
from tests.conftest import ROOT, Run
from tests.docs.examples import as_shown, blocks, outputs, shell_commands

ALL = shell_commands()
OURS = [words[3:] for words in ALL if words[:3] == ("python", "-m", "rnnbench")]
OTHERS = [words for words in ALL if words[:3] != ("python", "-m", "rnnbench")]
# Commands that train nothing and end at once; they are run.
QUICK = ("match", "explain", "data", "help")
# What they would need that a test does not have.
MISSING = ("data=imdb", "text_simple_rnn50_vectors")


def is_quick(argv: tuple[str, ...]) -> bool:
    is_help = argv[0] in QUICK or "--help" in argv or "--cfg" in argv
    return is_help and not any(word in " ".join(argv) for word in MISSING)


def names_a_run(argv: tuple[str, ...]) -> bool:
    return argv[0] in ("predict", "reproduce", "runs") or "run=3f2a" in argv


@pytest.fixture
def files(work_dir: Path) -> Path:
    """What the pages say that a reader has: a table, a folder of texts, a folder of options."""
    rows = [f"this one is {'good' if n % 2 else 'bad'} number {n},{n % 2}" for n in range(20)]
    (work_dir / "mine.csv").write_text("\n".join(["review,stars", *rows]))
    for part in ("train", "test"):
        for label in ("happy", "angry"):
            folder = work_dir / "mine" / part / label
            folder.mkdir(parents=True)
            for n in range(5):
                (folder / f"{n}.txt").write_text(f"a {label} text, number {n}")
    for path, first in (("cell/lstm_relu", "name: lstm\n"), ("experiments/mine", "defaults:\n")):
        file = work_dir / "my_conf" / f"{path}.yaml"
        file.parent.mkdir(parents=True)
        (text,) = {block.text for block in blocks("yaml") if block.text.startswith(first)}
        file.write_text(text)
    return work_dir


def test_every_command_has_an_example() -> None:
    assert {words[0] for words in OURS if not words[0].startswith("-")} == {*COMMANDS, "help"}


@pytest.mark.parametrize("argv", [argv for argv in OURS if not is_quick(argv)], ids=" ".join)
def test_is_understood(argv: tuple[str, ...], files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE", "postgresql+psycopg2://user@host/database")
    monkeypatch.setenv("CORPUS", "texts")
    words: Words = split_words(argv)
    if names_a_run(argv):
        return
    assert expand(words.overrides, config_dirs=words.config_dirs, default_cells=DEFAULT_CELLS)


@pytest.mark.parametrize("argv", [argv for argv in OURS if is_quick(argv)], ids=" ".join)
def test_runs(argv: tuple[str, ...], run: Run, files: Path) -> None:
    answer = run(*argv)
    assert answer.status == 0, answer.err
    assert answer.out


@pytest.mark.parametrize("block", outputs(), ids=lambda block: block.page)
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
    elif program == "eval":
        script, *own = shlex.split(rest[0].removeprefix("$(").removesuffix(")"))
        assert script in extras["scripts"]
        monkeypatch.setattr("sys.argv", [script, *own])
        assert run(*own).status == 0
    else:
        known = ("python3", "source", "export", ".venv/bin/optuna-dashboard", "pytest")
        assert program in known, f"no test knows what {program} does"

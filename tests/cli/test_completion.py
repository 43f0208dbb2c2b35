"""Completion of the script ``rnnbench``: what is offered, and a real bash that asks for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rnnbench.baselines import BASELINES
from rnnbench.cli.completion import completions
from rnnbench.config.paths import resource_dir
from tests.conftest import Run
from tests.test_imports import imported_by


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("rnnbench tr", {"train "}),
        ("rnnbench train +ce", {"+cell="}),
        ("rnnbench train +cell=l", {"+cell=lstm", "+cell=lstm_peephole"}),
        ("rnnbench sweep cell=gru", {"cell=gru", "cell=gru_reset_before"}),
        ("rnnbench sweep +cell=lstm,g", {"+cell=lstm,gru", "+cell=lstm,gru_reset_before"}),
        ("rnnbench train model.uni", {"model.units="}),
        (
            "rnnbench train model.bidirectional=",
            {f"model.bidirectional={b}" for b in ("true", "false")},
        ),
        ("rnnbench train training.test=l", {"training.test=last"}),
        ("rnnbench train experiments=gru_v", {"experiments=gru_vs_lstm"}),
        (
            "rnnbench train data=",
            {f"data={path.stem}" for path in (resource_dir("conf") / "data").iterdir()},
        ),
        ("rnnbench ui --po", {"--port "}),
        ("rnnbench predict te", {"text="}),
        ("rnnbench predict model", set()),
        ("rnnbench report model.un", {"model.units="}),
        ("rnnbench help data.max", {"data.maxlen "}),
        (
            "rnnbench help sear",
            {"search "}
            | {
                f"search.{k} "
                for k in (
                    "sampler",
                    "n_trials",
                    "n_startup_trials",
                    "pruner",
                    "metric",
                    "direction",
                    "space",
                    "storage",
                    *(
                        f"space.KEY.{k}"
                        for k in ("when", "type", "low", "high", "step", "log", "choices")
                    ),
                )
            },
        ),
        ("rnnbench baseline ba", {"bag_of_words "}),
        ("rnnbench baseline bag_of_words mean", {"mean ", "mean_embedding "}),
        ("rnnbench baseline data=dig", {"data=digits"}),
        ("rnnbench sweep bag", set()),
        ("rnnbench nonsense mo", set()),
        ("rnnbench", set()),
    ],
)
def test_of_a_line(line: str, offered: set[str]) -> None:
    assert set(completions(line)) == offered


def test_offers_the_users_own_cell(tmp_path: Path) -> None:
    (tmp_path / "cell").mkdir()
    (tmp_path / "cell" / "mine.yaml").write_text("name: lstm\n")
    line = f"rnnbench sweep --config-dir {tmp_path} +cell=m"
    assert completions(line) == ["+cell=mine"]


def test_baseline_without_a_word_offers_all_baselines_the_users_own_among_them(
    tmp_path: Path,
) -> None:
    (tmp_path / "baseline").mkdir()
    (tmp_path / "baseline" / "mine.yaml").write_text("_target_: mine.Mine\n")
    found = completions(f"rnnbench baseline --config-dir {tmp_path} ")
    assert {f"{name} " for name in (*BASELINES, "mine")} < set(found)
    assert "data=" in found


def test_answers_without_what_is_slow_to_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMP_LINE", "rnnbench sweep model.")
    (answer,) = imported_by(tmp_path, ["-sc", "query=bash"])
    assert answer.status == 0, answer.err
    assert not answer.modules & {"hydra", "omegaconf", "numpy", "pandas", "mlflow", "tensorflow"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_module_of_python_is_told_to_use_the_script(
    cli: Run, monkeypatch: pytest.MonkeyPatch, shell: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["/somewhere/rnnbench/__main__.py"])
    answer = cli("-sc", f"install={shell}")
    assert (answer.status, answer.out) == (2, "")
    assert f"rnnbench -sc install={shell}" in answer.err.split("; type ")[1]
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_script_is_printed_for_other_shells(
    cli: Run, monkeypatch: pytest.MonkeyPatch, shell: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["rnnbench"])
    script = cli("-sc", f"install={shell}").out
    assert f"rnnbench -sc query={shell}" in script
    if shutil.which(shell) is not None:
        subprocess.run([shell, "-n"], input=script, text=True, check=True)
    assert "rnnbench" in cli("-sc", f"uninstall={shell}").out


IN_BASH = """
eval "$(rnnbench -sc install=bash)"
complete -p rnnbench
ask() {
    COMP_LINE="$1"; COMP_POINT=${#COMP_LINE}; COMPREPLY=()
    _rnnbench_completion
    printf 'offered:'; printf '<%s>' "${COMPREPLY[@]}"; echo
}
ask "rnnbench tr"
ask "rnnbench train data=im"
ask "rnnbench train model.uni"
ask "rnnbench train model.units=6"
eval "$(rnnbench -sc uninstall=bash)"
complete -p rnnbench 2> /dev/null || echo removed
"""


def test_script_works_in_bash(work_dir: Path) -> None:
    folder = Path(sys.executable).parent
    if not (folder / "rnnbench").is_file() or shutil.which("bash") is None:
        pytest.skip("needs bash and the installed console script")
    found = subprocess.run(
        ["bash", "--norc", "-c", IN_BASH],
        env=os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )
    assert (found.returncode, found.stderr) == (0, "")
    installed, *offered = found.stdout.splitlines()
    assert installed.endswith("-F _rnnbench_completion rnnbench")
    assert offered == [
        "offered:<train >",
        "offered:<imdb>",  # bash takes what follows "=" for a word of its own
        "offered:<model.units=>",
        "offered:<>",
        "removed",
    ]
    assert list(work_dir.iterdir()) == []


def test_tab_completes_in_an_interactive_bash(work_dir: Path) -> None:
    folder = Path(sys.executable).parent
    if not (folder / "rnnbench").is_file() or shutil.which("bash") is None:
        pytest.skip("needs bash and the installed console script")
    pty = pytest.importorskip("pty")
    typed = (
        'eval "$(rnnbench -sc install=bash)"\nrnnbench he\thel\t\nrnnbench help data=im\t\nexit\n'
    )
    parent, child = pty.openpty()
    shell = subprocess.Popen(
        ["bash", "--norc", "--noprofile", "-i"],
        stdin=child,
        stdout=child,
        stderr=child,
        env=os.environ | {"PATH": f"{folder}:{os.environ['PATH']}", "TERM": "dumb"},
        start_new_session=True,
    )
    os.close(child)
    os.write(parent, typed.encode())
    shown = b""
    while True:
        try:
            part = os.read(parent, 65536)
        except OSError:  # how Linux says that the other side is closed
            break
        if not part:
            break
        shown += part
    os.close(parent)
    assert shell.wait(timeout=30) == 0
    text = shown.decode(errors="replace")
    assert "rnnbench help data=imdb" in text
    assert "The IMDB reviews as Keras distributes them" in text

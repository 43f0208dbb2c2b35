"""What a command imports, and that modules import only from their left."""

from __future__ import annotations

import ast
import graphlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import rnnbench
from benchmarks.recorded import fill
from rnnbench.config.expand import load
from rnnbench.tracking.store import Store

PACKAGE = Path(rnnbench.__file__).parent

# Each imports only from those before it. A new module gets its place here.
ROWS = [
    "errors interrupt extensions stats formatting system",
    "config",
    "seeds data models reference",
    "training.held_out training.batches training.parts baselines",
    "training tracking results plots",
    "sweep search until",
    "baselines.strategy stored",
    "report notebooks cli __main__",
    "testing",
]
LAYERS = [name for row in ROWS for name in row.split()]

TENSORFLOW = ["tensorflow", "keras"]
SLOW_TO_IMPORT = [*TENSORFLOW, "hydra", "omegaconf", "pandas", "mlflow", "pydantic", "numpy"]
ONLY_FOR_TEXT = ["nltk", "gensim"]
# What a plan, which trains nothing, does without.
ONLY_FOR_TRAINING = [
    "rnnbench.sweep.queue",
    "rnnbench.sweep.executors.events",
    "rnnbench.sweep.executors.local",
    "rnnbench.tracking.recorder",
    "rnnbench.data.vectors.matrix",
    "importlib.metadata",
]
OPENED = """
from rnnbench.config.expand import load
from rnnbench.tracking.store import Store
Store.open(load([], cell=False))
"""


@dataclass(frozen=True)
class Imported:
    """What a command came to, and the modules that were loaded after it."""

    status: int
    names: set[str]
    err: str

    @property
    def modules(self) -> set[str]:
        """The top-level ones."""
        return {name.split(".")[0] for name in self.names}


def imported_by(folder: Path, *commands: list[str], before: str = "") -> list[Imported]:
    """Run commands one after the other in a process of their own."""
    code = f"""
import contextlib, io, json, sys
{before}
import rnnbench.cli
for words in {[*commands]!r}:
    err = io.StringIO()
    with contextlib.redirect_stderr(err):
        status = rnnbench.cli.run(words)
    print()
    print(json.dumps([status, sorted(sys.modules), err.getvalue()]))
"""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RNNBENCH_")}
    child = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert child.returncode == 0, child.stderr
    lines = [json.loads(line) for line in child.stdout.splitlines() if line.startswith("[")]
    found = [Imported(status, set(names), err) for status, names, err in lines]
    assert len(found) == len(commands), child.stdout
    return found


@pytest.fixture
def empty_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store without runs in the test's folder."""
    monkeypatch.chdir(tmp_path)
    Store.open(load([f"home={tmp_path / 'runs'}"], cell=False))


def test_commands_that_train_nothing_leave_tensorflow_alone(tmp_path: Path) -> None:
    commands = [
        "--help",
        "train --help",
        "train +cell=gru --cfg job",
        "match match=lstm:128",
        "plan +cell=gru data=digits",
        "explain cell=gru,lstm",
        "data data=digits",
        "predict --help",
        "reproduce --help",
        "diagnose --help",
        "runs --help",
    ]
    found = imported_by(tmp_path, *(words.split() for words in commands))
    for words, command in zip(commands, found, strict=True):
        assert command.status == 0, (words, command.err)
        assert not command.modules & {*TENSORFLOW, *ONLY_FOR_TEXT}, words


def test_a_short_command_loads_nothing_for_bars_figures_or_distributions(tmp_path: Path) -> None:
    commands = ["plan +cell=gru,lstm data.limit=99", "match match=lstm:128"]
    for command in imported_by(tmp_path, *(words.split() for words in commands)):
        assert command.status == 0, command.err
        assert command.modules & {"rich", "matplotlib", "scipy"} == set()
        assert command.names & set(ONLY_FOR_TRAINING) == set()


def test_what_reads_and_draws_no_arrays_leaves_numpy_alone(tmp_path: Path) -> None:
    (prepared,) = imported_by(tmp_path, ["data", "data.limit=99"])
    assert prepared.status == 0, prepared.err
    commands = ["plan data.limit=99", "explain cell=gru,lstm", "match match=lstm:128"]
    for command in imported_by(tmp_path, *(words.split() for words in commands)):
        assert command.status == 0, command.err
        assert "numpy" not in command.modules


def test_preparing_texts_and_their_vectors_leaves_tensorflow_alone(tmp_path: Path) -> None:
    pytest.importorskip("nltk")
    pytest.importorskip("gensim")
    rows = [f"It isn't {'good' if i % 2 else 'bad'}.,{i % 2}" for i in range(8)]
    (tmp_path / "mine.csv").write_text("\n".join(["text,label", *rows]))
    words = ["data", "data=csv", "data.path=mine.csv", "data.test_fraction=0.5"]
    words += ["data.tokens=treebank", "model.embedding.kind=vectors", "model.embedding.dim=3"]
    (found,) = imported_by(tmp_path, words)
    assert found.status == 0, found.err
    assert "100.0 % of the words in training texts" in found.err
    assert set(ONLY_FOR_TEXT) <= found.modules
    assert not found.modules & set(TENSORFLOW)


def test_a_finished_sweep_typed_again_tells_its_verdicts_without_slow_libraries(
    tmp_path: Path,
) -> None:
    words = ["+cell=gru,lstm", "data=digits", "seeds=3"]
    assert fill(tmp_path, words) == 6
    for _ in range(2):  # the first time, it writes summaries of arms, and that they were seen
        (found,) = imported_by(tmp_path, ["sweep", *words])
        assert found.status == 0, found.err
        assert "6 of 6 runs were finished already" in found.err
    slow = {*TENSORFLOW, "mlflow", "sqlalchemy", "pandas", "pyarrow", "matplotlib", "jinja2"}
    assert found.modules & {*slow, "scipy"} == set()
    (planned,) = imported_by(tmp_path, ["plan", *words])
    assert planned.status == 0, planned.err
    assert planned.modules & {*slow, "scipy", "rich"} == set()


def test_report_leaves_tensorflow_alone(tmp_path: Path) -> None:
    (found,) = imported_by(tmp_path, ["report"], before=OPENED)
    assert found.status in (0, 2), found.err
    assert "Traceback" not in found.err
    assert {"mlflow", "rnnbench"} <= found.modules
    assert not found.modules & set(TENSORFLOW)


@pytest.mark.usefixtures("empty_store")
def test_an_unknown_run_is_refused_before_tensorflow_is_loaded(tmp_path: Path) -> None:
    commands = [["predict", "run=0", "text=a"], ["reproduce", "run=0"], ["diagnose", "run=0"]]
    for found in imported_by(tmp_path, *commands):
        assert found.status == 2
        assert "error: run: expected" in found.err
        assert not found.modules & set(TENSORFLOW)


def test_what_draws_figures_loads_no_schema_and_reads_no_store() -> None:
    code = """
import sys
from importlib import import_module
from rnnbench.plots import painters
for name in painters.USUAL:
    import_module(f"rnnbench.plots.{name}")
unwanted = {"pydantic", "rnnbench.config.schema", "rnnbench.results.measure"}
assert not unwanted & set(sys.modules), unwanted & set(sys.modules)
"""
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert child.returncode == 0, child.stderr


def test_help_imports_nothing_that_is_slow(tmp_path: Path) -> None:
    for found in imported_by(tmp_path, ["--help"], ["trian"]):
        assert not found.modules & set(SLOW_TO_IMPORT)


def modules() -> dict[str, Path]:
    """Modules of the package by dotted name without ``rnnbench``; packages by theirs."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name and not name.startswith("_resources"):
            found[name] = path
    return found


MODULES = modules()


def imports(name: str) -> Iterator[str]:
    """Modules of rnnbench that a module imports, at its top or inside functions."""
    package = name if MODULES[name].name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(MODULES[name].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = ["rnnbench", *package.split(".")] if package else ["rnnbench"]
            base = [".".join(above[: len(above) + 1 - node.level])] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            targets = [f"{source}.{alias.name}" for alias in node.names]
        else:
            continue
        for target in targets:
            top, _, rest = target.partition(".")
            if top == "rnnbench":
                while rest and rest not in MODULES:
                    rest = rest.rpartition(".")[0]
                if rest and rest != name:
                    yield rest


def layer(name: str) -> str:
    """The longest entry of LAYERS that the module belongs to."""
    while name and name not in LAYERS:
        name = name.rpartition(".")[0]
    return name


def place(name: str) -> int:
    return LAYERS.index(layer(name)) if layer(name) else len(LAYERS)


def test_imports_are_found() -> None:
    assert set(imports("__main__")) == {"cli", "system.scratch"}
    assert {"config.schema", "config.suggestions", "errors"} <= set(imports("models.cells"))
    assert "data.sets.grammar" in set(imports("data.sets.reviews"))
    assert layer("data.sets.grammar") == "data"


def test_every_module_has_a_place() -> None:
    assert [name for name in MODULES if not layer(name)] == []


@pytest.mark.parametrize("name", MODULES)
def test_module_imports_only_from_its_left(name: str) -> None:
    wrong = [target for target in imports(name) if place(target) > place(name)]
    assert wrong == [], f"{name} is to the left of what it imports"


def test_no_modules_import_each_other() -> None:
    graph = {name: set(imports(name)) for name in MODULES}
    list(graphlib.TopologicalSorter(graph).static_order())

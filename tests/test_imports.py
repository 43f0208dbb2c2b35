"""What a command imports, and that modules import only from their left."""

from __future__ import annotations

import ast
import graphlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import rnnbench

PACKAGE = Path(rnnbench.__file__).parent

# Each imports only from those before it. A new module gets its place here.
ROWS = [
    "errors interrupt extensions stats formatting system",
    "config",
    "seeds data models reference",
    "training.batches training.parts baselines",
    "training tracking results plots",
    "sweep search until",
    "baselines.declaration baselines.strategy stored report notebooks cli __main__",
]
LAYERS = [name for row in ROWS for name in row.split()]

TENSORFLOW = ["tensorflow", "keras"]
SLOW_TO_IMPORT = [*TENSORFLOW, "hydra", "omegaconf", "pandas", "mlflow", "pydantic", "numpy"]
ONLY_FOR_TEXT = ["nltk", "gensim"]
EMPTY_STORE = """
from rnnbench.config.expand import load
from rnnbench.tracking.store import Store
Store.open(load([], cell=False))
"""


def imported_by(folder: Path, words: list[str], before: str = "") -> tuple[int, set[str], str]:
    """Run a command in a process of its own: status, top-level modules, standard error."""
    code = f"""
import sys
{before}
import rnnbench.cli
status = rnnbench.cli.run({words!r})
print("status", status, *sorted({{name.split(".")[0] for name in sys.modules}}))
"""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RNNBENCH_")}
    child = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert child.returncode == 0, child.stderr
    _, status, *modules = child.stdout.splitlines()[-1].split(" ")
    return int(status), set(modules), child.stderr


@pytest.mark.parametrize(
    "words",
    [
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
    ],
)
def test_command_that_trains_nothing_leaves_tensorflow_alone(tmp_path: Path, words: str) -> None:
    status, modules, err = imported_by(tmp_path, words.split())
    assert status == 0, err
    assert not modules & {*TENSORFLOW, *ONLY_FOR_TEXT}


@pytest.mark.parametrize("words", ["plan +cell=gru,lstm data.limit=99", "match match=lstm:128"])
def test_a_short_command_loads_nothing_for_bars_figures_or_distributions(
    tmp_path: Path, words: str
) -> None:
    status, modules, err = imported_by(tmp_path, words.split())
    assert status == 0, err
    assert modules & {"rich", "matplotlib", "scipy"} == set()


def test_preparing_texts_and_their_vectors_leaves_tensorflow_alone(tmp_path: Path) -> None:
    pytest.importorskip("nltk")
    pytest.importorskip("gensim")
    rows = [f"It isn't {'good' if i % 2 else 'bad'}.,{i % 2}" for i in range(8)]
    (tmp_path / "mine.csv").write_text("\n".join(["text,label", *rows]))
    words = ["data", "data=csv", "data.path=mine.csv", "data.test_fraction=0.5"]
    words += ["data.tokens=treebank", "model.embedding.kind=vectors", "model.embedding.dim=3"]
    status, modules, err = imported_by(tmp_path, words)
    assert status == 0, err
    assert "100.0 % of the words in training texts" in err
    assert set(ONLY_FOR_TEXT) <= modules
    assert not modules & set(TENSORFLOW)


def test_a_finished_sweep_typed_again_tells_its_verdicts_without_slow_libraries(
    tmp_path: Path,
) -> None:
    words = ["+cell=gru,lstm", "data=digits", "seeds=3"]
    store = f"from pathlib import Path; from benchmarks.recorded import fill; fill(Path(), {words})"
    script = (
        f"import subprocess, sys; subprocess.run([sys.executable, '-c', {store!r}], check=True)"
    )
    for _ in range(2):  # the first time, it writes summaries of arms, and that they were seen
        status, modules, err = imported_by(tmp_path, ["sweep", *words], script)
        assert status == 0, err
        assert "6 of 6 runs were finished already" in err
        script = ""
    slow = {*TENSORFLOW, "mlflow", "sqlalchemy", "pandas", "pyarrow", "matplotlib", "jinja2"}
    assert modules & slow == set()


def test_report_leaves_tensorflow_alone(tmp_path: Path) -> None:
    status, modules, err = imported_by(tmp_path, ["report"], EMPTY_STORE)
    assert status in (0, 2), err
    assert "Traceback" not in err
    assert {"mlflow", "rnnbench"} <= modules
    assert not modules & set(TENSORFLOW)


@pytest.mark.parametrize(
    "words", [["predict", "run=0", "text=a"], ["reproduce", "run=0"], ["diagnose", "run=0"]]
)
def test_an_unknown_run_is_refused_before_tensorflow_is_loaded(
    tmp_path: Path, words: list[str]
) -> None:
    status, modules, err = imported_by(tmp_path, words, EMPTY_STORE)
    assert status == 2
    assert "error: run: expected" in err
    assert not modules & set(TENSORFLOW)


@pytest.mark.parametrize("words", ["--help", "trian"])
def test_help_imports_nothing_that_is_slow(tmp_path: Path, words: str) -> None:
    _, modules, _ = imported_by(tmp_path, words.split())
    assert not modules & set(SLOW_TO_IMPORT)


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
    assert {"config.schema", "config.validate", "errors"} <= set(imports("models.cells"))
    assert "data.sets.grammar" in set(imports("data.sets.oracle"))
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

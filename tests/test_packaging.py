"""The wheel carries its configuration and works in an empty folder; a clone is light."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="needs the build backend: pip install hatchling")
    if not (ROOT / "pyproject.toml").is_file():
        pytest.skip("needs a checkout to build from")
    folder = tmp_path_factory.mktemp("wheel")
    words = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    built = subprocess.run(
        [sys.executable, "-m", "pip", *words, str(ROOT)],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as file:
        file.extractall(folder)
    return folder


@pytest.mark.parametrize("name", ["conf", "experiments"])
def test_wheel_holds_every_configuration_file(unpacked: Path, name: str) -> None:
    def files(folder: Path) -> dict[str, bytes]:
        return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*.yaml")}

    inside = files(unpacked / "rnnbench" / "_resources" / name)
    assert inside == files(ROOT / name)
    assert inside


def test_wheel_holds_every_module_and_no_test(unpacked: Path) -> None:
    def modules(folder: Path) -> set[str]:
        return {str(path.relative_to(folder)) for path in folder.rglob("*.py")}

    assert modules(unpacked / "rnnbench") == modules(ROOT / "rnnbench")
    assert (unpacked / "rnnbench" / "py.typed").is_file()
    names = {path.name for path in unpacked.iterdir() if path.suffix != ".dist-info"}
    assert names == {"rnnbench"}


def test_wheel_holds_the_templates_of_reports(unpacked: Path) -> None:
    def files(folder: Path) -> dict[str, bytes]:
        folder = folder / "report" / "templates"
        return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}

    inside = files(unpacked / "rnnbench")
    assert inside == files(ROOT / "rnnbench")
    assert inside


CHILD = """
import sys
from pathlib import Path
import rnnbench
unpacked = Path(sys.argv.pop(1))
assert Path(rnnbench.__file__).is_relative_to(unpacked), rnnbench.__file__
from rnnbench.config.paths import resource_dir
assert resource_dir("conf").is_relative_to(unpacked), resource_dir("conf")
from rnnbench.__main__ import main
sys.exit(main())
"""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("explain +cell=gru", "3·32·(128 + 32 + 2) = 15,552"),
        ("explain experiments=gru_vs_lstm +cell=gru match=null", "99,072"),
        ("match match=lstm:128", "154"),
        ("train --help", "experiments: "),
        ("help model.units", "Width of the state"),
        ("train +cell=lstm --cfg job", "name: lstm"),
    ],
)
def test_wheel_works_in_an_empty_folder(
    unpacked: Path, tmp_path: Path, words: str, told: str
) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RNNBENCH_")}
    environment |= {"PYTHONPATH": str(unpacked), "COLUMNS": "200", "PYTHONUTF8": "1"}
    child = subprocess.run(
        [sys.executable, "-P", "-c", CHILD, str(unpacked), *words.split()],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert child.returncode == 0, child.stderr
    assert told in child.stdout
    assert list(tmp_path.iterdir()) == []


def test_committed_reports_are_a_light_part_of_a_clone() -> None:
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("needs a clone and git")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "reports"], cwd=ROOT, capture_output=True, check=True
    )
    names = listed.stdout.decode().rstrip("\0").split("\0")
    files = [ROOT / name for name in names if (ROOT / name).is_file()]
    assert {path.suffix for path in files} == {".html", ".md", ".svg", ".parquet", ".json"}
    assert sum(path.stat().st_size for path in files) < 8_000_000
    assert len(files) < 150

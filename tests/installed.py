"""The example package of the documentation, installed by pip."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnnbench.extensions import registry
from tests.made_once import made_once

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
PACKAGE = EXAMPLES / "installable_package"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that pip installed the example package into, without a network."""
    return made_once(tmp_path_factory, "installed", _install) / "site"


def _install(folder: Path) -> None:
    source, target = folder / "source", folder / "site"
    shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("__pycache__"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--no-index", "--target", target, source], check=True)


def leave_modules() -> None:
    """Have the modules of the package imported anew, from another place."""
    for name in [name for name in sys.modules if name.split(".")[0] == "sequence_extras"]:
        del sys.modules[name]


@pytest.fixture
def package(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The example package installed, for this process and those that it starts."""
    leave_modules()
    monkeypatch.syspath_prepend(site)
    monkeypatch.setenv("PYTHONPATH", str(site), prepend=":")
    yield site
    registry._of_packages.clear()
    leave_modules()

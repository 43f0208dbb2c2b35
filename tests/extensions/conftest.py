"""The example package: installed by pip, and its modules in a folder of a user's own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnnbench.extensions import registry

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
PACKAGE = EXAMPLES / "installable_package"
NAMED = {
    "cell": ("ugrnn", "sequence_extras.ugrnn.UGRNN"),
    "data": ("waves", "sequence_extras.waves.WAVES"),
    "optimizer": ("signum", "sequence_extras.signum.SIGNUM"),
    "baseline": ("nearest_mean", "sequence_extras.nearest_mean.NEAREST_MEAN"),
}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that pip installed the example package into, without a network."""
    folder = tmp_path_factory.mktemp("installed")
    source, target = folder / "source", folder / "site"
    shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("__pycache__"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--no-index", "--target", target, source], check=True)
    return target


def _leave_modules() -> None:
    """Have the modules of the package imported anew, from another place."""
    for name in [name for name in sys.modules if name.split(".")[0] == "sequence_extras"]:
        del sys.modules[name]


@pytest.fixture
def package(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The example package installed, for this process and those that it starts."""
    _leave_modules()
    monkeypatch.syspath_prepend(site)
    monkeypatch.setenv("PYTHONPATH", str(site), prepend=":")
    yield site
    registry._of_packages.clear()
    _leave_modules()


@pytest.fixture
def conf(work_dir: Path) -> Path:
    """A folder of --config-dir whose files name the modules of the package beside it."""
    _leave_modules()
    shutil.copytree(PACKAGE / "sequence_extras", work_dir / "sequence_extras")
    for kind, (name, target) in NAMED.items():
        file = work_dir / "my_conf" / kind / f"{name}.yaml"
        file.parent.mkdir(parents=True)
        file.write_text(f"_target_: {target}\n")
    return work_dir / "my_conf"

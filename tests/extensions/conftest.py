"""The example package installed, and its modules in a folder of a user's own."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnnbench.extensions import registry
from tests.installed import PACKAGE, leave_modules, package, site

__all__ = ["package", "site"]

NAMED = {
    "cell": ("ugrnn", "sequence_extras.ugrnn.UGRNN"),
    "data": ("waves", "sequence_extras.waves.WAVES"),
    "optimizer": ("signum", "sequence_extras.signum.SIGNUM"),
    "baseline": ("nearest_mean", "sequence_extras.nearest_mean.NEAREST_MEAN"),
}


@pytest.fixture
def conf(work_dir: Path) -> Iterator[Path]:
    """A folder of --config-dir whose files name the modules of the package beside it."""
    leave_modules()
    paths = list(sys.path)
    # pytest puts the package there for its own tests.
    sys.path[:] = [path for path in paths if Path(path) != PACKAGE]
    shutil.copytree(PACKAGE / "sequence_extras", work_dir / "sequence_extras")
    for kind, (name, target) in NAMED.items():
        file = work_dir / "my_conf" / kind / f"{name}.yaml"
        file.parent.mkdir(parents=True)
        file.write_text(f"_target_: {target}\n")
    yield work_dir / "my_conf"
    registry.reset()
    sys.path[:] = paths

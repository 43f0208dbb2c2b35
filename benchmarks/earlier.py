"""An earlier commit, for benchmarks that compare with it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def tree_of(against: str | None, root: Path) -> Iterator[Path | None]:
    """Give the folder of a commit to compare with, checked out where it is not one already.

    Args:
        against: a commit of the repository, or a folder; ``None`` for none.
        root: the repository.
    """
    if against is None or Path(against).is_dir():
        yield None if against is None else Path(against).resolve()
        return
    with tempfile.TemporaryDirectory(prefix="tree-") as folder:
        archive = subprocess.run(
            ["git", "archive", "--format=tar", against], cwd=root, capture_output=True, check=False
        )
        if archive.returncode:
            sys.exit(f"--against: {archive.stderr.decode().strip()}")
        subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
        yield Path(folder)

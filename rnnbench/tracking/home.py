"""The folder that holds the store, the artifacts, the prepared data and the locks."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from rnnbench.errors import StoreError


@dataclass(frozen=True)
class Home:
    """Paths under the home folder, ``runs/`` unless told otherwise."""

    path: Path

    @classmethod
    def of(cls, text: str) -> Home:
        """Return the home of that path; nothing is created.

        Raises:
            StoreError: for a path that no address can hold.
        """
        try:
            path = Path(text).expanduser().absolute()
            str(path).encode()
        except (RuntimeError, UnicodeEncodeError) as error:
            raise StoreError(
                "home", "a path in UTF-8", f"{text!r} ({error})", "choose another with home=..."
            ) from None
        return cls(path)

    @property
    def owner(self) -> str:
        """This home on this machine: who may tell whether a run is still being trained."""
        return f"{os.uname().nodename}:{self.path}"

    @property
    def database(self) -> Path:
        """MLflow's SQLite file."""
        return self.path / "mlflow.db"

    @property
    def artifacts(self) -> Path:
        """Files of the runs."""
        return self.path / "artifacts"

    def make(self) -> None:
        """Create the folder and make sure that it can be written.

        Raises:
            StoreError: where it is no folder or cannot be written.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path):
                pass
            if self.database.exists() and not os.access(self.database, os.W_OK):
                raise PermissionError(13, "Permission denied", str(self.database))
        except OSError as error:
            raise unwritable(self.path, error) from None

    @contextmanager
    def staging(self, name: str) -> Iterator[Path]:
        """Give a folder for files on their way into the store, and remove it afterwards."""
        folder = self.path / "staging" / name
        folder.mkdir(parents=True, exist_ok=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def lock(self, name: str) -> FileLock:
        """Return a lock that the system releases when its owner dies."""
        folder = self.path / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        return FileLock(folder / f"{name}.lock")

    def is_owned(self, name: str) -> bool:
        """Return whether a living process holds the lock."""
        lock = self.lock(name)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
        lock.release()
        return False


def unwritable(path: Path, error: OSError) -> StoreError:
    """Return the error for a home folder that cannot be used."""
    reason = error.strerror or str(error)
    return StoreError(
        "home",
        "a folder that can be written",
        f"{path} ({reason})",
        "choose another with home=... or RNNBENCH_HOME",
    )

"""The folder that holds the store, the artifacts, the prepared data and the locks."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from errno import EACCES, ENOTDIR
from pathlib import Path

from rnnbench.config.paths import DATABASE, HOME, LOCKS, folders_above, home_above
from rnnbench.errors import StoreError
from rnnbench.system.file_locks import FileLocks
from rnnbench.system.locks import Timeout
from rnnbench.system.scratch import remove_abandoned, scratch_folder
from rnnbench.system.user_paths import user_path

# Folders of search files on their way into the store, each locked by itself.
SEARCH_FILES = "search-"
_PARTS = ("data", LOCKS, "staging")


@dataclass(frozen=True)
class Home:
    """Paths under the home folder, ``runs/`` unless told otherwise."""

    path: Path

    @classmethod
    def of(cls, text: str) -> Home:
        """Return the home of that path; nothing is created.

        Raises:
            ConfigError: for a home folder that is not known.
            StoreError: for a path that no address can hold.
        """
        try:
            path = user_path("home", text).absolute()
            str(path).encode()
        except UnicodeEncodeError as error:
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
        return self.path / DATABASE

    @property
    def artifacts(self) -> Path:
        """Files of the runs."""
        return self.path / "artifacts"

    @property
    def unfinished_database(self) -> Path:
        """Where MLflow's tables are made, under the lock of the store."""
        return self.path / ".mlflow-new.db"

    @property
    def is_found(self) -> bool:
        """Whether it is the one of a folder above, which a command without ``home`` uses."""
        return self.path == home_above()

    def missing(self) -> StoreError:
        """Return the error for a home without a store, which says where one was looked for."""
        received = str(self.path)
        if self.path == Path.cwd() / HOME:
            above = [str(folder) for folder in folders_above()]
            if above:
                received += f", and no {HOME}/ with a store in a folder above, up to {above[-1]}"
        return StoreError(
            "home",
            "a folder with a store",
            received,
            "train something first, or set home=... to the folder of your runs",
        )

    def check(self) -> None:
        """Make sure that the folder could be created and written; nothing is.

        Raises:
            StoreError: where it is no folder or cannot be written.
        """
        there = next(path for path in (self.path, *self.path.parents) if path.exists())
        if not there.is_dir():
            raise unwritable(self.path, NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR)))
        if not os.access(there, os.W_OK | os.X_OK):
            raise unwritable(self.path, PermissionError(EACCES, os.strerror(EACCES)))

    @contextmanager
    def made(self) -> Iterator[None]:
        """Have the folder for a command; if that is refused, what is empty goes again.

        Raises:
            StoreError: where it is no folder or cannot be written.
        """
        missing = [path for path in (self.path, *self.path.parents) if not path.exists()]
        self.make()
        try:
            yield
        except BaseException:
            for folder in (*(self.path / part for part in _PARTS), *missing):
                with suppress(OSError):
                    folder.rmdir()
            raise

    def make(self) -> None:
        """Create the folder, make sure that it can be written, and remove what dead drivers left.

        Raises:
            StoreError: where it is no folder or cannot be written.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path):
                pass
            if self.database.exists() and not os.access(self.database, os.W_OK):
                raise PermissionError(EACCES, os.strerror(EACCES), str(self.database))
            self._remove_leftovers()
        except OSError as error:
            raise unwritable(self.path, error) from None

    def _remove_leftovers(self) -> None:
        """Remove what belongs to no living process: it holds the lock of the same name."""
        from rnnbench.data.store import remove_all_leftovers

        staging = self.path / "staging"
        for folder in staging.glob("*"):
            if not folder.name.startswith(SEARCH_FILES):
                with suppress(Timeout), self.locks.acquire(folder.name, timeout=0):
                    shutil.rmtree(folder, ignore_errors=True)
        remove_abandoned(staging, SEARCH_FILES)
        unfinished = list(self.path.glob(f"{self.unfinished_database.name}*"))
        if unfinished:
            with suppress(Timeout), self.locks.acquire("store", timeout=0):
                for path in unfinished:
                    path.unlink(missing_ok=True)
        remove_all_leftovers(self.path / "data")
        self.locks.remove_free()

    @contextmanager
    def staging(self, name: str) -> Iterator[Path]:
        """Give a folder for files on their way into the store, and remove it afterwards."""
        folder = self.path / "staging" / name
        folder.mkdir(parents=True, exist_ok=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def search_files(self) -> AbstractContextManager[Path]:
        """Give a folder for the files of a search, which no lock stands for."""
        staging = self.path / "staging"
        staging.mkdir(parents=True, exist_ok=True)
        return scratch_folder(staging, SEARCH_FILES)

    @property
    def locks(self) -> FileLocks:
        """The locks of all processes that use this home."""
        return FileLocks(self.path / LOCKS)


def unwritable(path: Path, error: OSError) -> StoreError:
    """Return the error for a home folder that cannot be used."""
    reason = error.strerror or str(error)
    return StoreError(
        "home",
        "a folder that can be written",
        f"{path} ({reason})",
        "choose another with home=... or RNNBENCH_HOME",
    )

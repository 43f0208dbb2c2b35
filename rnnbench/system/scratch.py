"""Temporary folders that are removed even if their owner is killed: by the next who asks for one.

An owner holds a lock on the folder itself for as long as it lives.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import current_process
from pathlib import Path

from rnnbench.system.file_locks import FileLock, try_lock
from rnnbench.system.locks import NoLocksError

# Not that of folders which other programs, or earlier versions, make and do not lock.
PREFIX = "rnnbench_"
# Bytes of a folder's path. That of a socket has at most 103, and multiprocessing's are called
# listener-12345678.
_LONGEST = 103 - 18
_OF_A_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


@contextmanager
def scratch_folder(parent: Path | None = None, prefix: str = PREFIX) -> Iterator[Path]:
    """Give an empty folder, and remove it afterwards; those of dead owners are removed before.

    Args:
        parent: where it is made; ``None`` for the system's folder of temporary files.
        prefix: how its name begins; folders of this prefix must all be made here.

    Raises:
        OSError: where it cannot be made.
    """
    parent = Path(tempfile.gettempdir()) if parent is None else parent
    remove_abandoned(parent, prefix)
    folder, lock = _make(parent, prefix)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            lock.close()


@contextmanager
def own_temporary_files() -> Iterator[None]:
    """Have all temporary files of this process and its children in one scratch folder.

    Libraries make them where they like, and leave them where they are killed.
    """
    with ExitStack() as stack:
        try:
            folder = str(stack.enter_context(scratch_folder()))
        except OSError:
            yield  # nowhere to write: what needs it will say so
            return
        sockets = folder
        if len(os.fsencode(folder)) > _LONGEST:
            sockets = str(stack.enter_context(scratch_folder(Path("/tmp"))))
        tempfile.tempdir = os.environ["TMPDIR"] = folder
        # Not in a folder within this one: see above; and multiprocessing removes its own at exit,
        # after this one is gone.
        current_process()._config["tempdir"] = sockets  # type: ignore[attr-defined]
        yield


def remove_abandoned(parent: Path, prefix: str) -> None:
    """Remove the folders of owners that are dead."""
    for folder in parent.glob(f"{prefix}*"):
        with suppress(OSError, NoLocksError):
            is_own = folder.lstat().st_uid == os.geteuid()
            lock = try_lock(folder, _OF_A_FOLDER) if is_own else None
            if lock is not None:
                shutil.rmtree(folder, ignore_errors=True)
                lock.close()


def _make(parent: Path, prefix: str) -> tuple[Path, FileLock | None]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        try:
            lock = try_lock(folder, _OF_A_FOLDER)
        except FileNotFoundError:  # taken for abandoned before it was locked
            continue
        except (NoLocksError, OSError):
            return folder, None  # a file system without locks, where nobody removes it
        if lock is not None:
            return folder, lock

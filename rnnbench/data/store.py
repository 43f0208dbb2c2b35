"""Prepared arrays on disk: written beside, renamed into place, trusted only when whole."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.contract import ARRAY_NAMES, InputSpec, Prepared, Progress
from rnnbench.errors import StoreError

META = "meta.json"


@dataclass(frozen=True)
class ArrayPlan:
    """An array to be written: its whole shape and type, and its rows block by block."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    blocks: Iterable[NDArray[Any]]


@contextlib.contextmanager
def store_errors(folder: Path) -> Iterator[None]:
    """Report a folder that cannot be written as StoreError."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError(
            "home",
            "a folder that can be written",
            f"{error.filename or folder}: {reason}",
            "choose another with home=... or RNNBENCH_HOME",
        ) from error


@contextlib.contextmanager
def locked(folder: Path, report: Progress) -> Iterator[bool]:
    """Let one process at a time prepare ``folder``; the lock goes when its owner ends.

    Gives whether there is a lock: Windows and some network folders know none, and then two
    processes do the work twice and the first rename wins. Raises StoreError.
    """
    with store_errors(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        file = folder.with_name(f".{folder.name}.lock").open("ab")
    with file:
        yield _lock(file, report)


def _lock(file: BinaryIO, report: Progress) -> bool:
    try:
        import fcntl
    except ImportError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        report("waiting for another process that prepares the same data")
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError:
        return False
    return True


def read_meta(folder: Path, key: str) -> dict[str, Any] | None:
    """The summary of ``folder``, or None where a file is missing or of another size."""
    try:
        meta: dict[str, Any] = json.loads((folder / META).read_text("utf-8"))
        if meta["key"] != key:
            return None
        for name, size in meta["bytes"].items():
            if (folder / f"{name}.npy").stat().st_size != size:
                return None
        for name, size in meta.get("files", {}).items():
            if (folder / name).stat().st_size != size:
                return None
        return meta
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def read_prepared(folder: Path, key: str) -> Prepared | None:
    """The prepared data in ``folder``, or None where anything is missing or of another size."""
    meta = read_meta(folder, key)
    try:
        if meta is None or set(meta["bytes"]) != set(ARRAY_NAMES):
            return None
        return Prepared(
            name=meta["name"],
            folder=folder,
            digest=meta["digest"],
            spec=InputSpec(**meta["spec"]),
            source=meta["source"],
            facts=meta["facts"],
        )
    except (KeyError, TypeError):
        return None


def prepared_with(digest: str, place: Path, name: str) -> list[Prepared]:
    """Return what is prepared under ``place`` of the data set ``name`` with this digest."""
    found = []
    for folder in sorted(place.glob(f"{name}-*")):
        try:
            key = str(json.loads((folder / META).read_text("utf-8"))["key"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        ready = read_prepared(folder, key)
        if ready is not None and ready.digest == digest:
            found.append(ready)
    return found


def write_folder(
    folder: Path,
    key: str,
    plans: list[ArrayPlan],
    meta: dict[str, Any],
    files: Mapping[str, str] | None = None,
) -> None:
    """Write arrays and ``meta`` so that ``folder`` appears whole or not at all; raises OSError.

    The digest covers type, shape and contents of the arrays in order, and nothing else. ``files``
    are further texts by name.
    """
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    try:
        temporary.mkdir()
        digest = hashlib.sha256()
        sizes = {plan.name: write_array(temporary, plan, digest) for plan in plans}
        whole = {"key": key, "digest": digest.hexdigest(), "bytes": sizes, **meta}
        if files:
            whole["files"] = {name: _write_text(temporary / name, files[name]) for name in files}
        with (temporary / META).open("w", encoding="utf-8") as file:
            json.dump(whole, file, indent=1, sort_keys=True)
            flush(file)
        _put_in_place(temporary, folder, key)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_array(folder: Path, plan: ArrayPlan, digest: Any) -> int:
    """Write ``<name>.npy`` block by block, feed ``digest``, and give the file's size in bytes."""
    digest.update(f"{plan.name} {plan.dtype.str} {plan.shape}\n".encode())
    header = {"descr": plan.dtype.str, "fortran_order": False, "shape": plan.shape}
    with (folder / f"{plan.name}.npy").open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for block in plan.blocks:
            data = np.ascontiguousarray(block, plan.dtype).data
            file.write(data)
            digest.update(data)
        flush(file)
        return file.tell()


def _write_text(path: Path, text: str) -> int:
    with path.open("wb") as file:
        size = file.write(text.encode())
        flush(file)
        return size


def flush(file: Any) -> None:
    """Force a file to the disk: a rename that outlives its contents would look whole."""
    file.flush()
    os.fsync(file.fileno())


def remove_leftovers(folder: Path) -> None:
    """Delete what killed processes left behind for ``folder``; call it under the lock."""
    for path in folder.parent.glob(f".{folder.name}.*.tmp"):
        shutil.rmtree(path, ignore_errors=True)


def _put_in_place(temporary: Path, folder: Path, key: str) -> None:
    """Rename over whatever is there, unless it has meanwhile become whole."""
    if read_meta(folder, key) is not None:
        return
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder)
    elif folder.is_symlink() or folder.exists():
        folder.unlink()
    try:
        temporary.rename(folder)
    except OSError:
        if read_meta(folder, key) is None:
            raise

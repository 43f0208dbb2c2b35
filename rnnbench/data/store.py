"""Prepared arrays on disk: written beside, renamed into place, trusted only when unchanged."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rnnbench.data.contract import InputSpec, Progress
from rnnbench.data.prepared import ARRAY_NAMES, Prepared
from rnnbench.data.soundness import META, array_line, checksum, inspect, read_meta
from rnnbench.errors import DataError, StoreError
from rnnbench.system.file_locks import FileLocks
from rnnbench.system.locks import Lock, NoLocksError, Timeout

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class ArrayPlan(NamedTuple):
    """An array to be written: its whole shape and type, and its rows block by block."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    blocks: Iterable[NDArray[Any]]


@dataclass(frozen=True)
class Contents:
    """What a folder is to hold: arrays, a summary for JSON, and further texts by name."""

    plans: Sequence[ArrayPlan]
    meta: Mapping[str, Any]
    files: Mapping[str, str] = field(default_factory=dict)


# Given a folder that is whole, and its summary.
Check = Callable[[Path, dict[str, Any]], object]


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

    Gives whether there is a lock: some network folders know none, and then two processes do the
    work twice and the first rename wins. Raises StoreError.
    """
    with store_errors(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = _acquired(folder, report)
    with lock or contextlib.nullcontext():
        yield lock is not None


def _locks_of(place: Path) -> FileLocks:
    return FileLocks(place, prefix=".")


def _acquired(folder: Path, report: Progress) -> Lock | None:
    locks = _locks_of(folder.parent)
    try:
        try:
            return locks.acquire(folder.name, timeout=0)
        except Timeout:
            report("waiting for another process that prepares the same data")
            return locks.acquire(folder.name)
    except NoLocksError:
        return None


def kept(
    folder: Path,
    key: str,
    names: Sequence[str],
    report: Progress,
    make: Callable[[], Contents],
    scratch: Path | None = None,
    check: Check | None = None,
) -> tuple[Path, dict[str, Any]]:
    """Return a folder of arrays and its summary, made if need be, and again where it is damaged.

    Args:
        folder: where it is.
        key: of all that determines what is in it.
        names: of its arrays, in their order.
        report: called with a message about damage.
        make: gives what is to be written.
        scratch: a home of no consequence, where they are made instead; ``None`` for in place.
        check: what is new is put in place unless this raises.

    Raises:
        DataError: as ``make`` does; it says so where something damaged cannot be made again.
        StoreError: for a folder that cannot be written.
    """
    found = inspect(folder, key, names)
    if found.meta is not None:
        return folder, found.meta
    if scratch is not None:
        folder = scratch / "data" / folder.name
    with locked(folder, report) as alone:
        found = inspect(folder, key, names)
        if found.meta is not None:
            return folder, found.meta
        if found.damage:
            report(f"{folder} is damaged ({found.damage}): preparing it again")
        try:
            contents = make()
        except DataError as error:
            raise beside_damage(error, folder, found.damage) from error
        with store_errors(folder):
            if alone:
                remove_leftovers(folder)
            write_folder(folder, key, contents, check)
            meta = read_meta(folder, key)
            if meta is None:
                raise OSError("the folder changed while it was being written")
            return folder, meta


def beside_damage(error: DataError, folder: Path, damage: str) -> DataError:
    """Return an error about a source, with the damage that made it necessary to look for it."""
    if not damage:
        return error
    received = f"{error.received}, and what was prepared from it in {folder} is damaged ({damage})"
    return DataError(error.key, error.expected, received, error.action)


def prepared_in(folder: Path, meta: Mapping[str, Any]) -> Prepared:
    """Return the data set of a folder with this summary."""
    return Prepared(
        name=meta["name"],
        folder=folder,
        digest=meta["digest"],
        spec=InputSpec(**meta["spec"]),
        source=meta["source"],
        facts=meta["facts"],
    )


def prepared_with(digest: str, place: Path, name: str) -> tuple[list[Prepared], dict[Path, str]]:
    """Return what is prepared under ``place`` of the data set ``name`` with this digest.

    Beside it stand folders that are damaged, with what is wrong in them.
    """
    sound, damaged = [], {}
    for folder in sorted(place.glob(f"{name}-*")):
        try:
            meta = json.loads((folder / META).read_text("utf-8"))
            if meta["digest"] != digest:
                continue
            found = inspect(folder, str(meta["key"]), ARRAY_NAMES)
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            continue
        if found.meta is None:
            damaged[folder] = found.damage
        else:
            sound.append(prepared_in(folder, found.meta))
    return sound, damaged


def write_folder(folder: Path, key: str, contents: Contents, check: Check | None = None) -> None:
    """Write arrays, texts and ``meta`` so that ``folder`` appears whole or not at all.

    The digest covers type, shape and contents of the arrays in order, and nothing else; the
    checksum covers all the rest. What ``check`` refuses does not appear. Raises OSError.
    """
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    plans, files = contents.plans, contents.files
    try:
        temporary.mkdir()
        digest = hashlib.sha256()
        sizes = {plan.name: write_array(temporary, plan, digest) for plan in plans}
        whole = {"key": key, "digest": digest.hexdigest(), "bytes": sizes, **contents.meta}
        if files:
            whole["files"] = {name: _write_text(temporary / name, files[name]) for name in files}
        whole["checksum"] = checksum(temporary, whole)
        with (temporary / META).open("w", encoding="utf-8") as file:
            json.dump(whole, file, indent=1, sort_keys=True)
            flush(file)
        if check is not None:
            check(temporary, whole)
        _put_in_place(temporary, folder, key, [plan.name for plan in plans])
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_array(folder: Path, plan: ArrayPlan, digest: Any) -> int:
    """Write ``<name>.npy`` block by block, feed ``digest``, and give the file's size in bytes."""
    import numpy as np

    digest.update(array_line(plan.name, plan.dtype.str, plan.shape))
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


def remove_all_leftovers(place: Path) -> None:
    """Delete what killed processes left behind in ``place``, their locks included."""
    locks = _locks_of(place)
    for path in place.glob(".*.tmp"):
        name = path.name[1:].rsplit(".", 2)[0]
        with contextlib.suppress(Timeout, NoLocksError, OSError), locks.acquire(name, timeout=0):
            remove_leftovers(place / name)
    locks.remove_free()


def _put_in_place(temporary: Path, folder: Path, key: str, names: Sequence[str]) -> None:
    """Rename over whatever is there, unless it has meanwhile become whole."""
    if inspect(folder, key, names).meta is not None:
        return
    if folder.is_dir() and not folder.is_symlink():
        # Out of the way at once: others may be opening it.
        away = temporary.with_name(f".{folder.name}.{os.getpid()}-old.tmp")
        folder.rename(away)
        shutil.rmtree(away, ignore_errors=True)
    elif folder.is_symlink() or folder.exists():
        folder.unlink()
    try:
        temporary.rename(folder)
    except OSError:
        if inspect(folder, key, names).meta is None:
            raise

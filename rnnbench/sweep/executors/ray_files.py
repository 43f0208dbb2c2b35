"""What a task needs of the driver's files, on its way through Ray's object store to a node.

The driver puts a folder into the object store once; a node writes it down once, under the digest of
its files, for all workers that it has.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnbench.extensions.modules import sources
from rnnbench.extensions.origin import Origin
from rnnbench.system.file_locks import FileLocks
from rnnbench.system.locks import Timeout

if TYPE_CHECKING:
    from rnnbench.training.spec import Task

_PIECE = 2**25  # bytes of an object: a large file is never in memory as a whole


@dataclass(frozen=True)
class PackedFolder:
    """A folder in the object store.

    Attributes:
        digest: of the names and contents of its files.
        files: by relative path, the references to the pieces of each.
    """

    digest: str
    files: Mapping[str, tuple[Any, ...]]


@dataclass(frozen=True)
class PackedTask:
    """A task as it travels: what it says of the driver's folders holds for the node only then."""

    task: Task
    data: PackedFolder | None
    vectors: PackedFolder | None
    extensions: tuple[PackedFolder | None, ...]


class Packer:
    """Puts what tasks need into the object store, each folder once."""

    def __init__(self, ray: Any) -> None:
        self._ray = ray
        self._packed: dict[tuple[Path, ...], PackedFolder] = {}

    def pack(self, task: Task) -> PackedTask:
        """Return a task with all that it needs; addresses and passwords of stores stay here."""
        folder = vectors = None
        if (data := task.data) is not None:
            files = sorted(path for path in data.folder.iterdir() if path.is_file())
            folder = self._pack(data.folder, files)
            if data.vectors is not None:
                path = data.vectors.path
                vectors = self._pack(path.parent, [path])
        extensions = tuple(self._extension(origin) for origin in task.extensions)
        if task.config is not None:
            config = task.config
            update: dict[str, Any] = {
                "tracking": config.tracking.model_copy(update={"uri": None}),
                "search": config.search.model_copy(update={"storage": None}),
                "references": {},
            }
            task = replace(task, config=config.model_copy(update=update))
        return PackedTask(task, folder, vectors, extensions)

    def _extension(self, origin: Origin) -> PackedFolder | None:
        """Return a module of the user's own and what it needs; ``None`` where it is installed."""
        if origin.folder is None:
            return None
        found = sources(origin.target.rpartition(".")[0], origin.folder)
        return None if found is None else self._pack(*found)

    def _pack(self, root: Path, files: Iterable[Path]) -> PackedFolder:
        files = tuple(files)
        if (root, *files) not in self._packed:
            digest = hashlib.sha256()
            pieces = {}
            for file in files:
                name = str(file.relative_to(root))
                digest.update(f"{name} {file.stat().st_size}\n".encode())
                pieces[name] = tuple(self._put(file, digest))
            self._packed[root, *files] = PackedFolder(digest.hexdigest()[:32], pieces)
        return self._packed[root, *files]

    def _put(self, path: Path, digest: Any) -> Iterator[Any]:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                yield self._ray.put(np.frombuffer(piece, np.uint8))


class NodeFiles:
    """The folders that the workers of a node have from drivers, until the last of them closes it.

    A worker holds a shared lock on each folder that it uses: what nobody holds is of workers that
    are gone, and removed.
    """

    def __init__(self, ray: Any, place: Path | None = None) -> None:
        self._ray = ray
        self._place = place or Path(tempfile.gettempdir()) / f"rnnbench-node-{os.geteuid()}"
        self._place.mkdir(mode=0o700, parents=True, exist_ok=True)
        # All may write where it is: a link there could lead to folders that must not be removed.
        found = self._place.lstat()
        if found.st_uid != os.geteuid() or not stat.S_ISDIR(found.st_mode):
            raise PermissionError(f"{self._place} is a link, or another user's folder")
        self._locks = FileLocks(self._place, prefix=".")
        self._held: dict[str, int] = {}
        self._remove_unused()

    def local(self, packed_task: PackedTask) -> Task:
        """Return a task whose files are on this node; its own folder is the caller's business."""
        task, data = packed_task.task, packed_task.task.data
        if packed_task.data is not None:
            data = replace(data, folder=self.folder(packed_task.data))
        if packed_task.vectors is not None and data.vectors is not None:
            path = self.folder(packed_task.vectors) / data.vectors.path.name
            data = replace(data, vectors=replace(data.vectors, path=path))
        origins = tuple(
            origin if source is None else replace(origin, folder=self.folder(source))
            for origin, source in zip(task.extensions, packed_task.extensions, strict=True)
        )
        return replace(task, data=data, extensions=origins)

    def folder(self, source: PackedFolder) -> Path:
        """Return where a folder is on this node, written down if need be."""
        folder = self._place / source.digest
        if source.digest not in self._held:
            with self._locks.acquire(source.digest):
                if not folder.is_dir():
                    self._write(source, folder)
                held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
                fcntl.flock(held, fcntl.LOCK_SH)
                self._held[source.digest] = held
        return folder

    def close(self) -> None:
        """Let go of all folders, and remove those that nobody else uses."""
        for held in self._held.values():
            os.close(held)
        self._held.clear()
        self._remove_unused()
        with suppress(OSError):
            self._place.rmdir()

    def _write(self, source: PackedFolder, folder: Path) -> None:
        temporary = folder.with_name(f".{folder.name}.tmp")
        shutil.rmtree(temporary, ignore_errors=True)
        for name, pieces in source.files.items():
            path = temporary / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                for piece in pieces:
                    file.write(self._ray.get(piece))
        temporary.rename(folder)

    def _remove_unused(self) -> None:
        """Remove what no worker holds, and what a worker that died had begun to write."""
        for folder in self._place.glob(".*.tmp"):
            name = folder.name.removeprefix(".").removesuffix(".tmp")
            with suppress(OSError, Timeout), self._locks.acquire(name, timeout=0):
                shutil.rmtree(folder, ignore_errors=True)
        for folder in self._place.glob("[!.]*"):
            with suppress(OSError, Timeout), self._locks.acquire(folder.name, timeout=0):
                held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
                try:
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder, ignore_errors=True)
                finally:
                    os.close(held)


def packed(folder: Path) -> tuple[tuple[str, bytes], ...]:
    """Return the files that a run has left in its folder: relative paths and contents."""
    if not folder.is_dir():
        return ()
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return tuple((str(path.relative_to(folder)), path.read_bytes()) for path in files)


def unpack(files: Iterable[tuple[str, bytes]], folder: Path) -> None:
    """Write files of a run into its folder."""
    for name, content in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

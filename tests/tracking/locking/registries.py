"""A registry in a folder, for tests of claims: quick, and its processes need no MLflow."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rnnbench.tracking.locking.registry import Registration, Removed


@dataclass(frozen=True)
class FolderRegistry:
    """Each entry is a folder, and each claim an empty file in it.

    ``who`` makes another registry of it for this process, as if it were another's.
    """

    folder: Path
    who: str = ""

    def enter(self) -> str:
        entry = uuid.uuid4().hex
        (self.folder / entry).mkdir(parents=True)
        return entry

    def renew(self, entry: str, heartbeat: str, *, quick: bool = False) -> None:
        self._write(entry, "heartbeat", heartbeat)

    def put(self, entry: str, claim: str, name: str) -> None:
        self._write(entry, claim, ascii(name))

    def withdraw(self, entry: str, claim: str, *, quick: bool = False) -> None:
        (self.folder / entry / claim).unlink(missing_ok=True)

    def look(self, *, quick: bool = False) -> Mapping[str, Registration]:
        found = {}
        for path in self.folder.glob("[!.]*"):
            with suppress(FileNotFoundError):
                files = {file.name for file in path.iterdir()}
                heartbeat = (path / "heartbeat").read_text() if "heartbeat" in files else ""
                found[path.name] = Registration(heartbeat, frozenset(files - {"heartbeat"}))
        return found

    def remove(self, entry: str, *, quick: bool = False) -> None:
        with suppress(FileNotFoundError):
            gone = (self.folder / entry).rename(self.folder / f".{entry}")
            shutil.rmtree(gone, ignore_errors=True)

    def _write(self, entry: str, name: str, text: str) -> None:
        try:
            (self.folder / entry / name).write_text(text)
        except FileNotFoundError:
            raise Removed(entry) from None

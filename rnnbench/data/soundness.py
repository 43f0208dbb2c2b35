"""Whether a folder of prepared arrays still holds what was written into it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rnnbench.data.npy import read_header

META = "meta.json"
_CHUNK = 2**20


class Found(NamedTuple):
    """The summary of a sound folder, or what is wrong with it (nothing where there is none)."""

    meta: dict[str, Any] | None
    damage: str = ""


def inspect(folder: Path, key: str, names: Sequence[str]) -> Found:
    """Read all of a folder and compare it with the digest and the checksum that it was given.

    Arrays beside those of ``names`` follow them in the digest by their names' order.

    Only a hash of the contents shows a change at equal size: tools that restore files keep times.
    SHA-256 takes about 0.1 s for the 100 MB of IMDB at 500 tokens where the processor has
    instructions for it (``benchmarks/verify.py``), once a command.
    """
    meta = read_meta(folder, key)
    if meta is None:
        return Found(None, "incomplete" if folder.is_dir() else "")
    try:
        if not set(names) <= set(meta["bytes"]):
            return Found(None, "incomplete")
        beside = sorted(set(meta["bytes"]) - set(names))
        if digest_of(folder, [*names, *beside]) != meta["digest"]:
            return Found(None, "its arrays have other contents than were written")
        # Folders of earlier versions have none.
        if meta.get("checksum") not in (None, checksum(folder, meta)):
            return Found(None, "its summary or vocabulary has other contents than were written")
    except (OSError, ValueError, KeyError, TypeError) as error:
        return Found(None, f"unreadable: {error}")
    return Found(meta)


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
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def digest_of(folder: Path, names: Sequence[str]) -> str:
    """SHA-256 of type, shape and contents of arrays, as they were written.

    Raises OSError or ValueError for a file that is none of ours.
    """
    digest = hashlib.sha256()
    buffer = memoryview(bytearray(_CHUNK))
    for name in names:
        with (folder / f"{name}.npy").open("rb", buffering=0) as file:
            try:
                header = read_header(file)
            except ValueError as error:
                raise ValueError(f"{name}.npy: {error}") from None
            digest.update(array_line(name, header.dtype, header.shape))
            while count := file.readinto(buffer):
                digest.update(buffer[:count])
    return digest.hexdigest()


def array_line(name: str, dtype: str, shape: tuple[int, ...]) -> bytes:
    """What the digest covers of an array besides its contents; a type is told as ``<f4``."""
    return f"{name} {dtype} {shape}\n".encode()


def checksum(folder: Path, meta: Mapping[str, Any]) -> str:
    """SHA-256 of a summary and of the texts that it names."""
    plain = json.loads(json.dumps({k: v for k, v in meta.items() if k != "checksum"}))
    digest = hashlib.sha256(json.dumps(plain, sort_keys=True).encode())
    for name in sorted(meta.get("files", {})):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()

"""How many tokens each test sample has, kept beside the prepared arrays."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.contract import Split
from rnnbench.data.indices import PAD
from rnnbench.data.soundness import META, checksum, read_meta

LENGTHS = "test_lengths.json"
_X_TEST = "x_test"
_ROWS = 4096


def tokens_of(split: Split) -> NDArray[np.int32]:
    """Return the tokens of each sample ``(n,)`` before any is cut off, padding left out."""
    return split.count(split.values != PAD).astype(np.int32)


def words_in(tokens: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return how many tokens of each row ``(n, time)`` are no padding, ``(n,)``."""
    parts = [
        np.count_nonzero(tokens[start : start + _ROWS], axis=1)
        for start in range(0, len(tokens), _ROWS)
    ]
    return np.concatenate(parts).astype(np.int32)


def to_json(lengths: NDArray[np.int32]) -> str:
    """Return lengths as the text of :data:`LENGTHS`."""
    return json.dumps(lengths.tolist(), separators=(",", ":"))


def lengths_by_digest(place: Path, digests: Iterable[str]) -> dict[str, NDArray[np.int32]]:
    """Return by digest the lengths ``(n,)`` of the test samples of prepared data sets of tokens.

    What earlier versions prepared tells the tokens that are left after cutting. Data sets of
    features, and those that are not prepared here or are damaged, are left out.

    Args:
        place: the folder of prepared data sets.
        digests: of those that are wanted.
    """
    wanted = set(digests)
    found: dict[str, NDArray[np.int32]] = {}
    for path in sorted(place.glob(f"*/{META}")):
        known = _read(path.parent, wanted)
        if known is None:
            continue
        digest, lengths, is_whole = known
        if is_whole or digest not in found:
            found[digest] = lengths
    return found


def _read(folder: Path, wanted: set[str]) -> tuple[str, NDArray[np.int32], bool] | None:
    """Return a folder's digest and lengths, and whether they are those of before cutting."""
    try:
        told = json.loads((folder / META).read_text("utf-8"))
        if told["digest"] not in wanted or told["spec"]["features"] is not None:
            return None
        meta = read_meta(folder, told["key"])
        if meta is None or meta.get("checksum") not in (None, checksum(folder, meta)):
            return None
        is_whole = LENGTHS in meta.get("files", {})
        lengths = _kept(folder, meta) if is_whole else words_in(_mapped(folder))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return str(meta["digest"]), lengths, is_whole


def _kept(folder: Path, meta: Mapping[str, Any]) -> NDArray[np.int32]:
    lengths = np.array(json.loads((folder / LENGTHS).read_text("utf-8")), np.int32)
    if lengths.shape != (int(meta["facts"]["n_test"]),):
        raise ValueError(f"{len(lengths)} lengths in {folder}")
    return lengths


def _mapped(folder: Path) -> NDArray[np.int32]:
    found: NDArray[np.int32] = np.load(folder / f"{_X_TEST}.npy", mmap_mode="r", allow_pickle=False)
    return found

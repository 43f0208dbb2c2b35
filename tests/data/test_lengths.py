"""How many tokens each test sample has, kept beside the prepared arrays."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from rnnbench.config.expand import load
from rnnbench.data import Prepared, prepare
from rnnbench.data.contract import Split
from rnnbench.data.lengths import LENGTHS, lengths_by_digest, tokens_of

REVIEWS = ("data=reviews", "data.limit=20", "data.test_limit=40")


def reviews(home: Path, *words: str) -> Prepared:
    return prepare(load([*REVIEWS, *words], cell=False).data, home)


def known(prepared: Prepared) -> np.ndarray | None:
    return lengths_by_digest(prepared.folder.parent, [prepared.digest]).get(prepared.digest)


def test_they_are_those_of_before_a_text_is_cut(tmp_path: Path) -> None:
    whole, cut = reviews(tmp_path, "data.maxlen=400"), reviews(tmp_path, "data.maxlen=20")
    lengths = known(whole)
    assert lengths is not None
    np.testing.assert_array_equal(lengths, np.count_nonzero(whole.arrays().x_test, axis=1))
    assert lengths.max() > 20
    np.testing.assert_array_equal(known(cut), lengths)
    assert set(lengths_by_digest(tmp_path / "data", [cut.digest])) == {cut.digest}


def test_padding_in_a_users_own_arrays_is_not_counted() -> None:
    values = np.array([0, 0, 5, 6, 7, 0, 0], np.int32)
    split = Split(values, np.array([0, 3, 3, 6, 7]), np.zeros(4, np.int32))
    assert tokens_of(split).tolist() == [1, 0, 2, 0]


def test_what_an_earlier_version_prepared_tells_what_was_left_of_a_text(tmp_path: Path) -> None:
    prepared = reviews(tmp_path, "data.maxlen=20")
    whole = known(prepared)
    assert whole is not None
    (prepared.folder / LENGTHS).unlink()
    meta = json.loads((prepared.folder / "meta.json").read_text())
    del meta["files"], meta["checksum"]
    (prepared.folder / "meta.json").write_text(json.dumps(meta))
    np.testing.assert_array_equal(known(prepared), np.minimum(whole, 20))
    assert reviews(tmp_path, "data.maxlen=20").digest == prepared.digest


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / LENGTHS).write_text("[]"),
        lambda folder: (folder / LENGTHS).write_bytes((folder / LENGTHS).read_bytes()[::-1]),
        lambda folder: (folder / LENGTHS).unlink(),
        lambda folder: (folder / "meta.json").write_text("[" * 100_000),
        lambda folder: (folder / "meta.json").write_text('{"digest": 1}'),
    ],
)
def test_damaged_ones_are_left_out(tmp_path: Path, damage: object) -> None:
    prepared = reviews(tmp_path)
    damage(prepared.folder)  # type: ignore[operator]
    assert known(prepared) is None


def test_features_have_none(tmp_path: Path) -> None:
    words = ["data=digits", "data.limit=20", "data.test_limit=10"]
    assert known(prepare(load(words, cell=False).data, tmp_path)) is None

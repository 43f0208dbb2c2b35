"""Files beside a run are read whatever has become of them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rnnbench.training import gradient_flow, predictions
from rnnbench.training.gradient_flow import Flow
from rnnbench.training.stored_arrays import load_arrays


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    outputs = np.linspace(0, 1, 40, dtype=np.float32)[:, None]
    predictions.save({"last": outputs}, "last", np.arange(40) % 2, tmp_path)
    norms = np.geomspace(1, 1e-6, 9).astype(np.float32)
    gradient_flow.save([Flow(0, "gru", "h", norms)], tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "load"),
    [
        (predictions.FILE, predictions.load_answers),
        (gradient_flow.FILE, gradient_flow.load),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_any_damaged_byte_is_survived(
    folder: Path, name: str, load: Callable[[Path], object]
) -> None:
    whole = (folder / name).read_bytes()
    assert load(folder / name) is not None
    damaged = folder / "damaged.npz"
    missing = 0
    for place in range(len(whole)):
        for bits in (1, 255):
            changed = bytearray(whole)
            changed[place] ^= bits
            damaged.write_bytes(changed)
            missing += load(damaged) is None
    # Of answers, some bytes are those of other weights.
    assert missing > len(whole) / 3
    damaged.write_bytes(whole[: len(whole) // 2])
    assert load(damaged) is None


def test_a_damaged_header_of_an_array_is_no_array(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(6))
    content = (tmp_path / "a.npy").read_bytes().replace(b"(6,)", b"(6, ")
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("correct.npy", content)
    assert load_arrays(tmp_path / "a.npz", "correct") is None


def test_pickled_objects_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", correct=np.array([{}], object))
    assert load_arrays(tmp_path / "a.npz", "correct") is None


def test_what_is_no_row_of_answers_is_none(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", correct=np.ones((2, 2), np.bool_))
    np.savez(tmp_path / "b.npz", correct=np.array(["yes"]))
    assert predictions.load_right(tmp_path / "a.npz", "last") == {}
    assert predictions.load_right(tmp_path / "b.npz", "last") == {}

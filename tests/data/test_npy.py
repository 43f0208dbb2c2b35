"""Files of arrays, read without NumPy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import ArrayLike

from rnnbench.data.npy import read_header, read_labels


def written(path: Path, values: ArrayLike, dtype: str = "<i4") -> Path:
    array = np.array(values, dtype)
    header = {"descr": array.dtype.str, "fortran_order": False, "shape": array.shape}
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        file.write(array.data)
    return path


@pytest.mark.parametrize(("shape", "dtype"), [((3, 2), "<f4"), ((0,), "<i4"), ((1, 2, 3), "<f8")])
def test_a_header_is_what_numpy_reads(tmp_path: Path, shape: tuple[int, ...], dtype: str) -> None:
    path = written(tmp_path / "x.npy", np.zeros(shape), dtype)
    with path.open("rb") as file:
        header = read_header(file)
        start = file.tell()
    loaded = np.load(path)
    assert (header.dtype, header.shape) == (loaded.dtype.str, loaded.shape)
    assert start == path.stat().st_size - loaded.nbytes


@pytest.mark.parametrize("first", [0, 3, 5, 7])
def test_labels_are_read_from_a_sample_on(tmp_path: Path, first: int) -> None:
    path = written(tmp_path / "y.npy", [4, 0, 2, 70_000, 1])
    assert list(read_labels(path, first)) == [4, 0, 2, 70_000, 1][first:]


def test_what_is_no_file_of_labels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"x\.npy holds <f4 .2,., and no labels"):
        read_labels(written(tmp_path / "x.npy", [1, 2], "<f4"))
    whole = written(tmp_path / "y.npy", [1, 2]).read_bytes()
    columns = whole.replace(b"False", b"True ")
    for damaged in (b"", b"text", whole[:9], whole[:40], whole.replace(b"{", b"["), columns):
        (tmp_path / "y.npy").write_bytes(damaged)
        with pytest.raises(ValueError, match=r"another format|damaged header|by columns"):
            read_labels(tmp_path / "y.npy")

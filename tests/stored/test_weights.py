"""Weights are arrays of the right shapes, or refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from rnnbench.data import InputSpec
from rnnbench.errors import StoreError
from rnnbench.models.build import build
from rnnbench.models.cells import CELLS
from rnnbench.stored.weights import set_weights

TOKENS = InputSpec(6, None, 20, 2)
FEATURES = InputSpec(6, 3, None, 10)


@pytest.fixture
def small(configure: Any) -> Callable[..., Any]:
    def small(cell: str = "gru", spec: InputSpec = TOKENS, **model: Any) -> Any:
        config = configure(f"+cell={cell}", "model.embedding.dim=4", units=5, **model)
        return build(config, spec, seed=0)

    return small


def shuffled(model: Any) -> list[np.ndarray]:
    """Give a model weights that no seed gives, and return them."""
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=w.shape).astype(np.float32) for w in model.get_weights()]
    model.set_weights(weights)
    return weights


@pytest.mark.parametrize("spec", [TOKENS, FEATURES], ids=["tokens", "features"])
@pytest.mark.parametrize(("depth", "bidirectional"), [(1, False), (3, False), (2, True)])
@pytest.mark.parametrize("cell", CELLS)
def test_what_keras_writes_is_read_back(
    small: Any, tmp_path: Path, cell: str, depth: int, bidirectional: bool, spec: InputSpec
) -> None:
    shape: dict[str, Any] = {"depth": depth, "bidirectional": bidirectional}
    model = small(cell, spec, dropout=0.1, recurrent_dropout=0.1, head_dropout=0.1, **shape)
    weights = shuffled(model)
    path = tmp_path / "model.weights.h5"
    model.save_weights(path)
    fresh = small(cell, spec, head="last", **shape)
    set_weights(fresh, path)
    for one, other in zip(fresh.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.fixture
def saved(small: Any, tmp_path: Path) -> tuple[Any, Path]:
    model = small()
    path = tmp_path / "model.weights.h5"
    model.save_weights(path)
    return model, path


def refused(model: Any, path: Path, part: str) -> None:
    before = model.get_weights()
    with pytest.raises(StoreError, match=part) as caught:
        set_weights(model, path)
    assert caught.value.key == "run"
    assert str(path) in str(caught.value)
    np.testing.assert_array_equal(model.get_weights()[-1], before[-1])


def test_weights_of_other_shapes_are_refused(small: Any, saved: tuple[Any, Path]) -> None:
    refused(small(depth=2), saved[1], "the weights of embedding, gru_1, gru_2, dense")
    refused(small("lstm"), saved[1], r"weights of shapes \[\(4, 20\), \(5, 20\), \(20,\)\]")


def test_a_file_that_is_no_hdf5_is_refused(saved: tuple[Any, Path]) -> None:
    model, path = saved
    path.write_bytes(b"no weights")
    refused(model, path, "an HDF5 file")


def test_a_cut_file_is_refused(saved: tuple[Any, Path]) -> None:
    model, path = saved
    path.write_bytes(path.read_bytes()[:2000])
    refused(model, path, "an HDF5 file")


@pytest.mark.parametrize("link", [h5py.SoftLink("/layers/gru"), h5py.ExternalLink("x.h5", "/")])
def test_links_are_not_followed(saved: tuple[Any, Path], link: Any) -> None:
    model, path = saved
    with h5py.File(path, "a") as file:
        del file["layers/dense/vars/0"]
        file["layers/dense/vars/0"] = link
    refused(model, path, "received a link")


def test_data_outside_the_file_are_not_read(saved: tuple[Any, Path], tmp_path: Path) -> None:
    model, path = saved
    outside = tmp_path / "outside"
    outside.write_bytes(bytes(20))
    with h5py.File(path, "a") as file:
        group = file["layers/dense/vars"]
        del group["0"]
        group.create_dataset("0", (5, 1), "f4", external=[(str(outside), 0, 20)])
    refused(model, path, "arrays of numbers within the file")


@pytest.mark.parametrize("kind", [h5py.string_dtype(), "i4"])
def test_what_is_no_number_is_refused(saved: tuple[Any, Path], kind: Any) -> None:
    model, path = saved
    with h5py.File(path, "a") as file:
        group = file["layers/dense/vars"]
        del group["0"]
        group.create_dataset("0", (5, 1), kind)
    refused(model, path, "arrays of numbers")


def test_a_circle_of_groups_ends(saved: tuple[Any, Path]) -> None:
    model, path = saved
    with h5py.File(path, "a") as file:
        file["layers/dense/vars/more"] = file["layers"]
    refused(model, path, "levels of groups")

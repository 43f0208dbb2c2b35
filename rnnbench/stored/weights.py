"""Weights read from Keras's HDF5 files as what they are: arrays of numbers of known shapes.

Keras names the groups of such a file after the classes of the layers, numbered where a class comes
again, and the arrays of a layer ``vars/0``, ``vars/1`` and so on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnbench.errors import StoreError

if TYPE_CHECKING:
    from rnnbench.models.tensors import Model

_DEEPEST = 6


def set_weights(model: Model, path: Path) -> None:
    """Give a model of :func:`rnnbench.models.build.build` the weights of a file.

    Raises:
        StoreError: where the file is none of HDF5, holds other layers or other shapes, or refers to
            data outside itself.
    """
    import h5py

    try:
        with h5py.File(path, "r") as file:
            for group, layer in _pairs(model, file, path):
                shapes = [tuple(weight.shape) for weight in layer.weights]
                layer.set_weights(_arrays(group, shapes, path))
    except (OSError, KeyError, RuntimeError) as error:
        raise _error(path, "an HDF5 file as Keras writes it", str(error)) from None


def _pairs(model: Model, file: Any, path: Path) -> Iterator[tuple[Any, Any]]:
    """Yield every layer that has weights with the group of the file that holds them."""
    layers = _child(file, "layers", path)
    names: dict[str, list[str]] = {"embedding": [], "dense": [], "recurrent": []}
    for name in layers:
        if any(_datasets(_child(layers, name, path), path)):
            names[_kind(name)].append(name)
    for several in names.values():
        several.sort(key=_number)
    wanted = [layer for layer in model.layers if layer.weights]
    if len(wanted) != sum(map(len, names.values())):
        found = ", ".join(name for several in names.values() for name in several) or "none"
        expected = f"the weights of {', '.join(layer.name for layer in wanted)}"
        raise _error(path, expected, found)
    for layer in wanted:
        kind = _kind(layer.name)
        if not names[kind]:
            raise _error(path, f"the weights of {layer.name}", "none")
        group = _child(layers, names[kind].pop(0), path)
        if hasattr(layer, "forward_layer"):
            yield _child(group, "forward_layer", path), layer.forward_layer
            yield _child(group, "backward_layer", path), layer.backward_layer
        else:
            yield group, layer


def _kind(name: str) -> str:
    if "embedding" in name:
        return "embedding"
    return "dense" if name.startswith("dense") else "recurrent"


def _number(name: str) -> int:
    """Return the number that Keras appends from the second layer of a class on."""
    found = re.search(r"_(\d+)$", name)
    return int(found.group(1)) if found else 0


def _arrays(group: Any, shapes: list[tuple[int, ...]], path: Path) -> list[np.ndarray]:
    """Return the arrays below a group in their order, once their shapes are known to be right."""
    found = sorted(_datasets(group, path), key=lambda data: _number("_" + data.name.split("/")[-1]))
    given = [tuple(data.shape) for data in found]
    if given != shapes:
        raise _error(path, f"weights of shapes {shapes} in {group.name}", str(given))
    return [np.asarray(data[()], dtype=np.float32) for data in found]


def _datasets(group: Any, path: Path, depth: int = 0) -> Iterator[Any]:
    """Yield the arrays below a group, but for the states of random number generators."""
    import h5py

    if isinstance(group, h5py.Dataset):
        if group.dtype.kind != "f" or group.external or group.is_virtual:
            raise _error(path, "arrays of numbers within the file", f"{group.name} of another kind")
        yield group
        return
    if depth > _DEEPEST:
        raise _error(path, f"at most {_DEEPEST} levels of groups", group.name)
    for name in group:
        if name != "seed_generator":
            yield from _datasets(_child(group, name, path), path, depth + 1)


def _child(group: Any, name: str, path: Path) -> Any:
    """Return a member of a group that is in this very file: links could lead anywhere."""
    import h5py

    if not isinstance(group, h5py.Group):
        raise _error(path, "groups as Keras writes them", f"{group.name}, an array")
    link = group.get(name, getlink=True)
    if not isinstance(link, h5py.HardLink):
        raise _error(path, f"{name} in {group.name}", "nothing" if link is None else "a link")
    return group[name]


def _error(path: Path, expected: str, received: str) -> StoreError:
    return StoreError(
        "run", expected, f"{received} in {path}", "the file was not written by this run's training"
    )

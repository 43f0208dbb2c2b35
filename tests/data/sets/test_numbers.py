"""Labels that are numbers to predict: read, scaled by the training part, and scaled back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rnnbench.config.expand import load
from rnnbench.data import Prepared, prepare
from rnnbench.data.store import prepared_with
from rnnbench.training.parts import test_samples as samples_of_test
from rnnbench.training.parts import training_samples
from tests.numbers import write_numbers


def read(tmp_path: Path, *words: str) -> Prepared:
    return prepare(load([*words], cell=False).data, tmp_path / "home")


def original(data: Prepared) -> tuple[np.ndarray, np.ndarray]:
    """Return training and test targets in their own unit, ``(n, targets)``."""
    arrays = data.arrays()
    parts = training_samples(arrays), samples_of_test(arrays)
    first, second = (part.scale.undo(part.y) for part in parts if part.scale is not None)
    return first, second


@pytest.mark.parametrize("targets", [1, 3])
def test_arrays_are_scaled_by_their_training_part(tmp_path: Path, targets: int) -> None:
    path = tmp_path / "numbers.npz"
    write_numbers(path, targets=targets)
    data = read(tmp_path, "data=arrays", f"data.path={path}", "data.task=regression")
    assert (data.spec.task, data.spec.classes, data.spec.targets) == ("regression", 0, targets)
    y_train, y_test = (np.load(path)[name].reshape(-1, targets) for name in ("y_train", "y_test"))
    arrays = data.arrays()
    assert arrays.y_train.dtype == np.float32
    np.testing.assert_allclose(np.mean(arrays.y_train, axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(np.std(arrays.y_train, axis=0), 1, rtol=1e-5)
    for found, given in zip(original(data), (y_train, y_test), strict=True):
        np.testing.assert_allclose(found, given, rtol=1e-6)
    assert data.facts["target_sd"] == pytest.approx(np.sqrt(y_train.var(axis=0).mean()))
    assert prepared_with(data.digest, tmp_path / "home" / "data", "arrays")[0] == [data]


def test_values_of_the_test_part_change_no_training_sample(tmp_path: Path) -> None:
    path, other = tmp_path / "one.npz", tmp_path / "other.npz"
    write_numbers(path)
    parts = dict(np.load(path))
    np.savez(other, **parts | {"y_test": parts["y_test"] * 100, "x_test": parts["x_test"] + 7})
    one, two = (
        read(tmp_path, "data=arrays", f"data.path={p}", "data.task=regression").arrays()
        for p in (path, other)
    )
    np.testing.assert_array_equal(one.x_train, two.x_train)
    np.testing.assert_array_equal(one.y_train, two.y_train)


@pytest.mark.parametrize(
    ("labels", "task"), [([0.5, 2.25], "regression"), ([0, 1], "classification")]
)
def test_auto_takes_labels_with_decimal_places_for_numbers(
    tmp_path: Path, labels: list[float], task: str
) -> None:
    x, y = np.ones((8, 3, 1), np.float32), np.array(labels * 4)
    np.savez(tmp_path / "some.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    words = ("data=arrays", f"data.path={tmp_path / 'some.npz'}", "data.task=auto")
    assert read(tmp_path, *words).spec.task == task
    rows = "".join(f"text {n % 3},{label}\n" for n, label in enumerate(labels * 4))
    (tmp_path / "some.csv").write_text("text,label\n" + rows)
    table = ("data=csv", f"data.path={tmp_path / 'some.csv'}", "data.test_fraction=0.25")
    assert read(tmp_path, *table, "data.task=auto").spec.task == task
    assert read(tmp_path, *table).spec.task == "classification"


def test_a_table_of_numbers_is_divided_by_chance_and_scaled(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    rows = [f"word{n} fine,{20 + n / 4}" for n in range(40)]
    path.write_text("\n".join(["text,label", *rows, ""]))
    words = ("data=csv", f"data.path={path}", "data.test_fraction=0.25", "data.task=regression")
    data = read(tmp_path, *words)
    train, test = original(data)
    assert (train.shape, test.shape) == ((30, 1), (10, 1))
    both = sorted(np.concatenate([train, test])[:, 0].tolist())
    np.testing.assert_allclose(both, [20 + n / 4 for n in range(40)], rtol=1e-6)
    separate = read(tmp_path, *words[:2], f"data.test_path={path}", words[3])
    assert [len(part) for part in original(separate)] == [40, 40]

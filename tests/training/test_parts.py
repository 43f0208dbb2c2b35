"""Data sorted by class are refused where a part of them would lack one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnbench.config.expand import load
from rnnbench.data import Arrays
from rnnbench.errors import ConfigError
from rnnbench.sweep.data_cache import DataCache
from rnnbench.training.parts import parts

Checked = Callable[..., list[str]]


@pytest.fixture
def checked(tmp_path: Path) -> Checked:
    """Write arrays with these labels, prepare them, and return what is remarked."""

    def check(y_train: Any, y_test: Any, *words: str) -> list[str]:
        path = tmp_path / "mine.npz"
        x_train, x_test = (np.ones((len(y), 3, 2), np.float32) for y in (y_train, y_test))
        np.savez(path, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
        heard: list[str] = []
        config = load([f"data.path={path}", "data=arrays", "+cell=gru", *words])
        DataCache(tmp_path / "home", heard.append).ready(config)
        return [text for text in heard if not text.startswith("preparing")]

    return check


MIXED = np.arange(60) % 3
SORTED = np.sort(MIXED)


def test_a_validation_part_is_drawn_anew_for_each_seed_and_is_the_same_for_all_cells() -> None:
    x = np.arange(40, dtype=np.float32).reshape(20, 2, 1)
    arrays = Arrays(x, np.arange(20) % 2, x, np.arange(20) % 2)

    def held_out(*words: str) -> list[float]:
        config = load(["data=digits", *words])
        divided = parts(arrays, config)
        assert divided.validation is not None
        both = np.concatenate([divided.training.x, divided.validation.x])
        assert sorted(both[:, 0, 0]) == sorted(x[:, 0, 0])
        place = (divided.validation.x[:, 0, 0] / 2).astype(int)
        np.testing.assert_array_equal(divided.validation.y, arrays.y_train[place])
        return list(divided.validation.x[:, 0, 0])

    fixed = held_out("+cell=gru", "seed=3")
    drawn = held_out("+cell=gru", "seed=3", "training.split_seed=seed")
    assert fixed == list(x[16:, 0, 0])
    assert drawn != fixed
    assert drawn == held_out("+cell=lstm", "seed=3", "training.split_seed=seed")
    assert drawn != held_out("+cell=gru", "seed=4", "training.split_seed=seed")


def test_mixed_labels_give_no_remark(checked: Checked) -> None:
    assert checked(MIXED, MIXED[:30]) == []


@pytest.mark.parametrize(
    ("labels", "words", "key", "told"),
    [
        (SORTED, (), "training.validation_fraction", "0.4, which takes all of class 2"),
        (SORTED, (), "training.validation_fraction", "shuffle"),
        (np.arange(60) // 30, (), "training.validation_fraction", "24 of class 1 alone"),
        (np.arange(60) // 30, (), "training.validation_fraction", "training.validation=none"),
        (SORTED, ("data.limit=30",), "data.limit", "30 samples, none of them of class 2"),
        (SORTED, ("data.limit=10",), "data.limit", "class 1, 2"),
        (MIXED, ("data.limit=1",), "data.limit", "; raise data.limit, which takes"),
        (MIXED, ("data.limit=1", "training.validation=none"), "data.limit", "class 1, 2"),
    ],
)
def test_a_class_that_training_or_validation_is_left_without_is_refused(
    checked: Checked, labels: Any, words: tuple[str, ...], key: str, told: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        checked(labels, labels, "training.validation_fraction=0.4", *words)
    assert caught.value.key == key
    assert told in str(caught.value)


def test_sorted_labels_train_where_nothing_is_held_out(checked: Checked) -> None:
    assert checked(SORTED, MIXED, "training.validation=none") == []
    assert checked(SORTED, MIXED, "training.validation=test") == []


def test_a_class_that_only_validation_lacks_is_remarked(checked: Checked) -> None:
    labels = np.where(np.arange(60) < 3, 2, MIXED % 2)
    (remark,) = checked(labels, MIXED)
    assert remark == "data=arrays: validation has no sample of class 2 among its 12"
    # Two samples of one class are chance.
    (remark,) = checked(np.array([0, 1] * 4 + [1, 1]), np.array([0, 1]))
    assert "validation has no sample of class 0 among its 2" in remark


def test_a_test_set_of_one_class_measures_nothing(checked: Checked) -> None:
    for words in ((), ("training.validation=test", "training.test=none")):
        with pytest.raises(ConfigError, match=r"^data\.path: .*20 of class 0 alone"):
            checked(MIXED, SORTED[:20], *words)
    with pytest.raises(ConfigError, match=r"^data\.test_limit: .*received 12, which gives 12 of"):
        checked(MIXED, SORTED, "data.test_limit=12")
    assert checked(MIXED, SORTED, "data.test_limit=12", "training.test=none") == []


def test_arms_that_divide_their_data_in_another_way_are_checked_as_well(tmp_path: Path) -> None:
    words = ["data=digits", "data.limit=100", "+cell=gru"]
    shelf = DataCache(tmp_path)
    shelf.ready(load(words))
    with pytest.raises(ConfigError, match=r"^training\.validation_fraction"):
        shelf.ready(load([*words, "training.validation_fraction=0.95"]))

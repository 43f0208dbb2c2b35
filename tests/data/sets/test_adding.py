"""The adding problem, as the paper builds it."""

from __future__ import annotations

import numpy as np
import pytest

from rnnbench.data import prepare
from rnnbench.data.sets.adding import Adding
from rnnbench.errors import ConfigError


@pytest.fixture
def raw(configure):
    config = configure("adding", limit=600, test_limit=100)
    source = Adding()
    return source.load(config, source.fingerprint(config), print)


def sequences(split) -> list[np.ndarray]:
    return np.split(split.values, split.offsets[1:-1])


def test_sequences_are_pairs_of_a_number_and_a_marker(raw) -> None:
    for pairs in sequences(raw.train):
        assert 100 <= len(pairs) <= 110
        assert np.abs(pairs[:, 0]).max() <= 1
        assert (pairs[0, 1], pairs[-1, 1]) == (-1, -1)
        marked = np.flatnonzero(pairs[:, 1] == 1)
        assert len(marked) in (1, 2)
        assert marked[0] < 10 or len(marked) == 1
        assert marked[-1] < 49


def test_the_target_is_the_scaled_sum_of_the_marked_numbers(raw) -> None:
    sums = [0.5 + pairs[pairs[:, 1] == 1, 0].sum() / 4 for pairs in sequences(raw.train)]
    np.testing.assert_allclose(raw.train.labels[:, 0], sums, atol=1e-6)


def test_a_marked_first_element_keeps_its_marker_and_counts_nothing(raw) -> None:
    alone = [(pairs[:, 1] == 1).sum() == 1 for pairs in sequences(raw.train)]
    assert np.mean(alone) == pytest.approx(1 / 10 + 9 / 10 / 48, abs=0.04)


def test_training_and_test_are_drawn_apart(raw) -> None:
    assert not set(raw.train.labels[:, 0].tolist()) & set(raw.test.labels[:, 0].tolist())


def test_padding_stands_before_the_sequence(configure, tmp_path) -> None:
    data = prepare(configure("adding", limit=20, test_limit=5), tmp_path)
    x = data.arrays().x_train
    assert x.shape == (20, 110, 2)
    assert (x[:, -1, 1] == -1).all()
    assert data.spec.task == "regression"


def test_sequences_too_short_for_two_marks_are_refused(configure) -> None:
    with pytest.raises(ConfigError, match=r"data\.maxlen: expected at least 26"):
        Adding().spec(configure("adding", maxlen=25))

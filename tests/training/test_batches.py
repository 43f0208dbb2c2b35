"""Batches of one shape: every sample once, fillers without weight, pages let go of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnbench.seeds import derive, shuffle_order
from rnnbench.training.batches import Samples, batches, even_size, release, split

SCOPES = ("initialisation", "shuffle", "dropout")
counts = st.integers(1, 200)


def numbered(count: int) -> Samples:
    """Return samples ``(count, 2, 3)`` that carry their own number."""
    x = np.arange(count, dtype=np.float32)[:, None, None] * np.ones((1, 2, 3), np.float32)
    return Samples(x, np.arange(count, dtype=np.int32))


@given(counts, st.integers(1, 64), st.none() | st.integers(0, 2**31 - 1))
def test_every_sample_comes_exactly_once_in_the_order_given(
    count: int, size: int, seed: int | None
) -> None:
    order = None if seed is None else shuffle_order(seed, 1, count)
    seen: list[float] = []
    for x, y, weights in batches(numbered(count), size, order):
        real = weights == 1
        np.testing.assert_array_equal(x[:, 0, 0], y)
        seen += y[real].tolist()
    assert seen == (list(range(count)) if order is None else order.tolist())


@given(counts, st.integers(1, 64))
def test_shapes_never_change_and_fillers_weigh_nothing(count: int, size: int) -> None:
    made = list(batches(numbered(count), size))
    assert len(made) == -(-count // size)
    for x, y, weights in made:
        assert x.shape == (size, 2, 3)
        assert y.shape == weights.shape == (size,)
        assert x.dtype == y.dtype == weights.dtype == np.float32
        assert set(weights.tolist()) <= {0.0, 1.0}
        # Real samples first: a filler never stands before one.
        assert (np.diff(weights) <= 0).all()
    assert sum(weights.sum() for *_, weights in made) == count
    assert all(weights.all() for *_, weights in made[:-1])


def test_tokens_stay_whole_numbers() -> None:
    samples = Samples(np.ones((5, 4), np.int32), np.zeros(5, np.int32))
    assert {x.dtype for x, *_ in batches(samples, 2)} == {np.dtype(np.int32)}


@given(st.integers(1, 100_000), st.integers(1, 500))
def test_even_size_leaves_as_few_fillers_as_any_size_with_as_few_batches(
    count: int, most: int
) -> None:
    size = even_size(count, most)
    pieces = -(-count // most)
    assert 1 <= size <= most
    assert -(-count // size) == pieces
    # One less would need another batch.
    assert size == 1 or -(-count // (size - 1)) > pieces


@pytest.mark.parametrize(("count", "size"), [(25_000, 250), (251, 126), (250, 250), (7, 7)])
def test_even_size_of_known_sets(count: int, size: int) -> None:
    assert even_size(count, 250) == size


@given(st.integers(2, 5000), st.floats(0.001, 0.999))
def test_split_holds_out_the_last_fraction(count: int, fraction: float) -> None:
    rest, held_out = split(numbered(count), fraction)
    assert len(rest) == int(np.floor(count * (1.0 - fraction)))
    assert np.concatenate([rest.y, held_out.y]).tolist() == list(range(count))
    np.testing.assert_array_equal(np.concatenate([rest.x, held_out.x])[:, 0, 0], np.arange(count))


@pytest.mark.parametrize("fraction", [0.2, 0.1, 0.5, 1 / 3, 0.95])
@pytest.mark.parametrize("count", [53, 1437, 25_000])
def test_split_is_that_of_keras(count: int, fraction: float) -> None:
    from keras.src.trainers.data_adapters.array_slicing import train_validation_split

    x = np.arange(count)
    expected = train_validation_split((x, x), fraction)
    found = split(Samples(x, x), fraction)
    for (wanted, _), part in zip(expected, found, strict=True):
        np.testing.assert_array_equal(part.x, np.asarray(wanted))


def test_released_pages_are_read_again(tmp_path: Path) -> None:
    stored = np.random.default_rng(0).normal(size=(1000, 64))
    np.save(tmp_path / "x.npy", stored)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    for part in (mapped, mapped[100:900], mapped[100:900][::2]):
        before = np.array(part)
        release(part)
        np.testing.assert_array_equal(part, before)
    np.testing.assert_array_equal(mapped, stored)


def test_plain_arrays_survive_release() -> None:
    x = np.arange(10.0)
    release(x)
    release(x[2:])
    np.testing.assert_array_equal(x, np.arange(10.0))


def test_batches_of_mapped_arrays_outlive_their_release(tmp_path: Path) -> None:
    stored = np.arange(400, dtype=np.float32).reshape(200, 2)
    np.save(tmp_path / "x.npy", stored)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    # 200 batches: pages are released while the loop is under way.
    made = list(batches(Samples(mapped, np.zeros(200)), 1))
    np.testing.assert_array_equal(np.concatenate([x for x, *_ in made]), stored)


@given(st.integers(0, 2**31 - 1), st.integers(1, 1000), st.integers(1, 300))
def test_shuffle_is_a_permutation_that_seed_and_epoch_decide(
    seed: int, epoch: int, samples: int
) -> None:
    order = shuffle_order(seed, epoch, samples)
    assert sorted(order.tolist()) == list(range(samples))
    np.testing.assert_array_equal(order, shuffle_order(seed, epoch, samples))
    if samples > 30:
        assert not np.array_equal(order, shuffle_order(seed, epoch + 1, samples))
        assert not np.array_equal(order, shuffle_order(seed + 1, epoch, samples))


def test_shuffle_is_pinned() -> None:
    # Stored runs are only comparable as long as these stay.
    assert shuffle_order(0, 1, 8).tolist() == [7, 1, 3, 5, 4, 0, 2, 6]
    assert [derive(0, scope) for scope in SCOPES] == [239305981, 1366436899, 1630899513]


@given(st.integers(0, 2**31 - 1))
def test_streams_of_one_seed_differ(seed: int) -> None:
    derived = [derive(seed, scope) for scope in SCOPES]
    assert len(set(derived)) == len(SCOPES)
    assert all(0 <= value < 2**31 for value in derived)

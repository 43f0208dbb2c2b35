"""Which columns of a sorted batch are computed when."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rnnbench.models.kernels.width_schedule import bounds, choose, cost, leading, padding, sort

TOKENS = arrays(
    np.int32, st.tuples(st.integers(1, 9), st.integers(1, 7)), elements=st.integers(0, 2)
)


@given(TOKENS)
def test_padding_counts_the_zeros_before_the_first_token(tokens: np.ndarray) -> None:
    expected = [next((i for i, token in enumerate(row) if token), len(row)) for row in tokens]
    assert padding(tokens).tolist() == expected
    inner = any(not row[at:].all() for row, at in zip(tokens, expected, strict=True))
    assert leading(tokens) == (not inner)


@given(st.data(), st.integers(1, 12), st.integers(1, 15))
def test_a_loop_ends_before_the_column_that_stands_for_the_rest_does(
    data: st.DataObject, batch: int, timesteps: int
) -> None:
    values = data.draw(st.lists(st.integers(0, timesteps), min_size=batch, max_size=batch))
    paddings = np.sort(np.array(values, np.int32))
    widths = data.draw(st.sets(st.integers(1, batch))) | {batch}
    widths = tuple(sorted(widths))
    starts = bounds(paddings, widths, timesteps)
    assert starts[0] == 0
    assert starts[-1] == timesteps
    assert (np.diff(starts) >= 0).all()
    for width, start, end in zip(widths, starts[:-1], starts[1:], strict=True):
        for t in range(start, end):
            active = int((paddings <= t).sum())
            assert width == batch or active < width
    assert cost(starts, widths, timesteps) <= 1.0


def test_a_batch_is_sorted_by_padding_and_equal_ones_stay_in_order() -> None:
    tokens = np.array([[0, 0, 1], [1, 1, 1], [0, 0, 2], [0, 1, 1]], np.int32)
    order, starts = sort(tokens, (2, 4))
    assert order.tolist() == [1, 3, 0, 2]
    # Two columns do until the second sample's padding ends.
    assert starts.tolist() == [0, 1, 3]
    order, starts = sort(tokens, (4,))
    assert order.tolist() == [0, 1, 2, 3]
    assert starts.tolist() == [0, 3]


def test_a_width_schedule_is_chosen_where_it_pays_and_always_the_same() -> None:
    rng = np.random.default_rng(1)
    mixed = rng.integers(0, 500, 2000)
    assert choose(mixed, 128, 500) == choose(mixed, 128, 500)
    assert len(choose(mixed, 128, 500)) > 1
    assert choose(mixed, 128, 500)[-1] == 128
    assert choose(np.zeros(2000, int), 128, 500) == (128,)


@pytest.mark.parametrize("batch", [1, 2, 3, 5])
def test_small_batches_have_a_width_schedule_too(batch: int) -> None:
    widths = choose(np.full(50, 9), batch, 10)
    assert widths[-1] == batch
    assert list(widths) == sorted(set(widths))

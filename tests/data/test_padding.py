"""Padding against a row-by-row statement of what Keras's pad_sequences does."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnbench.data.contract import Split
from rnnbench.data.padding import Padding, pad, padded

ENDS = st.sampled_from(["pre", "post"])
ROWS = st.lists(st.lists(st.integers(1, 50), max_size=12), min_size=1, max_size=9)


def reference(rows, how: Padding, width: int | None):
    tail = () if width is None else (width,)
    out = np.zeros((len(rows), how.maxlen, *tail))
    for target, row in zip(out, rows, strict=True):
        kept = row[-how.maxlen :] if how.truncating == "pre" else row[: how.maxlen]
        if len(kept):
            place = slice(-len(kept), None) if how.padding == "pre" else slice(len(kept))
            target[place] = kept
    return out


def flat(rows, width: int | None) -> Split:
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    values = np.array([v for row in rows for v in row], np.int64)
    if width is not None:
        values = values.reshape(-1, width)
    return Split(values, offsets, np.zeros(len(rows), np.int32))


@given(ROWS, st.integers(1, 15), ENDS, ENDS)
def test_tokens_are_padded_and_cut_like_pad_sequences(rows, maxlen, padding, truncating):
    how = Padding(maxlen, padding, truncating)
    split = flat(rows, None)
    got = pad(split.values, split.offsets, how, np.int32)
    np.testing.assert_array_equal(got, reference(rows, how, None))
    assert got.dtype == np.int32


@given(ROWS, st.integers(1, 15), ENDS, ENDS)
def test_features_are_padded_with_zero_vectors(rows, maxlen, padding, truncating):
    how = Padding(maxlen, padding, truncating)
    vectors = [[[v, -v, 2 * v] for v in row] for row in rows]
    split = flat(rows, None)
    values = np.array([v for row in vectors for v in row], float).reshape(-1, 3)
    got = pad(values, split.offsets, how, np.float32)
    np.testing.assert_array_equal(got, reference(vectors, how, 3))


@given(ROWS, st.integers(1, 15), st.integers(4, 60), st.integers(1, 40))
@settings(deadline=None)
def test_blocks_and_rare_words_do_not_depend_on_the_block_size(rows, maxlen, num_words, cells):
    from rnnbench.data.padding import padded_blocks

    how = Padding(maxlen, "pre", "post", num_words)
    capped = [[v if v < num_words else 2 for v in row] for row in rows]
    split = flat(rows, None)
    np.testing.assert_array_equal(padded(split, how, np.int32), reference(capped, how, None))
    blocks = list(padded_blocks(split, how, np.int32, cells))
    np.testing.assert_array_equal(np.concatenate(blocks), reference(capped, how, None))

"""``training.buckets``: batches of similar length, computed for as many steps as they have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnbench.data import Arrays, InputSpec, prepare
from rnnbench.data.lengths import words_in
from rnnbench.models.kernels.width_schedule import bounds, choose, cost, padding, sort
from rnnbench.seeds import shuffle_order
from rnnbench.training.batches import Samples
from rnnbench.training.epoch_order import bucketed, epoch_orders
from rnnbench.training.fit import fit
from rnnbench.training.history import Epoch
from rnnbench.training.program import Program
from rnnbench.training.spec import relevant
from tests.stress import stressed

TIME, VOCABULARY = 20, 9


def tokens(real: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return pre-padded samples ``(n, TIME)`` of these lengths."""
    drawn = np.random.default_rng(seed).integers(1, VOCABULARY, (len(real), TIME)).astype(np.int32)
    return np.where(np.arange(TIME) < TIME - np.asarray(real)[:, None], 0, drawn)


@given(
    st.lists(st.integers(0, 30), max_size=120),
    st.integers(2, 20),
    st.integers(1, 25),
    st.integers(0, 2**31 - 1),
)
def test_every_sample_comes_once_and_few_batches_reach_into_a_second_range(
    known: list[int], buckets: int, size: int, seed: int
) -> None:
    count, generator = len(known), np.random.default_rng(seed)
    order = bucketed(generator.permutation(count), np.array(known, int), buckets, size, generator)
    assert sorted(order.tolist()) == list(range(count))

    # Samples of one length belong to any range that has that length.
    edges = [part for part in np.array_split(np.sort(known), buckets) if len(part)]
    batches = [order[start : start + size] for start in range(0, count, size)]
    spreads = [(min(known[i] for i in b), max(known[i] for i in b)) for b in batches]
    within = sum(
        any(part[0] <= low and high <= part[-1] for part in edges) for low, high in spreads
    )
    assert within >= len(batches) - (buckets - 1) - 1  # the cut for the batch that is not full


def test_orders_differ_by_epoch_and_seed_and_repeat(configure: Any) -> None:
    samples = Samples(tokens(np.arange(50) % TIME), np.zeros(50, np.int32))

    def orders(*words: str) -> list[list[int]]:
        of = epoch_orders(samples, configure("+cell=gru", "training.batch_size=8", *words))
        return [of(epoch).tolist() for epoch in (1, 2)]

    first, second = orders("training.buckets=4")
    assert first != second
    assert orders("training.buckets=4") == [first, second]
    assert orders("training.buckets=4", "seed=1")[0] != first
    assert orders()[0] == shuffle_order(0, 1, 50).tolist()


def test_lengths_count_tokens_wherever_the_padding_is() -> None:
    x = np.array([[0, 0, 3], [1, 0, 0], [0, 2, 0], [0, 0, 0], [1, 2, 3]], np.int32)
    assert words_in(x).tolist() == [1, 1, 1, 0, 3]


def test_masked_loops_begin_where_the_first_sample_does() -> None:
    x = tokens(np.array([3, 12, 7, 3]))
    assert sort(x, (4,))[1].tolist() == [0, TIME]
    assert sort(x, (4,), mask=True)[1].tolist() == [8, TIME]
    assert sort(x, (2, 4))[1].tolist() == [0, 13, TIME]
    assert sort(x, (2, 4), mask=True)[1].tolist() == [8, 13, TIME]


def test_a_width_schedule_for_similar_lengths_is_cheaper_and_cheapest_masked() -> None:
    paddings = np.random.default_rng(0).integers(0, 500, 4000)
    ranges = np.array_split(np.sort(paddings), 16)

    def mean_cost(widths: tuple[int, ...], mask: bool = False) -> float:
        drawn = [np.sort(np.random.default_rng(1).choice(part, 128)) for part in ranges]
        starts = [bounds(paddings, widths, 500, mask=mask) for paddings in drawn]
        return float(np.mean([cost(each, widths, 500) for each in starts]))

    similar, mixed = choose(paddings, 128, 500, 16), choose(paddings, 128, 500)
    assert mean_cost(similar) < mean_cost(mixed)
    assert mean_cost(similar, mask=True) < 0.8 * mean_cost(similar)
    for batch in (1, 3, 16, 17):
        widths = choose(paddings, batch, 500, 16)
        assert widths[-1] == batch
        assert list(widths) == sorted(set(widths))


def losses(epoch: Epoch) -> list[float]:
    assert epoch.val_loss is not None
    return [epoch.loss, epoch.val_loss]


@pytest.mark.parametrize(
    ("cell", "depth", "mask"),
    [("gru", 1, "true"), *stressed([("simple_rnn", 2, "true"), ("lstm", 1, "false")])],
)
def test_what_is_left_out_changes_nothing(configure: Any, cell: str, depth: int, mask: str) -> None:
    """An epoch in buckets by the kernels, and by Keras's layers, which compute every step."""
    rng = np.random.default_rng(4)
    x, y = tokens(rng.integers(1, TIME + 1, 70)), rng.integers(0, 2, 70).astype(np.int32)
    arrays = Arrays(x, y, x[:20], y[:20])
    found = []
    for fused in ("true", "false"):
        config = configure(
            f"+cell={cell}",
            f"data.mask={mask}",
            "training.buckets=3",
            "training.batch_size=16",
            "training.epochs=2",
            f"training.fused={fused}",
            f"training.jit_compile={fused}",
            units=6,
            depth=depth,
        )
        spec = InputSpec(TIME, None, VOCABULARY, 2)
        program = Program(config, spec, None, padding(x) if fused == "true" else None)
        assert program.path == ("xla fused" if fused == "true" else "graph")
        fitted = fit(program, arrays, config)
        found.append([losses(fitted.epochs[0]), losses(fitted.epochs[1])])
        if fused == "true":
            again = fit(program, arrays, config)
            assert [losses(epoch) for epoch in again.epochs] == found[0]
    np.testing.assert_allclose(found[0], found[1], rtol=2e-4)


def test_keys_of_runs_without_it_do_not_know_it(configure: Any, tmp_path: Path) -> None:
    config = configure("+cell=gru")
    data = prepare(config.data, tmp_path)
    assert "buckets" not in relevant(config, data)["training"]
    assert "buckets" not in config.model_dump()["training"]
    assert relevant(configure("+cell=gru", "training.buckets=8"), data)["training"]["buckets"] == 8

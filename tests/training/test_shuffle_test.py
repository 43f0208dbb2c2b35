"""The diagnostic of order: what is shuffled, what stays, and what it may not change."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnnbench.config.recorded import parameters
from rnnbench.config.validate import validate
from rnnbench.data import Arrays, InputSpec
from rnnbench.errors import ConfigError
from rnnbench.training.batches import Samples
from rnnbench.training.fit import fit
from rnnbench.training.predictions import answers
from rnnbench.training.program import Program
from rnnbench.training.shuffle_test import shuffle_steps
from rnnbench.training.spec import relevant

rng = np.random.default_rng(0)


def tokens(samples: int = 40, time: int = 12) -> Samples:
    """Tokens from 1 upwards behind padding of any length, also none and nothing but padding."""
    x = rng.integers(1, 50, (samples, time)).astype(np.int32)
    x[np.arange(time) < rng.integers(0, time + 1, (samples, 1))] = 0
    x[0], x[1] = 0, np.arange(1, time + 1)
    return Samples(x, np.arange(samples) % 2)


class TestShuffling:
    @pytest.mark.parametrize("rows", [1, 40, 1000, 2300])
    def test_tokens_of_a_sample_stay_in_it_and_padding_in_place(self, rows: int) -> None:
        before = tokens(max(rows, 2))
        before = Samples(before.x[:rows], before.y[:rows])
        after = shuffle_steps(before, seed=3)
        np.testing.assert_array_equal(after.x == 0, before.x == 0)
        np.testing.assert_array_equal(np.sort(after.x, axis=1), np.sort(before.x, axis=1))
        np.testing.assert_array_equal(after.y, before.y)
        assert after.x.dtype == before.x.dtype
        if rows > 1:
            assert not np.array_equal(after.x, before.x)

    def test_padding_behind_the_tokens_stays_there(self) -> None:
        before = tokens()
        behind = Samples(before.x[:, ::-1].copy(), before.y)
        after = shuffle_steps(behind, seed=0)
        np.testing.assert_array_equal(after.x == 0, behind.x == 0)

    def test_features_move_as_whole_steps(self) -> None:
        x = rng.normal(size=(20, 6, 3)).astype(np.float32)
        x[:, :2] = 0.0
        x[:, 3, 1] = 0.0
        after = shuffle_steps(Samples(x, np.zeros(20)), seed=1).x
        np.testing.assert_array_equal(after[:, :2], 0.0)
        for moved, kept in zip(after, x, strict=True):
            steps = sorted(map(tuple, moved.tolist()))
            assert steps == sorted(map(tuple, kept.tolist()))
        assert not np.array_equal(after, x)

    def test_follows_the_seed(self) -> None:
        samples = tokens()
        one, same, other = (shuffle_steps(samples, seed).x for seed in (1, 1, 2))
        np.testing.assert_array_equal(one, same)
        assert not np.array_equal(one, other)

    def test_every_order_is_equally_likely(self) -> None:
        x = np.tile(np.array([0, 1, 2, 3], np.int32), (6000, 1))
        shuffled = shuffle_steps(Samples(x, np.zeros(6000)), seed=0).x
        _, counts = np.unique(shuffled, axis=0, return_counts=True)
        assert len(counts) == 6
        assert abs(counts - 1000).max() < 150  # five standard deviations

    def test_reads_memory_mapped_arrays(self, tmp_path: Any) -> None:
        before = tokens()
        np.save(tmp_path / "x.npy", before.x)
        mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
        after = shuffle_steps(Samples(mapped, before.y), seed=3)
        np.testing.assert_array_equal(after.x, shuffle_steps(before, seed=3).x)


def changed(config: Any, *, order: bool = True, **training: Any) -> Any:
    """Return a configuration with the diagnostic and other training."""
    values = {"epochs": 2, "batch_size": 16, "jit_compile": False} | training
    return config.model_copy(
        update={
            "diagnostics": config.diagnostics.model_copy(update={"order": order}),
            "training": config.training.model_copy(update=values),
        }
    )


@pytest.fixture(scope="module")
def arrays() -> Arrays:
    train, test = tokens(64), tokens(50)

    # The first token that is no padding decides: only its place tells it from the others.
    def label(x: np.ndarray) -> np.ndarray:
        return np.array([row[row != 0][:1].sum() % 2 for row in x], np.int32)

    return Arrays(train.x, label(train.x), test.x, label(test.x))


@pytest.fixture(scope="module")
def small(configure: Any) -> Any:
    return configure("+cell=gru", "model.embedding.dim=4", "optimizer.learning_rate=0.02", units=4)


@pytest.fixture(scope="module")
def program(small: Any) -> Program:
    return Program(changed(small), InputSpec(12, None, 50, 2))


def test_accuracy_on_shuffled_samples_is_that_of_the_weights_tested(
    program: Program, arrays: Arrays, small: Any
) -> None:
    for test in ("last", "best"):
        config = changed(small, test=test, epochs=20)
        config = config.model_copy(
            update={"tracking": config.tracking.model_copy(update={"save_model": test})}
        )
        fitted = fit(program, arrays, config)
        assert fitted.weights is not None
        program.set_weights(fitted.weights)
        shuffled = shuffle_steps(Samples(arrays.x_test, arrays.y_test), config.seed)
        found: list[np.ndarray] = []
        accuracy = program.evaluate(shuffled, found).accuracy
        assert fitted.metrics["test_accuracy_shuffled"] == accuracy
        assert fitted.predictions is not None
        changed_ = (fitted.predictions > 0.5) != (found[0] > 0.5)
        assert fitted.metrics["order_changed"] == changed_.mean()
        assert test == "best" or changed_.any()
        assert fitted.metrics["order_drop"] == pytest.approx(
            fitted.metrics["test_accuracy"] - fitted.metrics["test_accuracy_shuffled"]
        )


def test_answers_are_classes() -> None:
    assert answers(np.array([[0.2], [0.5], [0.51]]))[0].tolist() == [0, 0, 1]
    assert answers(np.array([[0.2, 0.5, 0.3], [0.6, 0.4, 0.0]]))[0].tolist() == [1, 0]


@pytest.mark.parametrize("training", [{}, {"validation": "test"}, {"validation": "none"}])
def test_the_diagnostic_changes_nothing_else(
    program: Program, arrays: Arrays, small: Any, training: dict[str, Any]
) -> None:
    plain = fit(program, arrays, changed(small, order=False, **training))
    measured = fit(program, arrays, changed(small, **training))
    added = {"test_accuracy_shuffled", "order_drop", "order_changed"}
    assert set(measured.metrics) - set(plain.metrics) == added
    for name in set(plain.metrics):
        if not name.endswith("seconds") and name != "seconds_per_epoch":
            assert plain.metrics[name] == measured.metrics[name]
    np.testing.assert_array_equal(plain.predictions, measured.predictions)


def test_without_a_test_set_nothing_is_measured(
    program: Program, arrays: Arrays, small: Any
) -> None:
    assert "order_drop" not in fit(program, arrays, changed(small, test="none")).metrics


def test_the_diagnostic_is_no_part_of_what_a_run_is(small: Any) -> None:
    class Data:
        digest = "0"
        spec = InputSpec(12, None, 50, 2)
        vectors = None

    assert relevant(changed(small), Data()) == relevant(changed(small, order=False), Data())  # type: ignore[arg-type]
    assert not any(key.startswith("diagnostics") for key in parameters(changed(small)))


def test_the_diagnostic_wants_a_test_set(small: Any) -> None:
    with pytest.raises(ConfigError, match=r"training\.test=last") as caught:
        validate(changed(small, test="none").model_dump())
    assert caught.value.key == "diagnostics.order"

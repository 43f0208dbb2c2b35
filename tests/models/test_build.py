"""What a built model computes: probabilities, masks, dropout and seeds."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from rnnbench.config.schema import Config
from rnnbench.data import InputSpec
from rnnbench.models.build import build
from rnnbench.models.cells import CELLS

TIME, VOCABULARY, FEATURES = 6, 12, 3
HEADS = ("last", "flatten", "mean", "max")
STACK = {"depth": 2, "bidirectional": True}


def tokens(classes: int = 2, time: int = TIME) -> InputSpec:
    return InputSpec(time, None, VOCABULARY, classes)


def features(classes: int = 10, time: int = TIME) -> InputSpec:
    return InputSpec(time, FEATURES, None, classes)


def sample_tokens(samples: int = 8, time: int = TIME) -> np.ndarray:
    """Return tokens without padding."""
    return np.random.default_rng(1).integers(1, VOCABULARY, (samples, time)).astype(np.int32)


def sample_features(samples: int = 8, time: int = TIME) -> np.ndarray:
    return np.random.default_rng(2).normal(size=(samples, time, FEATURES)).astype(np.float32)


def masked(config: Config, mask: bool = True) -> Config:
    return config.model_copy(update={"data": config.data.model_copy(update={"mask": mask})})


def lively(model: Any) -> Any:
    """Replace the weights by larger ones, so that outputs differ clearly from 0.5."""
    rng = np.random.default_rng(3)
    model.set_weights([rng.normal(scale=0.7, size=w.shape) for w in model.get_weights()])
    return model


def predict(model: Any, x: np.ndarray, training: bool = False) -> np.ndarray:
    return np.asarray(model(x, training=training))


@pytest.fixture
def small(configure: Any) -> Any:
    """Configure a small model of a cell."""

    def small(cell: str = "gru", **model: Any) -> Config:
        config: Config = configure(f"+cell={cell}", "model.embedding.dim=4", units=5, **model)
        return config

    return small


class TestOutput:
    @pytest.mark.parametrize("head", HEADS)
    def test_two_classes_give_one_probability(self, small: Any, head: str) -> None:
        output = predict(lively(build(small(head=head), tokens(), 0)), sample_tokens())
        assert output.shape == (8, 1)
        assert ((output > 0) & (output < 1)).all()
        assert output.std() > 0.01

    @pytest.mark.parametrize("head", HEADS)
    def test_ten_classes_give_probabilities_that_sum_to_one(self, small: Any, head: str) -> None:
        output = predict(lively(build(small(head=head), features(), 0)), sample_features())
        assert output.shape == (8, 10)
        assert (output > 0).all()
        np.testing.assert_allclose(output.sum(axis=1), 1.0, atol=1e-5)

    def test_last_head_sees_the_last_state_and_flatten_mean_max_every_state(
        self, small: Any
    ) -> None:
        x = sample_features()
        states = predict(lively(build(small(head="none"), features(), 0)), x)
        assert states.shape == (8, TIME, 5)
        reduced = {
            "last": states[:, -1],
            "flatten": states.reshape(8, -1),
            "mean": states.mean(axis=1),
            "max": states.max(axis=1),
        }
        for head, expected in reduced.items():
            model = lively(build(small(head=head), features(2), 0))
            kernel, bias = model.get_layer("dense").get_weights()
            logits = expected @ kernel + bias
            np.testing.assert_allclose(predict(model, x), 1 / (1 + np.exp(-logits)), atol=1e-5)

    def test_both_directions_are_read(self, small: Any) -> None:
        x = sample_features(1)
        model = lively(build(small(bidirectional=True, head="none"), features(), 0))
        changed = x.copy()
        changed[0, -1] += 1.0
        moved = np.abs(predict(model, changed) - predict(model, x))[0]
        # Only the backward half of the first state can know of the last input.
        assert moved[0, :5].max() == 0
        assert moved[0, 5:].min() > 0


class TestMask:
    @pytest.mark.parametrize("head", ["last", "mean"])
    @pytest.mark.parametrize("cell", CELLS)
    def test_changes_nothing_where_there_is_no_padding(
        self, small: Any, cell: str, head: str
    ) -> None:
        config = small(cell, head=head)
        for spec, x in ((tokens(), sample_tokens()), (features(), sample_features())):
            plain = predict(lively(build(masked(config, False), spec, 0)), x)
            np.testing.assert_allclose(
                predict(lively(build(masked(config), spec, 0)), x), plain, atol=1e-6
            )

    @pytest.mark.parametrize(("head", "side"), [("last", "pre"), ("mean", "post")])
    @pytest.mark.parametrize(("cell", "stack"), [*((cell, {}) for cell in CELLS), ("gru", STACK)])
    def test_padding_does_not_count(
        self, small: Any, cell: str, head: str, side: str, stack: dict[str, Any]
    ) -> None:
        config = masked(small(cell, head=head, **stack))
        wide = (3, 0) if side == "pre" else (0, 3)
        x = sample_tokens()
        short = predict(lively(build(config, tokens(), 0)), x)
        padded = np.pad(x, ((0, 0), wide))
        long = lively(build(config, tokens(time=TIME + 3), 0))
        np.testing.assert_allclose(predict(long, padded), short, atol=1e-5)
        unmasked = lively(build(masked(config, False), tokens(time=TIME + 3), 0))
        assert np.abs(predict(unmasked, padded) - short).max() > 1e-3

    def test_steps_of_zero_features_do_not_count(self, small: Any) -> None:
        config = masked(small())
        x = sample_features()
        short = predict(lively(build(config, features(), 0)), x)
        long = lively(build(config, features(time=TIME + 2), 0))
        padded = np.pad(x, ((0, 0), (2, 0), (0, 0)))
        np.testing.assert_allclose(predict(long, padded), short, atol=1e-5)

    def test_a_sample_of_nothing_but_padding_has_an_answer(self, small: Any) -> None:
        model = build(masked(small(head="last")), tokens(), 0)
        assert np.isfinite(predict(model, np.zeros((2, TIME), np.int32))).all()


class TestDropout:
    @pytest.mark.parametrize("key", ["dropout", "recurrent_dropout", "head_dropout"])
    @pytest.mark.parametrize("cell", CELLS)
    def test_acts_in_training_only(self, small: Any, cell: str, key: str) -> None:
        x = sample_features()
        model = lively(build(small(cell, **{key: 0.5}), features(), 0))
        plain = lively(build(small(cell), features(), 0))
        np.testing.assert_allclose(predict(model, x), predict(plain, x), atol=1e-6)
        assert np.abs(predict(model, x, training=True) - predict(plain, x)).max() > 1e-3

    def test_of_zero_leaves_training_as_it_is(self, small: Any) -> None:
        model = lively(build(small(), features(), 0))
        x = sample_features()
        np.testing.assert_array_equal(predict(model, x, training=True), predict(model, x))

    def test_masks_follow_from_the_seed(self, small: Any) -> None:
        config = small(dropout=0.5, recurrent_dropout=0.5, head_dropout=0.5)
        x = sample_features()
        one, same, other = (
            predict(lively(build(config, features(), seed)), x, training=True) for seed in (4, 4, 5)
        )
        np.testing.assert_array_equal(one, same)
        assert not np.allclose(one, other)


class TestSeed:
    @pytest.mark.parametrize("bidirectional", [False, True])
    @pytest.mark.parametrize("cell", CELLS)
    def test_decides_every_random_weight(self, small: Any, cell: str, bidirectional: bool) -> None:
        config = small(cell, depth=2, bidirectional=bidirectional)
        one, same, other = (build(config, tokens(), seed).get_weights() for seed in (0, 0, 1))
        for a, b, c in zip(one, same, other, strict=True):
            np.testing.assert_array_equal(a, b)
            if np.unique(a).size > 2:  # biases start at zeros and ones
                assert not np.allclose(a, c)

    def test_cells_of_one_seed_share_embedding_and_head(self, small: Any) -> None:
        models = [build(small(cell, depth=2), tokens(), 3) for cell in CELLS]
        for layer in ("embedding", "dense"):
            for one, other in pairwise(model.get_layer(layer).get_weights() for model in models):
                for a, b in zip(one, other, strict=True):
                    np.testing.assert_array_equal(a, b)

    def test_no_two_layers_or_directions_start_alike(self, small: Any) -> None:
        model = build(small(depth=3, bidirectional=True), features(), 0)
        second, third = (model.get_layer(f"bidirectional_gru_{n}") for n in (2, 3))
        kernels = [
            part.get_weights()[0]
            for layer in (second, third)
            for part in (layer.forward_layer, layer.backward_layer)
        ]
        for i, kernel in enumerate(kernels):
            for other in kernels[i + 1 :]:
                assert kernel.shape == other.shape
                assert not np.allclose(kernel, other)

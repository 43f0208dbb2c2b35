"""Models without recurrence: what they see, what they learn, and that order is nothing to them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from rnnbench.baselines import BASELINES, Baseline, FittedBaseline, get_baseline
from rnnbench.baselines.bags import count_tokens, mean_features, presence
from rnnbench.baselines.classifiers import STRENGTHS
from rnnbench.baselines.content import configured as configured_for
from rnnbench.config.schema import Config
from rnnbench.data import Arrays, InputSpec
from rnnbench.errors import ConfigError, Divergence, RunFailure
from rnnbench.models.build import build
from rnnbench.training.batches import Samples
from rnnbench.training.fit import Fitted, fit
from rnnbench.training.fit_once import fit_once
from rnnbench.training.parts import parts
from rnnbench.training.program import Program
from rnnbench.training.shuffle_test import shuffle_steps

SPEC = InputSpec(10, None, 30, 3)
X = np.array([[0, 0, 5, 3, 5], [0, 0, 0, 0, 0], [1, 2, 3, 4, 5]], np.int32)


def problem(samples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Samples whose class is the most frequent of the tokens 10, 11 and 12."""
    rng = np.random.default_rng(seed)
    x = rng.integers(1, 30, (samples, 10)).astype(np.int32)
    y = rng.integers(0, 3, samples).astype(np.int32)
    x[(x >= 10) & (x <= 12)] = 20
    x[np.arange(samples), rng.integers(3, 10, samples)] = 10 + y
    x[:, :2] = 0
    return x, y


@pytest.fixture(scope="module")
def arrays() -> Arrays:
    return Arrays(*problem(300, 0), *problem(100, 1))


@pytest.fixture
def configured(configure: Any) -> Any:
    def configured(optimizer: str = "adam", **training: Any) -> Any:
        words = (f"optimizer={optimizer}", "optimizer.learning_rate=0.05", "model.embedding.dim=8")
        words += ("training.jit_compile=false",)
        config = configure("+cell=gru", *words)
        values = {"epochs": 8, "batch_size": 16} | training
        return config.model_copy(update={"training": config.training.model_copy(update=values)})

    return configured


def train(name: str, arrays: Arrays, config: Config, vectors: np.ndarray | None = None) -> Fitted:
    """Train a baseline as a worker does."""
    baseline = get_baseline(name)
    config = configured_for(baseline, config, config.seed)
    if baseline.fit is not None:
        return fit_once(baseline, arrays, SPEC, config)
    return fit(Program(config, SPEC, vectors), arrays, config)


class TestBags:
    def test_tokens_are_counted_and_padding_is_not(self) -> None:
        counts = count_tokens(X, 6).toarray()
        expected = [[0, 0, 0, 1, 0, 2], [0] * 6, [0, 1, 1, 1, 1, 1]]
        np.testing.assert_array_equal(counts, expected)

    def test_presence_is_one_however_often(self) -> None:
        seen = presence(X, InputSpec(5, None, 6, 2)).toarray()
        np.testing.assert_array_equal(seen[0], [0, 0, 0, 1, 0, 1])

    def test_many_samples_are_as_each_alone(self) -> None:
        x, _ = problem(4100, 2)
        whole = count_tokens(x, 30)
        assert whole.shape == (4100, 30)
        for row in (0, 1999, 2000, 4099):
            alone = np.bincount(x[row][x[row] != 0], minlength=30)
            np.testing.assert_array_equal(whole[[row]].toarray()[0], alone)

    def test_features_are_averaged_over_steps_that_are_no_padding(self) -> None:
        x = np.zeros((2, 4, 2), np.float32)
        x[0, 2], x[0, 3] = (1, 2), (3, 0)
        np.testing.assert_allclose(mean_features(x), [[2, 1], [0, 0]])


OF_CLASSES = [name for name, one in BASELINES.items() if "classification" in one.predicts]


@pytest.mark.parametrize("name", OF_CLASSES)
class TestBaseline:
    def test_learns_what_no_order_tells(self, name: str, arrays: Arrays, configured: Any) -> None:
        config = configured()
        result = train(name, arrays, config)
        learned = name != "majority_class"
        assert (result.metrics["test_accuracy"] > 0.95) is learned
        assert (result.metrics["best_val_accuracy"] > 0.95) is learned
        assert result.predictions is not None
        assert result.predictions.shape == (100, 3)

    def test_same_seed_gives_the_same(self, name: str, arrays: Arrays, configured: Any) -> None:
        config = configured(epochs=1)
        one, same = (train(name, arrays, config) for _ in range(2))
        assert one.metrics["test_loss"] == same.metrics["test_loss"]
        other = config.model_copy(update={"seed": 5})
        changed = train(name, arrays, other)
        depends = one.metrics["test_loss"] != changed.metrics["test_loss"]
        assert depends == BASELINES[name].has_seed

    def test_shuffled_samples_are_the_same_samples(
        self, name: str, arrays: Arrays, configured: Any
    ) -> None:
        config = configured(epochs=1)
        shuffled = shuffle_steps(Samples(arrays.x_test, arrays.y_test), 0)
        mixed = arrays._replace(x_test=shuffled.x)
        plain, same = (train(name, a, config) for a in (arrays, mixed))
        assert plain.metrics["test_accuracy"] == same.metrics["test_accuracy"]

    def test_validation_and_test_are_as_configured(
        self, name: str, arrays: Arrays, configured: Any
    ) -> None:
        config = configured(epochs=1, validation="none", test="none")
        result = train(name, arrays, config)
        assert not {"best_val_accuracy", "test_accuracy"} & set(result.metrics)
        config = configured(epochs=1, validation="test")
        result = train(name, arrays, config)
        assert result.metrics["best_val_accuracy"] == result.metrics["test_accuracy"]

    def test_is_found_by_its_name(self, name: str) -> None:
        assert get_baseline(name).name == name


def test_an_unknown_baseline_is_refused_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean bag_of_words") as caught:
        get_baseline("bag_of_word")
    assert caught.value.key == "baseline"


def test_the_penalty_is_the_one_of_the_best_validation(arrays: Arrays, configured: Any) -> None:
    config = configured()
    noise = np.random.default_rng(5).integers(0, 3, len(arrays.y_train)).astype(np.int32)
    noisy = np.where(np.arange(len(noise)) % 3 == 0, noise, arrays.y_train)
    data = parts(arrays._replace(y_train=noisy), config)
    chosen = train("bag_of_words", arrays._replace(y_train=noisy), config).metrics
    assert chosen["parameters_total"] == 3 * 31
    assert data.validation is not None
    x, held_out = (presence(part.x, SPEC) for part in (data.training, data.validation))
    reached = {
        strength: LogisticRegression(C=strength, max_iter=1000)
        .fit(x, data.training.y)
        .score(held_out, data.validation.y)
        for strength in STRENGTHS
    }
    assert chosen["best_val_accuracy"] == pytest.approx(max(reached.values()))
    assert reached[chosen["inverse_penalty"]] == max(reached.values()) > min(reached.values())
    for validation in ("none", "test"):
        config = configured(validation=validation)
        assert train("bag_of_words", arrays, config).metrics["inverse_penalty"] == 1.0


@pytest.mark.parametrize("known", [[0, 2], [1]])
def test_a_class_that_the_training_part_lacks_is_never_right(
    arrays: Arrays, configured: Any, known: list[int]
) -> None:
    """As for the cells, which have an output for it."""
    kept = np.isin(arrays.y_train, known)
    few = arrays._replace(x_train=arrays.x_train[kept], y_train=arrays.y_train[kept])
    config = configured()
    metrics = train("bag_of_words", few, config).metrics
    share = np.isin(arrays.y_test, known).mean()
    assert 0.9 * share < metrics["test_accuracy"] <= share
    assert np.isfinite(metrics["test_loss"])


class TestMeanEmbedding:
    def test_is_a_softmax_of_the_mean_over_the_tokens(self, configured: Any) -> None:
        """A sample of padding alone has a mean of zeros, not of no number."""
        config = configured_for(BASELINES["mean_embedding"], configured(), 0)
        model = build(config, InputSpec(5, None, 30, 3), 0)
        embedding, head, _ = model.get_weights()
        means = [embedding[row[row != 0]].sum(axis=0) / max(1, (row != 0).sum()) for row in X]
        logits = np.array(means) @ head
        expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        np.testing.assert_allclose(np.asarray(model(X)), expected, atol=1e-6)

    @pytest.mark.parametrize(
        ("optimizer", "clipnorm", "classes", "numbers"),
        [
            ("adam", None, 3, (0.0118841, 0.0116966, 0.0143953)),
            ("rmsprop", 0.5, 3, (0.0140714, 0.0102571, 0.0105258)),
            ("sgd", 0.1, 2, (0.6449824, 0.6840724, 0.6485584)),
        ],
    )
    def test_has_the_numbers_of_the_runs_that_are_stored(
        self,
        arrays: Arrays,
        configured: Any,
        optimizer: str,
        clipnorm: float | None,
        classes: int,
        numbers: tuple[float, ...],
    ) -> None:
        """They were computed by an implementation in NumPy, which this one took the place of."""
        config = configured(optimizer, epochs=4)
        clipped = config.optimizer.model_copy(update={"clipnorm": clipnorm})
        config = config.model_copy(update={"optimizer": clipped})
        config = configured_for(BASELINES["mean_embedding"], config, 0)
        y_train, y_test = (np.minimum(y, classes - 1) for y in (arrays.y_train, arrays.y_test))
        data = arrays._replace(y_train=y_train, y_test=y_test)
        metrics = fit(Program(config, replace(SPEC, classes=classes)), data, config).metrics
        found = [metrics[name] for name in ("final_loss", "final_val_loss", "test_loss")]
        assert found == pytest.approx(numbers, rel=1e-4)

    def test_best_weights_are_tested_where_asked_for(self, arrays: Arrays, configured: Any) -> None:
        config = configured(test="best", validation="test", epochs=6)
        metrics = train("mean_embedding", arrays, config).metrics
        assert metrics["test_accuracy"] == metrics["best_val_accuracy"]

    @pytest.mark.parametrize("trainable", [True, False])
    def test_starts_from_word_vectors(
        self, arrays: Arrays, configured: Any, trainable: bool
    ) -> None:
        config = configured(epochs=2)
        embedding = config.model.embedding.model_copy(
            update={"kind": "vectors", "trainable": trainable, "dim": 5}
        )
        config = config.model_copy(
            update={"model": config.model.model_copy(update={"embedding": embedding})}
        )
        vectors = np.random.default_rng(0).normal(size=(30, 5)).astype(np.float32)
        config = configured_for(BASELINES["mean_embedding"], config, 0)
        program = Program(config, SPEC, vectors)
        np.testing.assert_array_equal(program.weights()[0], vectors)
        fit(program, arrays, config)
        assert np.array_equal(program.weights()[0], vectors) is not trainable
        head = 5 * 3 + 3
        trained = sum(np.prod(weight.shape) for weight in program.model.trainable_weights)
        assert trained == head + (30 * 5 if trainable else 0)

    def test_takes_its_batches_from_buckets_where_the_cells_do(
        self, arrays: Arrays, configured: Any
    ) -> None:
        arrays = arrays._replace(x_train=arrays.x_train.copy())
        arrays.x_train[::2, :6] = 0
        losses = {
            buckets: train("mean_embedding", arrays, config).metrics["final_loss"]
            for buckets in (None, 4)
            if (config := configured(epochs=2, buckets=buckets))
        }
        assert losses[None] != losses[4]

    def test_stops_early(self, arrays: Arrays, configured: Any) -> None:
        config = configured(epochs=60)
        stopping = config.training.early_stopping.model_copy(
            update={"patience": 1, "monitor": "val_accuracy"}
        )
        training = config.training.model_copy(update={"early_stopping": stopping})
        config = config.model_copy(update={"training": training})
        result = train("mean_embedding", arrays, config)
        assert len(result.epochs) < 60
        assert result.metrics["epochs_trained"] == len(result.epochs)

    def test_a_loss_that_is_no_number_ends_it(self, arrays: Arrays, configured: Any) -> None:
        config = configured("sgd")
        wild = config.optimizer.model_copy(update={"learning_rate": 1e30})
        config = config.model_copy(update={"optimizer": wild})
        with np.errstate(all="ignore"), pytest.raises(Divergence, match="training loss is nan"):
            train("mean_embedding", arrays, config)


@pytest.mark.parametrize(
    ("answers", "part"),
    [(np.ones((9, 3)), r"an array \(9, 3\)"), (np.full((240, 3), np.nan), "all of them finite")],
)
def test_probabilities_that_are_none_end_a_run(
    arrays: Arrays, configured: Any, answers: np.ndarray, part: str
) -> None:
    own = Baseline("own", "own", "", fit=lambda *_: FittedBaseline(lambda _: answers))
    with pytest.raises(RunFailure, match=part):
        fit_once(own, arrays, SPEC, configured())


def test_what_is_fitted_at_once_has_the_metrics_of_a_cell_but_those_of_epochs(
    arrays: Arrays, configured: Any
) -> None:
    names = ("bag_of_words", "mean_embedding")
    once, cell = (train(name, arrays, configured(epochs=1)).metrics for name in names)
    missing = {"epochs_trained", "best_epoch", "seconds_per_epoch", "val_loss_rise"}
    missing |= {"compile_seconds", "validation_seconds", "test_accuracy_best", "test_loss_best"}
    assert set(cell) - set(once) == missing
    assert set(once) - set(cell) == {"inverse_penalty", "parameters_total"}


def test_the_most_frequent_class_is_named_always(configured: Any) -> None:
    x, y = np.ones((10, 4), np.int32), np.array([2, 2, 0, 2, 1, 2, 2, 0, 2, 2], np.int32)
    test = np.array([2, 2, 1, 0], np.int32)
    data = Arrays(x, y, x[:4], test)
    config = configured(validation="none")
    result = train("majority_class", data, config)
    shares = np.array([0.2, 0.1, 0.7], np.float32)
    assert result.predictions is not None
    np.testing.assert_allclose(result.predictions, np.tile(shares, (4, 1)))
    assert result.metrics["test_accuracy"] == 0.5
    assert result.metrics["test_loss"] == pytest.approx(-np.log(shares[test]).mean(), rel=1e-6)

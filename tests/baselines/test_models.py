"""Models without recurrence: what they see, what they learn, and that order is nothing to them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from rnnbench.baselines import BASELINES, get_baseline
from rnnbench.baselines.bag_of_words import STRENGTHS
from rnnbench.baselines.bags import count_tokens, mean_features, presence, shares
from rnnbench.baselines.mean_embedding import MeanEmbedding
from rnnbench.baselines.optimizers import Optimizer
from rnnbench.baselines.result import measure
from rnnbench.config.schema import OptimizerConfig
from rnnbench.data import Arrays, InputSpec
from rnnbench.errors import ConfigError, Divergence
from rnnbench.training.batches import Samples
from rnnbench.training.parts import parts
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
        config = configure("+cell=gru", *words)
        values = {"epochs": 8, "batch_size": 16} | training
        return config.model_copy(update={"training": config.training.model_copy(update=values)})

    return configured


class TestBags:
    def test_tokens_are_counted_and_padding_is_not(self) -> None:
        counts = count_tokens(X, 6).toarray()
        expected = [[0, 0, 0, 1, 0, 2], [0] * 6, [0, 1, 1, 1, 1, 1]]
        np.testing.assert_array_equal(counts, expected)

    def test_presence_is_one_however_often(self) -> None:
        seen = presence(X, InputSpec(5, None, 6, 2)).toarray()
        np.testing.assert_array_equal(seen[0], [0, 0, 0, 1, 0, 1])

    def test_shares_sum_to_one_where_there_is_a_token(self) -> None:
        sums = np.asarray(shares(X, 6).sum(axis=1)).ravel()
        np.testing.assert_allclose(sums, [1, 0, 1], rtol=1e-6)

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


@pytest.mark.parametrize("name", BASELINES)
class TestBaseline:
    def test_learns_what_no_order_tells(self, name: str, arrays: Arrays, configured: Any) -> None:
        config = configured()
        result = BASELINES[name].fit(parts(arrays, config), SPEC, config)
        assert result.metrics["test_accuracy"] > 0.95
        assert result.metrics["best_val_accuracy"] > 0.95
        assert result.metrics["parameters_total"] > 0

    def test_same_seed_gives_the_same(self, name: str, arrays: Arrays, configured: Any) -> None:
        config = configured(epochs=1)
        one, same = (BASELINES[name].fit(parts(arrays, config), SPEC, config) for _ in range(2))
        assert one.metrics["test_loss"] == same.metrics["test_loss"]
        other = config.model_copy(update={"seed": 5})
        changed = BASELINES[name].fit(parts(arrays, other), SPEC, other)
        depends = one.metrics["test_loss"] != changed.metrics["test_loss"]
        assert depends == BASELINES[name].has_seed

    def test_shuffled_samples_are_the_same_samples(
        self, name: str, arrays: Arrays, configured: Any
    ) -> None:
        config = configured(epochs=1)
        shuffled = shuffle_steps(Samples(arrays.x_test, arrays.y_test), 0)
        mixed = arrays._replace(x_test=shuffled.x)
        plain, same = (BASELINES[name].fit(parts(a, config), SPEC, config) for a in (arrays, mixed))
        assert plain.metrics["test_accuracy"] == same.metrics["test_accuracy"]

    def test_validation_and_test_are_as_configured(
        self, name: str, arrays: Arrays, configured: Any
    ) -> None:
        config = configured(epochs=1, validation="none", test="none")
        result = BASELINES[name].fit(parts(arrays, config), SPEC, config)
        assert not {"best_val_accuracy", "test_accuracy"} & set(result.metrics)
        config = configured(epochs=1, validation="test")
        result = BASELINES[name].fit(parts(arrays, config), SPEC, config)
        assert result.metrics["best_val_accuracy"] == result.metrics["test_accuracy"]

    def test_is_found_by_its_name(self, name: str) -> None:
        assert get_baseline(name).name == name


def test_an_unknown_baseline_is_refused_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean bag_of_words") as caught:
        get_baseline("bag_of_word")
    assert caught.value.key == "baseline"


def test_the_penalty_is_the_one_of_the_best_validation(arrays: Arrays, configured: Any) -> None:
    fit = BASELINES["bag_of_words"].fit
    config = configured()
    noise = np.random.default_rng(5).integers(0, 3, len(arrays.y_train)).astype(np.int32)
    noisy = np.where(np.arange(len(noise)) % 3 == 0, noise, arrays.y_train)
    data = parts(arrays._replace(y_train=noisy), config)
    chosen = fit(data, SPEC, config).metrics
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
        assert fit(parts(arrays, config), SPEC, config).metrics["inverse_penalty"] == 1.0


@pytest.mark.parametrize("known", [[0, 2], [1]])
def test_a_class_that_the_training_part_lacks_is_never_right(
    arrays: Arrays, configured: Any, known: list[int]
) -> None:
    """As for the cells, which have an output for it."""
    kept = np.isin(arrays.y_train, known)
    few = arrays._replace(x_train=arrays.x_train[kept], y_train=arrays.y_train[kept])
    config = configured()
    metrics = BASELINES["bag_of_words"].fit(parts(few, config), SPEC, config).metrics
    share = np.isin(arrays.y_test, known).mean()
    assert 0.9 * share < metrics["test_accuracy"] <= share
    assert np.isfinite(metrics["test_loss"])


class TestMeanEmbedding:
    @pytest.mark.parametrize("classes", [2, 3])
    def test_gradients_are_what_finite_differences_say(self, classes: int, configured: Any) -> None:
        config = configured()
        model = MeanEmbedding(6, classes, config)
        model.variables[:] = [variable.astype(np.float64) for variable in model.variables]
        bags, y = shares(X, 6).astype(np.float64), np.array([0, 1, 1])
        _, gradients = model.gradients(bags, y)
        for variable, gradient in zip(model.variables, gradients, strict=True):
            for index in np.ndindex(variable.shape):
                kept, losses = variable[index], []
                for step in (1e-6, -1e-6):
                    variable[index] = kept + step
                    losses.append(measure(model.probabilities(bags), y)[0])
                variable[index] = kept
                slope = (losses[0] - losses[1]) / 2e-6
                assert gradient[index] == pytest.approx(slope, rel=1e-4, abs=1e-8)

    def test_is_the_model_of_keras_without_its_recurrent_layers(self, configured: Any) -> None:
        import keras

        config = configured()
        model = MeanEmbedding(30, 3, config)
        twin = keras.Sequential(
            [
                keras.Input((10,), dtype="int32"),
                keras.layers.Embedding(30, 8, mask_zero=True),
                keras.layers.GlobalAveragePooling1D(),
                keras.layers.Dense(3, activation="softmax"),
            ]
        )
        twin.set_weights(model.variables)
        x, _ = problem(20, 3)
        expected = np.asarray(twin(x))
        np.testing.assert_allclose(model.probabilities(shares(x, 30)), expected, atol=1e-6)

    def test_best_weights_are_tested_where_asked_for(self, arrays: Arrays, configured: Any) -> None:
        fit = BASELINES["mean_embedding"].fit
        config = configured(test="best", validation="test", epochs=6)
        metrics = fit(parts(arrays, config), SPEC, config).metrics
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
        model = MeanEmbedding(30, 3, config, vectors)
        x, y = problem(40, 0)
        model.train(shares(x, 30), y, np.arange(40), 8)
        assert np.array_equal(model.variables[0], vectors) is not trainable
        found = BASELINES["mean_embedding"].fit(parts(arrays, config), SPEC, config, vectors)
        head = 5 * 3 + 3
        assert found.metrics["parameters_total"] == head + (30 * 5 if trainable else 0)

    def test_takes_its_batches_from_buckets_where_the_cells_do(
        self, arrays: Arrays, configured: Any
    ) -> None:
        arrays = arrays._replace(x_train=arrays.x_train.copy())
        arrays.x_train[::2, :6] = 0
        fit = BASELINES["mean_embedding"].fit
        losses = {
            buckets: fit(parts(arrays, config), SPEC, config).metrics["final_loss"]
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
        result = BASELINES["mean_embedding"].fit(parts(arrays, config), SPEC, config)
        assert len(result.epochs) < 60
        assert result.metrics["epochs_trained"] == len(result.epochs)

    def test_a_loss_that_is_no_number_ends_it(self, arrays: Arrays, configured: Any) -> None:
        config = configured("sgd")
        wild = config.optimizer.model_copy(update={"learning_rate": 1e30})
        config = config.model_copy(update={"optimizer": wild})
        with np.errstate(all="ignore"), pytest.raises(Divergence, match="training loss is nan"):
            BASELINES["mean_embedding"].fit(parts(arrays, config), SPEC, config)


@pytest.mark.parametrize("clipnorm", [None, 0.5])
@pytest.mark.parametrize("name", ["adam", "rmsprop", "sgd"])
def test_optimizers_step_as_those_of_keras(name: Any, clipnorm: float | None) -> None:
    import keras

    from rnnbench.training.program import make_optimizer

    config = OptimizerConfig(name=name, learning_rate=0.1, clipnorm=clipnorm)
    rng = np.random.default_rng(0)
    ours = [rng.normal(size=shape).astype(np.float32) for shape in ((3, 2), (4,))]
    theirs = [keras.Variable(value) for value in ours]
    optimizer, keras_optimizer = Optimizer(config, ours), make_optimizer(config)
    for _ in range(5):
        gradients = [rng.normal(size=v.shape).astype(np.float32) for v in ours]
        optimizer.apply(gradients)
        keras_optimizer.apply([keras.ops.convert_to_tensor(g) for g in gradients], theirs)
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, np.asarray(other.value), rtol=2e-5, atol=1e-6)

"""The loop over epochs, on a program whose measurements are written down beforehand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnbench.config.schema import Config, EarlyStoppingConfig
from rnnbench.data import Arrays, InputSpec
from rnnbench.errors import ConfigError, Divergence
from rnnbench.seeds import shuffle_order
from rnnbench.training.fit import DIVERGENCE_WINDOW, Fitted, fit
from rnnbench.training.parts import parts
from rnnbench.training.program import Sums

TRAIN, TEST = 20, 7


def arrays(train: int = TRAIN) -> Arrays:
    """Return samples that carry their number; those of the test set start at 1,000."""

    def part(start: int, count: int) -> tuple[np.ndarray, np.ndarray]:
        numbers = np.arange(start, start + count)
        return numbers.astype(np.float32)[:, None, None], (numbers % 2).astype(np.int32)

    return Arrays(*part(0, train), *part(1000, TEST))


@dataclass
class Scripted:
    """Stands in for Program: its one weight counts epochs, its validation results are given."""

    validation: Sequence[tuple[float, float]] = ()
    losses: Sequence[float] = ()
    classes: int = 2
    seen: list[list[int]] = field(default_factory=list)
    tested: list[int] = field(default_factory=list)
    validated: list[int] = field(default_factory=list)
    warmed: list[int | None] = field(default_factory=list)
    forgotten: list[int] = field(default_factory=list)

    @property
    def spec(self) -> InputSpec:
        return InputSpec(1, 1, None, self.classes)

    def warm_up(self, batch: Any, evaluated: Any) -> float:
        self.warmed.append(None if evaluated is None else len(evaluated))
        return 0.25

    def reset(self, seed: int, learning_rate: float) -> None:
        self.steps, self.weight = 0, 0
        self.seed = seed

    def forget(self) -> None:
        self.forgotten.append(len(self.seen))

    def train_batch(self, batch: Any) -> Sums:
        x, _, weights = batch
        self.seen.append(x[weights == 1, 0, 0].astype(int).tolist())
        loss = self.losses[self.steps % len(self.losses)] if self.losses else 0.5
        self.steps += 1
        real = float(weights.sum())
        return Sums(loss * real, 0.75 * real, real)

    def evaluate(self, samples: Any, outputs: Any = None) -> Sums:
        real = float(len(samples))
        if outputs is not None:
            outputs.append(np.full((len(samples), 1), self.weight, np.float32))
        if samples.x[0, 0, 0] >= 1000 and not self._validates_on_test(samples):
            self.tested.append(self.weight)
            return Sums(self.weight * real, 0.5 * real, real)
        self.weight += 1
        self.validated.append(len(samples))
        loss, accuracy = self.validation[self.weight - 1]
        return Sums(loss * real, accuracy * real, real)

    validates_on_test: bool = False
    model: Any = None
    optimizer: Any = field(default_factory=SimpleNamespace)

    def _validates_on_test(self, samples: Any) -> bool:
        return self.validates_on_test and self.weight < len(self.validation)

    def weights(self) -> list[np.ndarray]:
        return [np.array(self.weight)]

    def set_weights(self, weights: list[np.ndarray]) -> None:
        self.weight = int(weights[0])


@pytest.fixture
def run(configure: Any) -> Any:
    """Train a scripted program; keywords change ``training`` and ``save_model``."""

    def run(program: Scripted, save_model: str = "none", **changes: Any) -> Fitted:
        config = configured(configure, save_model, **changes)
        return fit(program, arrays(), config)  # type: ignore[arg-type]

    return run


def configured(configure: Any, save_model: str = "none", seed: int = 0, **changes: Any) -> Config:
    base: Config = configure("+cell=gru", "data=digits")
    training = {"batch_size": 6, "test": "none"} | changes
    return base.model_copy(
        update={
            "seed": seed,
            "training": base.training.model_copy(update=training),
            "tracking": base.tracking.model_copy(update={"save_model": save_model}),
        }
    )


FOUR = [(0.6, 0.5), (0.4, 0.8), (0.5, 0.9), (0.7, 0.6)]


class TestParts:
    def test_without_validation_everything_trains(self, configure: Any) -> None:
        made = parts(arrays(), configured(configure, validation="none"))
        assert made.validation is None
        assert (len(made.training), len(made.test)) == (TRAIN, TEST)

    def test_split_holds_out_the_last_of_the_training_data(self, configure: Any) -> None:
        made = parts(arrays(), configured(configure, validation="split", validation_fraction=0.25))
        assert made.training.x.ravel().tolist() == list(range(15))
        assert made.validation is not None
        assert made.validation.x.ravel().tolist() == list(range(15, 20))
        assert made.test.x[0, 0, 0] == 1000

    def test_validation_on_the_test_set_keeps_all_training_data(self, configure: Any) -> None:
        made = parts(arrays(), configured(configure, validation="test"))
        assert made.validation is made.test
        assert len(made.training) == TRAIN

    @pytest.mark.parametrize("fraction", [0.01, 0.99])
    def test_a_split_that_leaves_a_part_empty_is_refused(
        self, configure: Any, fraction: float
    ) -> None:
        config = configured(configure, validation="split", validation_fraction=fraction)
        few = arrays(train=2) if fraction > 0.5 else arrays()._replace(x_train=np.zeros((0, 1, 1)))
        few = few._replace(y_train=few.y_train[: len(few.x_train)])
        with pytest.raises(ConfigError) as caught:
            parts(few, config)
        assert caught.value.key == "training.validation_fraction"


class TestOrder:
    def test_each_epoch_presents_its_own_permutation_in_batches(self, run: Any) -> None:
        program = Scripted()
        run(program, epochs=2, validation="none", seed=5)
        for epoch, rows in ((1, program.seen[:4]), (2, program.seen[4:])):
            assert [len(row) for row in rows] == [6, 6, 6, 2]
            assert list(chain.from_iterable(rows)) == shuffle_order(5, epoch, TRAIN).tolist()

    def test_each_epoch_starts_from_zero_states(self, run: Any) -> None:
        program = Scripted()
        run(program, epochs=2, validation="none")
        assert program.forgotten == [0, 4]

    def test_the_cell_does_not_change_the_order(self, configure: Any) -> None:
        seen = []
        for cell in ("lstm", "gru"):
            program = Scripted()
            config = configured(configure, epochs=2, validation="none")
            config = config.model_copy(update={"cell": configure(f"+cell={cell}").cell})
            fit(program, arrays(), config)  # type: ignore[arg-type]
            seen.append(program.seen)
        assert seen[0] == seen[1]

    def test_epoch_means_weigh_each_sample_alike(self, run: Any) -> None:
        # Batches of 6, 6, 6 and 2: a mean of batch means would be 1.0.
        program = Scripted(losses=(0.0, 0.0, 0.0, 4.0))
        fitted = run(program, epochs=1, validation="none")
        assert fitted.epochs[0].loss == pytest.approx(4.0 * 2 / 20)
        assert fitted.epochs[0].accuracy == pytest.approx(0.75)


class TestChosenWeights:
    def test_no_test_is_no_test(self, run: Any) -> None:
        program = Scripted(FOUR)
        fitted = run(program, epochs=4, validation="split")
        assert program.tested == []
        assert "test_accuracy" not in fitted.metrics
        assert fitted.weights is None

    def test_the_last_weights_are_tested(self, run: Any) -> None:
        program = Scripted(FOUR)
        fitted = run(program, epochs=4, validation="split", test="last", save_model="last")
        assert program.tested == [4, 3]
        assert fitted.metrics["test_loss"] == fitted.metrics["test_loss_last"] == 4
        assert fitted.metrics["test_loss_best"] == 3
        assert fitted.metrics["test_accuracy"] == 0.5
        assert (fitted.predictions == 4).all()
        assert fitted.weights == [4]

    def test_the_best_epoch_is_tested(self, run: Any) -> None:
        program = Scripted(FOUR)
        fitted = run(program, epochs=4, validation="split", test="best", save_model="best")
        assert fitted.metrics["best_epoch"] == 3
        assert program.tested == [4, 3]
        assert fitted.metrics["test_loss"] == fitted.metrics["test_loss_best"] == 3
        assert (fitted.predictions == 3).all()
        assert fitted.weights == [3]

    def test_what_is_saved_need_not_be_what_is_tested(self, run: Any) -> None:
        fitted = run(Scripted(FOUR), epochs=4, validation="split", test="best", save_model="last")
        assert (fitted.metrics["test_loss"], fitted.weights) == (3, [4])
        fitted = run(Scripted(FOUR), epochs=4, validation="split", test="last", save_model="best")
        assert (fitted.metrics["test_loss"], fitted.weights) == (4, [3])

    def test_validation_on_the_test_set_serves_as_the_test(self, run: Any) -> None:
        program = Scripted(FOUR, validates_on_test=True)
        fitted = run(program, epochs=4, validation="test", test="last")
        assert program.validated == [TEST] * 4
        assert program.tested == []
        assert fitted.metrics["test_loss"] == pytest.approx(0.7)
        assert fitted.metrics["test_accuracy"] == pytest.approx(0.6)

    def test_without_validation_the_last_weights_are_tested(self, run: Any) -> None:
        program = Scripted()
        fitted = run(program, epochs=2, validation="none", test="last")
        assert program.tested == [0]
        assert fitted.epochs[0].val_loss is None
        assert "best_epoch" not in fitted.metrics
        assert fitted.metrics["test_accuracy"] == 0.5

    def test_a_best_epoch_that_is_the_last_is_tested_once(self, run: Any) -> None:
        program = Scripted(FOUR[:3])
        fitted = run(program, epochs=3, validation="split", test="last")
        assert program.tested == [3]
        assert fitted.metrics["test_loss_best"] == fitted.metrics["test_loss_last"] == 3

    def test_compilation_is_timed_apart(self, run: Any) -> None:
        fitted = run(Scripted(FOUR), epochs=4, validation="split")
        assert fitted.metrics["compile_seconds"] == 0.25
        assert fitted.metrics["fit_seconds"] == pytest.approx(
            sum(epoch.seconds for epoch in fitted.epochs)
        )


def test_each_epoch_is_reported_as_it_ends(configure: Any) -> None:
    program, told = Scripted(FOUR), []
    config = configured(configure, epochs=4, validation="split")
    fitted = fit(program, arrays(), config, lambda e: told.append((e, len(program.seen))))  # type: ignore[arg-type]
    assert [epoch for epoch, _ in told] == list(fitted.epochs)
    assert [steps for _, steps in told] == [3, 6, 9, 12]


def epochs_of_keras(values: Sequence[float], monitor: str, patience: int, min_delta: float) -> int:
    """Return after how many epochs Keras's own callback stops."""
    import keras

    callback = keras.callbacks.EarlyStopping(
        monitor,
        min_delta=min_delta,
        patience=patience,
        mode="min" if monitor == "val_loss" else "max",
    )
    model = type("Model", (), {"stop_training": False})()
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, value in enumerate(values):
        callback.on_epoch_end(epoch, {monitor: value})
        if model.stop_training:
            return epoch + 1
    return len(values)


# Sixteenths are exact, so that both sides round alike.
sixteenths = st.integers(1, 16).map(lambda n: n / 16)


class TestEarlyStopping:
    @settings(deadline=None)
    @given(
        st.lists(sixteenths, min_size=1, max_size=12),
        st.sampled_from(["val_loss", "val_accuracy"]),
        st.integers(1, 4),
        st.sampled_from([0.0, 1 / 16, 1 / 4]),
    )
    def test_stops_where_keras_stops(
        self, configure: Any, values: list[float], monitor: str, patience: int, min_delta: float
    ) -> None:
        config = configured(
            configure,
            validation="split",
            epochs=len(values),
            early_stopping=EarlyStoppingConfig(
                patience=patience, monitor=monitor, min_delta=min_delta
            ),
        )
        other = 0.5
        script = [(v, other) if monitor == "val_loss" else (other, v) for v in values]
        fitted = fit(Scripted(script), arrays(), config)  # type: ignore[arg-type]
        assert len(fitted.epochs) == epochs_of_keras(values, monitor, patience, min_delta)
        assert fitted.metrics["epochs_trained"] == len(fitted.epochs)

    def test_without_patience_every_epoch_is_trained(self, run: Any) -> None:
        assert len(run(Scripted([(0.5, 0.5)] * 9), epochs=9, validation="split").epochs) == 9

    def test_best_weights_are_kept_when_it_stops(self, run: Any) -> None:
        stopping = EarlyStoppingConfig(patience=1, monitor="val_loss", min_delta=0.0)
        fitted = run(
            Scripted(FOUR),
            epochs=4,
            validation="split",
            early_stopping=stopping,
            test="best",
            save_model="best",
        )
        # Loss rises in epoch 3, whose accuracy is the best all the same.
        assert len(fitted.epochs) == 3
        assert fitted.weights == [3]


class TestDivergence:
    @pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf])
    def test_a_loss_that_is_no_number_ends_the_run_at_its_step(self, run: Any, loss: float) -> None:
        program = Scripted(losses=(0.5, 0.5, loss, 0.5))
        with pytest.raises(Divergence, match=r"step 3 of epoch 1; lower optimizer\.learning_rate"):
            run(program, epochs=5, validation="none")
        assert len(program.seen) == 3

    @pytest.mark.parametrize("loss", [math.nan, math.inf])
    def test_a_validation_loss_that_is_no_number_ends_the_run(self, run: Any, loss: float) -> None:
        with pytest.raises(Divergence, match=r"validation loss is .* after epoch 2"):
            run(Scripted([(0.5, 0.5), (loss, 0.5)]), epochs=5, validation="split")

    def test_a_loss_far_above_guessing_ends_the_run(self, run: Any) -> None:
        program = Scripted(losses=(5.1 * math.log(2),))
        with pytest.raises(Divergence, match=r"5\.1 times that of guessing"):
            run(program, epochs=50, validation="none", batch_size=1)
        assert len(program.seen) == DIVERGENCE_WINDOW

    def test_a_loss_below_that_is_let_be(self, run: Any) -> None:
        program = Scripted(losses=(4.9 * math.log(2),))
        assert len(run(program, epochs=50, validation="none").epochs) == 50

    def test_one_bad_batch_is_let_be(self, run: Any) -> None:
        program = Scripted(losses=(*[0.5] * 60, 100.0, *[0.5] * 60))
        assert len(run(program, epochs=30, validation="none").epochs) == 30

    def test_guessing_among_ten_classes_costs_more(self, run: Any) -> None:
        losses = (5.1 * math.log(2),)
        run(Scripted(losses=losses, classes=10), epochs=50, validation="none")
        with pytest.raises(Divergence):
            run(Scripted(losses=(5.1 * math.log(10),), classes=10), epochs=50, validation="none")

    @pytest.mark.parametrize("classes", [30, 1000])
    def test_a_saturated_head_is_divergence_for_any_number_of_classes(
        self, run: Any, classes: int
    ) -> None:
        # Keras clips probabilities at 1e-7, so that no loss exceeds 16.12.
        with pytest.raises(Divergence):
            run(Scripted(losses=(16.0,), classes=classes), epochs=50, validation="none")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("step", [0.1, 0.1, 0.05, 0.05]),
        ("plateau", [0.1, 0.1, 0.1, 0.05]),
        ("constant", [None] * 4),
    ],
)
def test_an_epoch_tells_its_learning_rate_where_a_schedule_changes_it(
    configure: Any, kind: str, expected: list[float | None]
) -> None:
    config = configured(configure, epochs=4, validation="split")
    schedule = config.training.schedule.model_copy(
        update={"kind": kind, "every": 2, "patience": 1, "factor": 0.5}
    )
    config = config.model_copy(
        update={
            "optimizer": config.optimizer.model_copy(update={"learning_rate": 0.1}),
            "training": config.training.model_copy(update={"schedule": schedule}),
        }
    )
    fitted = fit(Scripted(FOUR), arrays(), config)  # type: ignore[arg-type]
    assert [epoch.learning_rate for epoch in fitted.epochs] == expected
    assert [epoch.metrics().get("learning_rate") for epoch in fitted.epochs] == expected
    assert "learning_rate" not in fitted.metrics

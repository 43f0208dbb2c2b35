"""Runs that share a compiled model get the numbers that they would have got alone."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from rnnbench.config.expand import expand
from rnnbench.models.build import build
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import declare
from rnnbench.training.history import Epoch
from rnnbench.training.program import Program
from rnnbench.training.spec import RunSpec
from rnnbench.training.trainer import Trainer

DIGITS = ("data=digits", "data.limit=90", "data.test_limit=30")
BASE = (
    *("+cell=simple_rnn", *DIGITS),
    *("model.units=5", "model.dropout=0.2", "model.recurrent_dropout=0.2"),
    *("training.epochs=2", "training.batch_size=16", "training.validation=split"),
    *("training.jit_compile=false", "optimizer=adam", "optimizer.learning_rate=0.01"),
    *("tracking.save_model=last", "seed=0", "seeds=1"),
)
# Without dropout rnnbench's own loops compute the layer.
FUSIBLE = ("model.dropout=0", "model.recurrent_dropout=0")
_TIMES = ("seconds", "rss", "calibration")

Result = tuple[list[tuple[int, dict[str, float]]], dict[str, float], dict[str, np.ndarray]]
Declare = Callable[..., list[RunSpec]]


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> Declare:
    """Declare runs with some words of ``BASE`` changed; the data sets are prepared once."""
    home = tmp_path_factory.mktemp("shared")

    def call(*changes: str) -> list[RunSpec]:
        changed = {word.split("=")[0].lstrip("+") for word in changes}
        kept = [word for word in BASE if word.split("=")[0].lstrip("+") not in changed]
        return declare(expand([*kept, *changes]), DataCache(home))

    return call


def train(trainer: Trainer, spec: RunSpec, folder: Path) -> Result:
    """Return what a run measured in every epoch and at its end, and its last weights."""
    epochs: list[Epoch] = []
    outcome = trainer.execute(spec.task(folder), epochs.append)
    assert list(outcome.epochs) == epochs
    with h5py.File(folder / "model.weights.h5") as file:
        weights: dict[str, np.ndarray] = {}

        def collect(name: str, node: Any) -> None:
            if isinstance(node, h5py.Dataset):
                weights[name] = node[()]

        file.visititems(collect)
    assert weights
    measured = {
        name: value
        for name, value in outcome.metrics.items()
        if not any(word in name for word in _TIMES)
    }
    return [(epoch.epoch, epoch.metrics()) for epoch in epochs], measured, weights


def assert_same(one: Result, other: Result) -> None:
    """Bit by bit: no tolerance."""
    assert one[:2] == other[:2]
    assert set(one[2]) == set(other[2])
    for name, value in one[2].items():
        np.testing.assert_array_equal(value, other[2][name], err_msg=name)


def assert_shared_is_alone(specs: Sequence[RunSpec], folder: Path) -> None:
    """Train the runs one after another in one trainer, there and back, and each of them alone."""
    assert len({spec.group for spec in specs}) == 1
    trainer = Trainer()
    shared = [train(trainer, s, folder / f"shared {n}") for n, s in enumerate(specs)]
    alone = [train(Trainer(), s, folder / f"alone {n}") for n, s in enumerate(specs)]
    for together, by_itself in zip(shared, alone, strict=True):
        assert_same(together, by_itself)
    # The runs differ, so that one which only repeats another is noticed.
    for one, other in itertools.combinations(shared, 2):
        assert one[:2] != other[:2]
    assert_same(train(trainer, specs[0], folder / "again"), shared[0])


class TestRunsOfOneTrainer:
    @pytest.mark.parametrize("optimizer", ["adam", "rmsprop"])
    def test_that_differ_in_their_learning_rate_or_seed_are_as_if_alone(
        self, declared: Declare, tmp_path: Path, optimizer: str
    ) -> None:
        own = f"optimizer={optimizer}"
        specs = [*declared(own, "optimizer.learning_rate=0.01,0.0003"), *declared(own, "seed=1")]
        assert len(specs) == 3
        assert_shared_is_alone(specs, tmp_path)

    def test_that_differ_in_validation_or_epochs_are_as_if_alone(
        self, declared: Declare, tmp_path: Path
    ) -> None:
        specs = [
            *declared(),
            *declared("training.validation=test", "training.epochs=3"),
            *declared("training.validation=none", "training.test=none", "training.epochs=1"),
            *declared("training.validation_fraction=0.5", "training.test=best"),
            *declared("data.limit=70", "data.test_limit=41", "training.validation=none"),
        ]
        assert_shared_is_alone(specs, tmp_path)

    @pytest.mark.stress
    def test_are_as_if_alone_under_xla(self, declared: Declare, tmp_path: Path) -> None:
        xla, another = "training.jit_compile=true", "optimizer.learning_rate=0.0003"
        more = ("seed=1", "training.validation=test", "training.epochs=3")
        specs = [*declared(xla, *FUSIBLE), *declared(xla, another, *more, *FUSIBLE)]
        assert_shared_is_alone(specs, tmp_path)

    def test_of_different_groups_are_as_if_alone(self, declared: Declare, tmp_path: Path) -> None:
        one, other = (*declared(), *declared("model.units=6"))
        trainer = Trainer()
        first = train(trainer, one, tmp_path / "first")
        second = train(trainer, other, tmp_path / "second")
        assert_same(train(trainer, one, tmp_path / "third"), first)
        assert_same(train(Trainer(), other, tmp_path / "alone"), second)


def test_a_reset_program_has_the_weights_of_a_model_built_from_the_seed(
    declared: Declare,
) -> None:
    (spec,) = declared()
    program = Program(spec.config, spec.data.spec)
    for seed in (7, 8, 7):
        program.reset(seed, 0.1)
        built = [build(spec.config, spec.data.spec, s).get_weights() for s in (7, 8)]
        found = [all(map(np.array_equal, program.weights(), weights)) for weights in built]
        assert found == [seed == 7, seed == 8]


class TestGroup:
    @pytest.mark.parametrize(
        "change",
        [
            "optimizer.learning_rate=0.5",
            "seed=7",
            "training.epochs=9",
            "training.validation=test",
            "training.validation=none",
            "training.validation_fraction=0.4",
            "training.early_stopping.patience=2",
            "training.test=best",
            "tracking.save_model=none",
            "data.limit=60",
            "model.embedding.dim=7",
            "executor.workers=3",
        ],
    )
    def test_is_the_same_for_runs_that_are_compiled_alike(
        self, declared: Declare, change: str
    ) -> None:
        assert declared(change)[0].group == declared()[0].group

    def test_is_of_its_own_for_other_reviews_whose_padding_chooses_the_loops(
        self, declared: Declare
    ) -> None:
        groups = {
            fused: {
                declared("data=reviews", limit, f"training.fused={fused}", *FUSIBLE)[0].group
                for limit in ("data.limit=60", "data.limit=70")
            }
            for fused in ("true", "false")
        }
        assert len(groups["true"]) == 2
        assert len(groups["false"]) == 1

    @pytest.mark.parametrize(
        "change",
        [
            "+cell=gru",
            "cell.activation=relu",
            "model.units=6",
            "model.depth=2",
            "model.bidirectional=true",
            "model.head=mean",
            "model.dropout=0.3",
            "model.recurrent_dropout=0.3",
            "model.head_dropout=0.3",
            "optimizer=sgd",
            "optimizer.clipnorm=1.0",
            "training.batch_size=8",
            "training.jit_compile=auto",
            "training.deterministic=true",
            "data.mask=true",
            "data=reviews",
        ],
    )
    def test_is_another_for_runs_that_are_not(self, declared: Declare, change: str) -> None:
        assert declared(change)[0].group != declared()[0].group

    @pytest.mark.parametrize("change", ["data.maxlen=30", "data.num_words=50", "data.mask=true"])
    def test_of_tokens_depends_on_their_shape(self, declared: Declare, change: str) -> None:
        words = ("data=reviews", "data.maxlen=20", "data.num_words=40", "data.mask=false")
        key = change.split("=")[0]
        kept = [word for word in words if not word.startswith(key)]
        assert declared(*kept, change)[0].group != declared(*words)[0].group

    def test_of_tokens_depends_on_their_embedding(self, declared: Declare) -> None:
        one, other = declared("data=reviews", "model.embedding.dim=7,8")
        assert one.group != other.group

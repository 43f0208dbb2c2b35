"""The same seed gives the same numbers: in one program, in a fresh one, in another process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnbench.config.schema import Config
from rnnbench.data import Arrays, InputSpec
from rnnbench.errors import Divergence
from rnnbench.training.fit import fit
from rnnbench.training.program import Program
from rnnbench.training.runtime import execution_path, set_environment

SPEC = InputSpec(timesteps=4, features=3, vocabulary=None, classes=2)


def arrays() -> Arrays:
    rng = np.random.default_rng(0)

    def part(count: int) -> tuple[np.ndarray, np.ndarray]:
        x = rng.normal(size=(count, SPEC.timesteps, SPEC.features)).astype(np.float32)
        return x, (x.sum(axis=(1, 2)) > 0).astype(np.int32)

    return Arrays(*part(90), *part(30))


def words(
    cell: str = "gru", optimizer: str = "adam", *more: str, batch_size: int = 16
) -> tuple[str, ...]:
    return (
        f"+cell={cell}",
        f"optimizer={optimizer}",
        "model.units=6",
        "model.dropout=0.3",
        "model.recurrent_dropout=0.3",
        "model.head_dropout=0.3",
        "training.epochs=3",
        f"training.batch_size={batch_size}",
        *more,
    )


def numbers(program: Program, config: Config, seed: int) -> tuple[list[Any], list[np.ndarray]]:
    """Return all measured values of a run, and its weights."""
    fitted = fit(program, arrays(), config.model_copy(update={"seed": seed}))
    tested = [fitted.metrics["test_loss"], fitted.metrics["test_accuracy"]]
    return [list(epoch.metrics().items()) for epoch in fitted.epochs] + [tested], program.weights()


def assert_same(one: tuple[list[Any], list[np.ndarray]], other: Any) -> None:
    assert one[0] == other[0]
    for a, b in zip(one[1], other[1], strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop"])
def test_a_program_that_trained_another_seed_repeats_a_fresh_one(
    configure: Any, optimizer: str
) -> None:
    config = configure(*words("simple_rnn", optimizer, "training.jit_compile=false"))
    program = Program(config, SPEC)
    first = numbers(program, config, seed=3)
    other = numbers(program, config, seed=4)
    assert_same(numbers(program, config, seed=3), first)
    assert_same(numbers(Program(config, SPEC), config, seed=4), other)
    assert first[0] != other[0]


def test_a_program_is_sound_again_after_divergence(configure: Any) -> None:
    config = configure(*words("simple_rnn", "adam", "training.jit_compile=false"))
    program = Program(config, SPEC)
    before = numbers(program, config, seed=1)
    broken = arrays()
    broken.x_train[:] = np.nan
    with pytest.raises(Divergence):
        fit(program, broken, config)
    assert_same(numbers(program, config, seed=1), before)


class TestDivergence:
    def test_infinite_features_end_the_run_at_its_first_step(self, configure: Any) -> None:
        config = configure(*words("simple_rnn", "sgd", "training.jit_compile=false"))
        broken = arrays()
        broken.x_train[:] = np.inf
        with pytest.raises(Divergence, match="loss is nan at step 1 of epoch 1"):
            fit(Program(config, SPEC), broken, config)

    def test_a_broken_validation_part_ends_the_run(self, configure: Any) -> None:
        config = configure(*words("simple_rnn", "sgd", "training.jit_compile=false"))
        broken = arrays()
        broken.x_train[-1] = np.nan
        with pytest.raises(Divergence, match="validation loss is nan after epoch 1"):
            fit(Program(config, SPEC), broken, config)

    @pytest.mark.parametrize("optimizer", ["sgd", "adam"])
    def test_an_absurd_learning_rate_ends_the_run_in_its_first_epoch(
        self, configure: Any, optimizer: str
    ) -> None:
        config = configure(
            *words(
                "simple_rnn",
                optimizer,
                "training.jit_compile=false",
                "optimizer.learning_rate=1e6",
                batch_size=1,
            )
        )
        told: list[Any] = []
        with pytest.raises(Divergence, match=r"epoch 1\b.*lower optimizer\.learning_rate"):
            fit(Program(config, SPEC), arrays(), config, told.append)
        assert told == []


SCRIPT = """
import json, sys
sys.path.insert(0, sys.argv[1])
import test_repeat as here
from rnnbench.config.expand import load
from rnnbench.training.runtime import set_environment
set_environment(1)
config = load(here.words("lstm"))
measured, weights = here.numbers(here.Program(config, here.SPEC), config, seed=7)
print(json.dumps([repr(measured), [repr(w.tolist()) for w in weights]]))
"""


@pytest.mark.stress
def test_xla_repeats_in_a_reused_program_and_in_another_process(
    configure: Any, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(Path(__file__).parent)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONHASHSEED": "123"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    config = configure(*words("lstm"))
    assert execution_path(config) == "xla fused"
    program = Program(config, SPEC)
    before = numbers(program, config, seed=8)
    measured, weights = numbers(program, config, seed=7)
    assert json.loads(done.stdout) == [repr(measured), [repr(w.tolist()) for w in weights]]
    assert before[0] != measured
    assert_same(numbers(program, config, seed=8), before)


class TestRuntime:
    def test_compiles_on_a_cpu_unless_told_otherwise(self, configure: Any) -> None:
        assert execution_path(configure("+cell=lstm")) == "xla fused"
        assert execution_path(configure("+cell=lstm", "training.jit_compile=true")) == "xla fused"
        assert execution_path(configure("+cell=lstm", "training.jit_compile=false")) == "graph"

    @pytest.mark.parametrize(
        "words",
        [
            ["+cell=lstm", "training.fused=false"],
            ["+cell=lstm", "cell.activation=relu"],
            ["+cell=gru", "model.stateful=true", "data.mask=true"],
            ["+cell=gru_reset_before"],
            ["+cell=lstm_peephole"],
        ],
        ids=" ".join,
    )
    def test_leaves_to_keras_what_the_kernels_do_not_compute(
        self, configure: Any, words: list[str]
    ) -> None:
        assert execution_path(configure(*words)) == "xla"

    @pytest.mark.parametrize(
        "words",
        [
            ["+cell=lstm", "model.dropout=0.1"],
            ["+cell=simple_rnn", "model.recurrent_dropout=0.1"],
            ["+cell=gru", "model.bidirectional=true"],
            ["+cell=gru", "model.stateful=true"],
            ["+cell=gru", "data.mask=true", "data.padding=post"],
            ["+cell=gru", "data.mask=true", "model.head=mean"],
            ["+cell=lstm", "model.depth=2", "model.layer_norm=true"],
        ],
        ids=" ".join,
    )
    def test_computes_with_the_kernels_what_layers_may_have(
        self, configure: Any, words: list[str]
    ) -> None:
        assert execution_path(configure(*words)) == "xla fused"

    def test_deterministic_operators_rule_out_xla(self, configure: Any) -> None:
        assert execution_path(configure("+cell=lstm", "training.deterministic=true")) == "graph"

    @pytest.mark.parametrize(
        ("cell", "more", "path"),
        [
            ("lstm", (), "cudnn"),
            ("gru", (), "cudnn"),
            ("simple_rnn", (), "graph"),
            ("gru_reset_before", (), "graph"),
            ("lstm", ("model.recurrent_dropout=0.1",), "graph"),
            ("lstm", ("model.dropout=0.1",), "cudnn"),
            ("gru", ("cell.activation=relu",), "graph"),
            ("gru", ("data.mask=true", "data.padding=pre"), "graph"),
            ("gru", ("data.mask=true", "data.padding=post"), "cudnn"),
            ("gru", ("training.jit_compile=true",), "xla"),
        ],
    )
    def test_path_on_a_gpu(
        self, configure: Any, monkeypatch: Any, cell: str, more: tuple[str, ...], path: str
    ) -> None:
        monkeypatch.setattr("rnnbench.training.runtime.uses_gpu", lambda: True)
        assert execution_path(configure(f"+cell={cell}", *more)) == path

    def test_environment_fixes_threads_and_keeps_flags(self, monkeypatch: Any) -> None:
        for name in (
            "TF_NUM_INTRAOP_THREADS",
            "TF_NUM_INTEROP_THREADS",
            "OMP_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
        ):
            monkeypatch.setenv(name, "9")
        wide = "rnnbench.training.runtime._has_avx512"
        monkeypatch.setattr(wide, lambda: False)
        monkeypatch.setenv("XLA_FLAGS", "--xla_mine=1")
        set_environment(threads=1)
        assert os.environ["TF_NUM_INTRAOP_THREADS"] == "1"
        assert os.environ["TF_NUM_INTEROP_THREADS"] == "1"
        assert os.environ["OMP_NUM_THREADS"] == "1"
        flags = os.environ["XLA_FLAGS"]
        assert flags == "--xla_mine=1 --xla_cpu_multi_thread_eigen=false"
        set_environment(threads=1)
        assert os.environ["XLA_FLAGS"] == flags
        monkeypatch.setenv("XLA_FLAGS", "")
        set_environment(threads=2)
        assert os.environ["TF_NUM_INTRAOP_THREADS"] == "2"
        assert os.environ["XLA_FLAGS"] == ""
        monkeypatch.setattr(wide, lambda: True)
        set_environment(threads=2)
        assert os.environ["XLA_FLAGS"] == "--xla_cpu_prefer_vector_width=512"

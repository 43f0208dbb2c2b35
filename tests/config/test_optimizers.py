"""Keras's optimizers by name: the table is Keras's, and wrong options are refused."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import yaml

from rnnbench.config.optimizer_options import OPTION_MEANINGS, check_optimizer
from rnnbench.config.optimizers import OPTIMIZERS
from rnnbench.config.paths import resource_dir
from rnnbench.config.schema import OptimizerConfig
from rnnbench.errors import ConfigError
from rnnbench.training.program import make_optimizer

# Wrappers of other optimizers, and one whose weights are other ones when it is evaluated.
LEFT_OUT = {"Optimizer", "LossScaleOptimizer", "MultiOptimizer", "ScheduleFreeAdamW"}
# What every optimizer of Keras has: given by other keys, or none of a comparison's business.
NO_OPTIONS = {
    *("learning_rate", "clipnorm", "name", "kwargs", "loss_scale_factor"),
    *("use_ema", "ema_momentum", "ema_overwrite_frequency", "gradient_accumulation_steps"),
    "exclude_layers",  # of names, which are rnnbench's own
}


def config(name: str, **options: Any) -> OptimizerConfig:
    return OptimizerConfig(name=name, learning_rate=0.01, clipnorm=None, **options)


def test_the_table_names_every_optimizer_of_keras() -> None:
    import keras

    classes = {
        name
        for name, one in vars(keras.optimizers).items()
        if inspect.isclass(one) and issubclass(one, keras.optimizers.Optimizer)
    }
    assert {one.build for one in OPTIMIZERS.values()} == classes - LEFT_OUT


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_options_and_defaults_are_those_of_keras(name: str) -> None:
    import keras

    optimizer = OPTIMIZERS[name]
    signature = inspect.signature(getattr(keras.optimizers, str(optimizer.build)))
    theirs = {
        key: one.default for key, one in signature.parameters.items() if key not in NO_OPTIONS
    }
    assert dict(optimizer.options) == theirs
    assert set(optimizer.options) <= set(OPTION_MEANINGS)


def test_every_optimizer_has_a_file_that_names_it() -> None:
    files = sorted((resource_dir("conf") / "optimizer").glob("*.yaml"))
    named = {yaml.safe_load(file.read_text("utf-8")).get("name") for file in files}
    assert set(OPTIMIZERS) <= named


def test_options_reach_keras() -> None:
    built = make_optimizer(config("nadam", beta_1=0.8, weight_decay=0.1)).get_config()
    assert (built["name"], built["beta_1"], built["weight_decay"]) == ("nadam", 0.8, 0.1)
    assert built["beta_2"] == 0.999


def test_an_option_with_its_default_is_no_part_of_the_configuration() -> None:
    assert config("adam", beta_1=0.9, amsgrad=False).model_dump() == config("adam").model_dump()
    assert config("adam", beta_1=0.8).model_dump()["beta_1"] == 0.8
    assert config("adamw", weight_decay=None).model_dump()["weight_decay"] is None


@pytest.mark.parametrize(
    ("name", "options", "key", "expected"),
    [
        ("adam", {"momentum": 0.9}, "optimizer.momentum", "a key of adam"),
        ("adam", {"beta_1": 1.0}, "optimizer.beta_1", "at least 0 and below 1"),
        ("adam", {"beta_1": None}, "optimizer.beta_1", "a finite number"),
        ("adam", {"beta_1": True}, "optimizer.beta_1", "a finite number"),
        ("adam", {"amsgrad": 1}, "optimizer.amsgrad", "true or false"),
        ("sgd", {"nesterov": "yes"}, "optimizer.nesterov", "true or false"),
        ("muon", {"ns_steps": 2.5}, "optimizer.ns_steps", "a whole number"),
        ("adam", {"weight_decay": -1.0}, "optimizer.weight_decay", "at least 0 or null"),
        ("adam", {"clipvalue": 1.0, "global_clipnorm": 1.0}, "optimizer.global_clipnorm", "null"),
        ("adm", {}, "optimizer.name", "one of adam"),
        ("Adam", {}, "optimizer.name", "one of adam"),
    ],
)
def test_what_an_optimizer_does_not_take_is_refused(
    name: str, options: dict[str, Any], key: str, expected: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        check_optimizer(config(name, **options))
    assert caught.value.key == key
    assert expected in caught.value.expected


def test_an_option_is_typed_without_a_plus_sign(configure: Any) -> None:
    found = configure("+cell=gru", "optimizer=nadam", "optimizer.beta_1=0.8").optimizer
    assert found.options == {"beta_1": 0.8}

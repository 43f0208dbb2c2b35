"""Keys of a configuration that don't fit the task of its data, classes or numbers."""

from __future__ import annotations

from rnnbench.config.schema import Config
from rnnbench.data import InputSpec
from rnnbench.errors import ConfigError

_WRONG = {"classification": "rmse", "regression": "accuracy"}
_MONITORS = {"classification": ("val_accuracy",), "regression": ("val_rmse", "val_mae")}


def refuse_for_task(config: Config, spec: InputSpec) -> None:
    """Refuse a loss or a metric to watch that doesn't fit the task; raises ConfigError."""
    name = config.training.loss
    if name is not None and spec.task != "regression":
        raise ConfigError(
            "training.loss",
            f"null for data={config.data.name}, whose classes are trained by cross-entropy",
            name,
            "leave it out",
        )
    if config.training.class_weight != "none" and spec.task == "regression":
        raise ConfigError(
            "training.class_weight",
            f"none for data={config.data.name}, whose targets are numbers",
            str(config.training.class_weight),
            "leave it out",
        )
    stopping = config.training.early_stopping
    usual = "val_rmse" if spec.task == "regression" else "val_accuracy"
    fitting = ("val_loss", *_MONITORS[spec.task])
    if stopping.patience is not None and stopping.monitor not in fitting:
        raise ConfigError(
            "training.early_stopping.monitor",
            f"{' or '.join(fitting)}, because the task is {spec.task}",
            stopping.monitor,
            f"set it to {usual}",
        )
    searched = config.search.metric
    if config.search.sampler != "none" and _WRONG[spec.task] in searched:
        other = searched.replace(_WRONG[spec.task], usual.removeprefix("val_"))
        raise ConfigError(
            "search.metric",
            f"{other} or a loss, because the task is {spec.task}",
            searched,
            f"set search.metric={other}",
        )

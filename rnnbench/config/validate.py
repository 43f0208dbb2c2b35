"""Turning a composed mapping into a :class:`Config`, with one clear message for what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from rnnbench.config.allowed import words_of
from rnnbench.config.data_section import DataConfig
from rnnbench.config.keys import keys, nearest
from rnnbench.config.metrics import METRICS
from rnnbench.config.optimizer_options import check_optimizer
from rnnbench.config.paths import resource_dir
from rnnbench.config.ranges import check_search
from rnnbench.config.schema import Config
from rnnbench.config.suggestions import suggestion
from rnnbench.errors import ConfigError

MOST_SEEDS = 30  # with until=decided, where most_seeds is null


def validate(mapping: Mapping[str, Any]) -> Config:
    """Return the typed configuration.

    Raises:
        ConfigError: for the first key that is unknown, missing, of another type or out of range,
            or for two keys that exclude each other.
    """
    DataConfig.model_rebuild()  # dumped alone, too; built first, it is not built again in the whole
    try:
        config = Config.model_validate(dict(mapping))
    except ValidationError as error:
        raise _translate(error) from None
    check_combinations(config)
    if config.until is None:
        return config
    # Its runs are those of as many fixed seeds, of which it may do without some.
    return config.model_copy(update={"seeds": config.most_seeds or MOST_SEEDS})


def check_combinations(config: Config) -> None:
    """Refuse keys that are right alone and wrong together."""
    training, model = config.training, config.model
    check_optimizer(config.optimizer)
    if config.data.extension is None:  # a data set of rnnbench's own has the keys of the schema
        for key, value in config.data.options.items():
            raise unknown_key(f"data.{key}", f"data.{key}={value}")
    if config.executor.name != "ray" and config.executor.address is not None:
        raise ConfigError(
            "executor.address",
            f"null with executor={config.executor.name}, which trains on this machine",
            config.executor.address,
            "set executor=ray for a cluster",
        )
    if config.executor.name == "in_process":
        _check_in_process(config)
    if training.early_stopping.patience is not None and training.validation == "none":
        raise ConfigError(
            "training.early_stopping.patience",
            "null where training.validation=none, because nothing is monitored",
            training.early_stopping.patience,
            "set training.validation=split",
        )
    if training.schedule.kind == "plateau" and training.validation == "none":
        raise ConfigError(
            "training.schedule.kind",
            "constant, cosine or step where training.validation=none: plateau waits for val_loss",
            "plateau",
            "set training.validation=split",
        )
    weights = {"training.test": training.test, "tracking.save_model": config.tracking.save_model}
    for key, which in weights.items():
        if which == "best" and training.validation == "none":
            raise ConfigError(
                key,
                "last or none where training.validation=none, because no epoch is known to be best",
                which,
                f"set training.validation=split or {key}=last",
            )
    if training.split_seed is not None and training.validation != "split":
        raise ConfigError(
            "training.split_seed",
            f"null with training.validation={training.validation}, which splits nothing",
            training.split_seed,
            "set training.validation=split",
        )
    if training.deterministic and training.jit_compile is True:
        raise ConfigError(
            "training.deterministic",
            "false with training.jit_compile=true, because deterministic operators refuse XLA",
            "true",
            "leave both at their defaults: XLA on one thread repeats bit for bit anyway",
        )
    if config.diagnostics.order and training.test == "none":
        raise ConfigError(
            "diagnostics.order",
            "false with training.test=none: it is measured on the test set",
            "true",
            "set training.test=last",
        )
    if config.most_seeds is not None and config.until is None:
        raise ConfigError(
            "most_seeds",
            "null with until=null",
            config.most_seeds,
            f"add until=decided, or type seeds={config.most_seeds} for as many in any case",
        )
    check_search(config)
    _check_margin(config)
    if model.embedding.kind == "trainable" and model.embedding.path is not None:
        raise ConfigError(
            "model.embedding.path",
            "null with model.embedding.kind=trainable, which starts from random numbers",
            model.embedding.path,
            "set model.embedding.kind=vectors",
        )
    if model.stateful and model.bidirectional:
        raise ConfigError(
            "model.stateful",
            "false with model.bidirectional=true: one of its directions runs against time",
            "true",
            "leave one of them out",
        )
    if model.layer_norm and model.depth == 1:
        raise ConfigError(
            "model.layer_norm",
            "false with model.depth=1: it stands between recurrent layers",
            "true",
            "set model.depth=2 or more",
        )
    if config.data.mask and model.head in ("flatten", "max"):
        raise ConfigError(
            "data.mask",
            f"false with model.head={model.head}, which has no meaning for masked steps",
            "true",
            "use model.head=last or model.head=mean",
        )


# What Keras calls by another name.
_BEST = "set training.test=best, and tracking.save_model=best to keep the weights"
_ELSEWHERE = dict.fromkeys(("training.restore_best", "training.restore_best_weights"), _BEST)


def unknown_key(key: str, word: str = "") -> ConfigError:
    """Return the error about a key that is not in the composed configuration, or is not to be.

    Args:
        key: dotted.
        word: what set it, where that is known.
    """
    if key in keys():
        group = key.split(".")[0]
        if not (resource_dir("conf") / group).is_dir():
            return ConfigError(key, "keys that it has already", "others", f"type +{key}=...")
        action = f"leave it out, or choose another {group}=... that has it"
        return ConfigError(key, f"a key that the chosen {group} has", key, action)
    action = _ELSEWHERE.get(key) or suggestion(key, keys()) or _help_about(key)
    return ConfigError(key, "a key that exists", word or key, action)


def _translate(error: ValidationError) -> ConfigError:
    first = error.errors(include_url=False)[0]
    path = first["loc"]
    key = ".".join(str(part) for part in path if not _is_union_branch(part))
    if first["type"] == "extra_forbidden":
        return unknown_key(key, f"{key}={first['input']}")
    if first["type"] == "missing":
        return ConfigError(key, _expectation(path), "nothing", f"set {key}=...")
    action = f"set {key}=..., or {_help_about(key)}"
    return ConfigError(key, _expectation(path), _shown(first["input"]), action)


def _help_about(key: str) -> str:
    """Return where the key, or else the section that it is in, is explained."""
    found = nearest(key)
    return f"see python -m rnnbench {'sweep --help' if found is None else f'help {found.name}'}"


def _is_union_branch(part: Any) -> bool:
    """Pydantic names the branch of a union in the location: ``int``, ``literal['auto']``."""
    text = str(part)
    return (
        text in ("int", "float", "bool", "str", "categorical")
        or "[" in text
        or text.startswith("constrained")
    )


def _shown(value: Any) -> str:
    return "null" if value is None else repr(value)


def _expectation(path: Sequence[Any]) -> str:
    """Describe in words which values the schema takes at ``path``."""
    schema = Config.model_json_schema()
    definitions = schema.get("$defs", {})

    def resolve(node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            node = definitions[node["$ref"].rsplit("/", 1)[-1]]
        return node

    node = schema
    for part in path:
        node = resolve(node)
        tagged = node.get("discriminator", {}).get("mapping", {})
        if part in tagged:
            node = {"$ref": tagged[part]}
            continue
        if _is_union_branch(part):
            continue
        for branch in node.get("anyOf", ()):
            if "$ref" in branch or (isinstance(part, int) and "items" in branch):
                node = resolve(branch)
        if isinstance(part, int):
            node = node.get("items", {})
        else:
            node = node.get("properties", {}).get(part, node.get("additionalProperties", {}))
            if not isinstance(node, dict):
                return "a value of the documented type"
    return words_of(resolve(node))


def _check_margin(config: Config) -> None:
    """Refuse a margin that no difference of two arms exceeds."""
    report = config.report
    metric = METRICS["test_accuracy" if report.metric == "auto" else report.metric]
    if report.margin >= metric.high - metric.low:
        raise ConfigError(
            "report.margin",
            f"a number below {metric.high - metric.low:g}, by which values of {metric.words} can "
            f"differ at most (report.metric={report.metric})",
            report.margin,
            "set report.margin=0.01, or as much as does not matter to you",
        )


def _check_in_process(config: Config) -> None:
    """Refuse what only processes of their own can do."""
    executor = config.executor
    if executor.workers != 1:
        raise ConfigError(
            "executor.workers",
            "1 with executor=in_process, which trains in the command's own process",
            executor.workers,
            "set executor=local for processes in parallel",
        )
    if executor.timeout is not None:
        raise ConfigError(
            "executor.timeout",
            "null with executor=in_process, which has no process to end",
            executor.timeout,
            "set executor=local for a limit",
        )
    if executor.gpus != "auto":
        raise ConfigError(
            "executor.gpus",
            "auto with executor=in_process, which uses the GPU that TensorFlow finds",
            executor.gpus,
            "set executor=local for a share of one",
        )
    if config.training.deterministic:
        raise ConfigError(
            "training.deterministic",
            "false with executor=in_process: TensorFlow would stay so for the next run",
            True,
            "set executor=local",
        )

"""From a configuration to arrays on disk, prepared once per configuration."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rnnbench.config.keys import below, shapes_arrays
from rnnbench.data.contract import (
    ARRAY_NAMES,
    NAIVE,
    SCALES,
    VOCABULARY,
    Fingerprint,
    InputSpec,
    Prepared,
    Progress,
    Raw,
    Split,
)
from rnnbench.data.lengths import LENGTHS, to_json, tokens_of
from rnnbench.data.padding import Padding, padded, padded_blocks
from rnnbench.data.remarks import UNKNOWN, holds_words, remarks, without_known_words
from rnnbench.data.room import check_size
from rnnbench.data.soundness import inspect
from rnnbench.data.sources import source_of
from rnnbench.data.store import ArrayPlan, Contents, kept, prepared_in
from rnnbench.data.targets import TARGET_SD, TargetScale, mean_of
from rnnbench.errors import DataError

if TYPE_CHECKING:
    from rnnbench.config.data_section import DataConfig

_NOT_OF_ARRAYS = below("data", lambda key: not shapes_arrays(key.name))
# Raise by hand whenever padding, file layout or facts change for the same raw data.
PREPARATION_VERSION = 2
QUANTILES = {"min": 0.0, "p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95, "max": 1.0}


def input_spec(config: DataConfig) -> InputSpec:
    """The shape that a model sees; raises ConfigError or DataError.

    Reads no data, except the headers and labels of the user's own files.
    """
    return source_of(config).spec(config)


def prepare(
    config: DataConfig,
    home: Path,
    *,
    on_progress: Callable[[str], None] | None = None,
    scratch: Path | None = None,
    check: Callable[[Prepared], object] | None = None,
) -> Prepared:
    """The configured data as arrays under ``home/data``, made if they are not there yet.

    What is there is read once and compared with its digest, and made again where it has changed.
    With ``scratch``, a home of no consequence, it is made there, and the home stays as it is.
    What is made is kept unless ``check`` raises.

    Raises ConfigError for keys that do not go together, DataError for a source that cannot be
    used and StoreError for a home that cannot be written.
    """
    report = on_progress or _silent
    prepared = _prepared(config, home, report, scratch, check)
    for remark in remarks(prepared.facts):
        report(remark)
    return prepared


def _prepared(
    config: DataConfig,
    home: Path,
    report: Progress,
    scratch: Path | None,
    check: Callable[[Prepared], object] | None,
) -> Prepared:
    source = source_of(config)
    spec = source.spec(config)
    found = source.fingerprint(config)
    config = config.model_copy(update={"maxlen": spec.timesteps})
    for remark in found.remarks:
        report(remark)
    key, folder = _place(config, found, home)

    def make() -> Contents:
        report(f"preparing data={config.name} from {found.text}")
        raw = source.load(config, found, report)
        lengths = np.concatenate([raw.train.lengths, raw.test.lengths])
        width = 4 * (spec.features or 1)
        check_size(len(lengths), width, spec.timesteps, int(lengths.max()), folder)
        return _contents(config, found, spec, raw)

    def check_folder(new: Path, meta: dict[str, Any]) -> None:
        if check is not None:
            check(prepared_in(new, meta))

    return prepared_in(*kept(folder, key, ARRAY_NAMES, report, make, scratch, check_folder))


def missing(config: DataConfig, home: Path) -> Fingerprint | None:
    """What a data set has to be downloaded from; ``None`` where it is at hand.

    Raises ConfigError or DataError for keys or a file that are wrong.
    """
    source = source_of(config)
    spec = source.spec(config)
    found = source.fingerprint(config)
    key, folder = _place(config.model_copy(update={"maxlen": spec.timesteps}), found, home)
    is_at_hand = not found.is_remote or inspect(folder, key, ARRAY_NAMES).meta is not None
    return None if is_at_hand else found


def _place(config: DataConfig, found: Fingerprint, home: Path) -> tuple[str, Path]:
    """The key of prepared arrays, and their folder."""
    key = prep_key(config, found)
    return key, Path(home).absolute() / "data" / f"{config.name}-{key[:16]}"


def prep_key(config: DataConfig, found: Fingerprint) -> str:
    """SHA-256 of all that determines the arrays; paths and ``mask`` do not."""
    parts = {
        "version": PREPARATION_VERSION,
        "identity": found.identity,
        **config.model_dump(exclude=_NOT_OF_ARRAYS),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _contents(config: DataConfig, found: Fingerprint, spec: InputSpec, raw: Raw) -> Contents:
    how = Padding(spec.timesteps, config.padding, config.truncating, spec.vocabulary)
    dtype = np.dtype("<i4" if spec.features is None else "<f4")

    def pad_split(split: Split) -> NDArray[Any]:
        return padded(split, how, dtype)

    plans = []
    for part, split in (("train", raw.train), ("test", raw.test)):
        shape = (len(split.labels), how.maxlen, *split.values.shape[1:])
        labels = np.dtype("<f4" if spec.targets else "<i4")
        plans += [
            ArrayPlan(f"x_{part}", shape, dtype, padded_blocks(split, how, dtype)),
            ArrayPlan(f"y_{part}", split.labels.shape, labels, [split.labels]),
        ]
    plans += _beside(raw)
    extra = raw.facts_of(pad_split) if raw.facts_of else {}
    facts = {**_common_facts(raw, spec), **raw.facts, **extra}
    if spec.vocabulary is not None and holds_words(config, source_of(config)):
        for part, split in (("train", raw.train), ("test", raw.test)):
            if count := without_known_words(split, spec.vocabulary):
                facts[UNKNOWN[part]] = count
    meta = {
        "name": config.name,
        "source": found.text,
        "facts": facts,
        # Without defaults: an earlier version, which lacks some fields, reads it then, too.
        "spec": {
            one.name: value
            for one in fields(spec)
            if (value := getattr(spec, one.name)) != one.default
        },
    }
    files = {VOCABULARY: raw.vocabulary.to_json()} if raw.vocabulary else {}
    if spec.features is None:
        files[LENGTHS] = to_json(tokens_of(raw.test))
    return Contents(plans, meta, files)


def _beside(raw: Raw) -> list[ArrayPlan]:
    """What belongs to targets that are numbers, in the order of the names."""
    pairs: dict[str, tuple[NDArray[Any], NDArray[Any]]] = {}
    if raw.naive is not None:
        pairs[NAIVE] = (raw.naive.last, raw.naive.error)
    if raw.target_scale is not None:
        for name, scale in zip(SCALES.values(), raw.target_scale, strict=True):
            pairs[name] = (scale.factor, scale.offset)
    plans = []
    for name, both in sorted(pairs.items()):
        rows = np.stack(np.broadcast_arrays(*both), axis=1)
        plans.append(ArrayPlan(name, rows.shape, np.dtype("<f8"), [rows]))
    return plans


def _common_facts(raw: Raw, spec: InputSpec) -> dict[str, Any]:
    lengths, labels = raw.train.lengths, {"train": raw.train.labels, "test": raw.test.labels}
    facts: dict[str, Any] = {f"n_{part}": len(y) for part, y in labels.items()}
    if spec.targets:
        scale = raw.target_scale[0] if raw.target_scale else TargetScale.identity(spec.targets)
        facts[TARGET_SD] = _spread(labels["train"], scale)
    else:
        facts |= {
            f"{part}_class_counts": np.bincount(y, minlength=spec.classes).tolist()
            for part, y in labels.items()
        }
    return facts | {
        "train_lengths": {name: float(np.quantile(lengths, q)) for name, q in QUANTILES.items()},
        "train_truncated_share": float((lengths > spec.timesteps).mean()),
    }


def _spread(targets: NDArray[Any], scale: TargetScale) -> float:
    """Return the standard deviation of training targets; raises DataError if infinite."""
    with np.errstate(over="ignore", invalid="ignore"):
        spread = scale.rmse_of(mean_of(targets), targets)
    if not np.isfinite(spread):
        raise DataError(
            "data",
            "targets whose squares are finite, below 1e150",
            "larger training targets",
            "give them in a larger unit",
        )
    return spread


def _silent(message: str) -> None:
    """Where nobody asked for progress."""

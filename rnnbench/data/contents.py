"""What is written of a data set: padded arrays, the facts about it, and texts beside them."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.contract import TARGET_SD, Fingerprint, InputSpec, Raw, Split
from rnnbench.data.lengths import LENGTHS, to_json, tokens_of
from rnnbench.data.padding import Padding, padded, padded_blocks
from rnnbench.data.prepared import NAIVE, SCALES, VOCABULARY
from rnnbench.data.remarks import UNKNOWN, holds_words, without_known_words
from rnnbench.data.room import check_size
from rnnbench.data.sources import source_of
from rnnbench.data.store import ArrayPlan, Contents
from rnnbench.data.targets import TargetScale, mean_of
from rnnbench.errors import DataError

if TYPE_CHECKING:
    from rnnbench.config.data_section import DataConfig

QUANTILES = {"min": 0.0, "p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95, "max": 1.0}


def contents_of(
    config: DataConfig, found: Fingerprint, spec: InputSpec, raw: Raw, folder: Path
) -> Contents:
    """What a folder is to hold of raw data.

    Raises ConfigError for a length that the disk has no room for, DataError for infinite targets.
    """
    lengths = np.concatenate([raw.train.lengths, raw.test.lengths])
    width = 4 * (spec.features or 1)
    check_size(len(lengths), width, spec.timesteps, int(lengths.max()), folder)
    how = Padding(spec.timesteps, config.padding, config.truncating, spec.vocabulary)
    dtype = np.dtype("<i4" if spec.features is None else "<f4")

    def pad_split(split: Split) -> NDArray[Any]:
        return padded(split, how, dtype)

    plans = []
    splits = {"train": raw.train, "test": raw.test}
    for part, split in splits.items():
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
        for part, split in splits.items():
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

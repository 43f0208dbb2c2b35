"""Runs that were finished with an earlier version of the code stay finished: their keys stay."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rnnbench.config.expand import expand
from rnnbench.data import InputSpec, Prepared
from rnnbench.models.matching import resolve_units
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import declare
from rnnbench.training.spec import replicates
from tests.conftest import ROOT

RECORDED = Path(__file__).with_name("recorded_keys.json")

# Reports whose runs a preset declares one by one; the values of optimizers' were drawn.
REPORTS = {
    "imdb": "cells_at_500",
    "lstm_vs_gru": "gru_vs_lstm",
    "maxlen": "maxlen",
    "padding": "padding",
    "depth": "depth",
    "carried_state": "carried_state",
    "long_training": "long_training",
}


@pytest.mark.parametrize("report", REPORTS)
def test_every_run_of_a_committed_report_is_declared_with_the_key_that_it_has(report: str) -> None:
    runs = pd.read_parquet(ROOT / "reports" / report / "runs.parquet")
    digests = dict(zip(runs["maxlen"], runs["data_digest"], strict=True))
    keys = set()
    for arm in expand([f"experiments={REPORTS[report]}"]):
        data = arm.config.data
        spec = InputSpec(data.maxlen, None, data.num_words, 2)
        prepared = Prepared("imdb", Path(), digests[data.maxlen], spec, "", {})
        config = resolve_units(arm.config, spec)
        seeds = range(config.seed, config.seed + int(runs.groupby("arm_key").size().max()))
        keys |= {spec.key for spec in replicates(arm.label, config, prepared, list(seeds))}
    assert set(runs["key"]) <= keys


@cache
def recorded() -> dict[str, str]:
    found: dict[str, str] = json.loads(RECORDED.read_text("utf-8"))
    return found


COMMANDS = (
    "+cell=simple_rnn data=reviews",
    "+cell=lstm data=reviews model=stacked training.epochs=7",
    "+cell=gru data=reviews model.embedding.dim=9 data.mask=false training.buckets=4",
    "+cell=gru match=lstm:16 data=reviews optimizer.clipnorm=1 training.validation=none",
    "+cell=lstm data=reviews data.maxlen=7 training.early_stopping.patience=2",
    "+cell=lstm_peephole data=digits model.stateful=true",
    "+cell=gru_reset_before data=digits model.bidirectional=true model.dropout=.1",
    "+cell=gru data=digits data.limit=300 optimizer=sgd training.fused=false",
    "+cell=gru data=temporal_order training.test=none",
    "+cell=gru data=arrays data.path=tokens.npz data.num_words=20",
    "+cell=gru data=arrays data.path=tokens.npz data.num_words=20 data.maxlen=5",
    "+cell=lstm data=arrays data.path=features.npz data.maxlen=4",
    "+cell=gru data=csv data.path=texts.csv data.test_fraction=.25",
    "+cell=gru data=csv data.path=texts.csv data.test_fraction=.25 data.maxlen=3 data.unknown=drop",
    "+cell=gru data=csv data.path=numbers.csv data.test_fraction=.25 data.tokens=numbers "
    "data.num_words=30",
    "+cell=lstm data=text_dir data.path=folder",
)


def make_files() -> None:
    """Write the small files that commands name, the same each time."""
    rng = np.random.default_rng(7)
    labels = np.arange(40) % 2
    rng.shuffle(labels[:30])
    tokens = rng.integers(0, 30, (40, 5))
    np.savez("tokens.npz", x_train=tokens[:30], y_train=labels[:30], x_test=tokens, y_test=labels)
    steps = rng.normal(size=(40, 4, 3)).astype("f4")
    np.savez("features.npz", x_train=steps[:30], y_train=labels[:30], x_test=steps, y_test=labels)
    words = ["good", "bad", "film", "the", "plot,", "isn't", "Great!", "film."]
    texts = [" ".join(rng.choice(words, 6)) for _ in labels]
    rows = [f'"{t}",{"pos" if y else "neg"}' for t, y in zip(texts, labels, strict=True)]
    Path("texts.csv").write_text("\n".join(["text,label", *rows, ""]))
    rows = [f"{' '.join(map(str, t))},{y}" for t, y in zip(tokens, labels, strict=True)]
    Path("numbers.csv").write_text("\n".join(["text,label", *rows, ""]))
    for number, (text, label) in enumerate(zip(texts, labels, strict=True)):
        part = "train" if number < 30 else "test"
        folder = Path("folder", part, "pos" if label else "neg")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.txt").write_text(text)


def key_of(command: str) -> str:
    (spec,) = declare(expand(command.split()), DataCache(Path("runs").absolute()), 1)
    return spec.key


@pytest.mark.parametrize("command", COMMANDS)
def test_a_run_keeps_the_key_that_it_was_stored_under(command: str, work_dir: Path) -> None:
    make_files()
    assert key_of(command) == recorded()[command]

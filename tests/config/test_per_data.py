"""Values that a preset has on single data sets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from rnnbench.config.expand import expand
from rnnbench.config.schema import Config
from rnnbench.errors import ConfigError

PRESET = {
    "training": {"epochs": 3},
    "sweep": {
        "grid": {"cell": ["gru"], "data": ["digits", "temporal_order"]},
        "per_data": {"digits": {"training.epochs": 7}, "temporal_order": {"data.maxlen": 40}},
    },
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "experiments").mkdir()
    (tmp_path / "experiments" / "own.yaml").write_text(yaml.safe_dump(PRESET))
    return tmp_path


def by_data(folder: Path, *words: str) -> Mapping[str, Config]:
    arms = expand(["experiments=own", *words], config_dirs=[folder])
    return {arm.config.data.name: arm.config for arm in arms}


def test_a_data_set_has_its_own_values_and_others_the_usual_ones(folder: Path) -> None:
    found = by_data(folder)
    assert {name: config.training.epochs for name, config in found.items()} == {
        "digits": 7,
        "temporal_order": 3,
    }
    assert found["temporal_order"].data.maxlen == 40
    assert found["digits"].data.maxlen == 8


def test_they_hold_where_one_of_the_data_sets_is_typed(folder: Path) -> None:
    assert by_data(folder, "data=digits")["digits"].training.epochs == 7
    assert by_data(folder, "data=temporal_order")["temporal_order"].data.maxlen == 40


@pytest.mark.parametrize("words", [("training.epochs=2",), ("training=quick", "training.epochs=2")])
def test_what_is_typed_beats_them(folder: Path, words: tuple[str, ...]) -> None:
    assert {config.training.epochs for config in by_data(folder, *words).values()} == {2}


def test_a_typed_axis_beats_them(folder: Path) -> None:
    arms = expand(["experiments=own", "training.epochs=2,4"], config_dirs=[folder])
    found = {(arm.config.data.name, arm.config.training.epochs) for arm in arms}
    assert found == {(name, n) for name in ("digits", "temporal_order") for n in (2, 4)}


def test_they_hold_where_a_key_refers_to_a_swept_one(folder: Path) -> None:
    arms = expand(
        ["experiments=own", "model.units=4,8", "model.embedding.dim=${model.units}"],
        config_dirs=[folder],
    )
    epochs = {(arm.config.data.name, arm.config.training.epochs) for arm in arms}
    assert epochs == {("digits", 7), ("temporal_order", 3)}
    assert all(a.config.model.embedding.dim == a.config.model.units for a in arms)


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("+sweep.per_data.digitz={training.epochs:4}", "sweep.per_data.digitz"),
        ("+sweep.per_data.reviews=4", "sweep.per_data.reviews"),
        ("+sweep.per_data.reviews={training.epochz:4}", "training.epochz"),
        ("+sweep.per_data.reviews={nothing.at.all:4}", "nothing.at.all"),
        ("sweep.optional_data=[imbd]", "sweep.optional_data"),
        ("sweep.optional_data=[[imdb]]", "sweep.optional_data"),
    ],
)
def test_what_is_wrong_names_its_key(words: str, key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        expand(["+cell=gru", words])
    assert caught.value.key == key

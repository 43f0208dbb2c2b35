"""Every key is explained once, in the schema, and every explanation is about a key."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from rnnbench.cli.described import key_descriptions
from rnnbench.config.compose import composer
from rnnbench.config.describe import section_meanings
from rnnbench.config.dotted import flat
from rnnbench.config.keys import keys
from rnnbench.config.optimizer_options import OPTION_MEANINGS as OPTIMIZER_OPTIONS
from rnnbench.config.option_files import OptionFiles
from rnnbench.config.paths import preset_files, resource_dir
from rnnbench.data.sources import OWN_KEYS, SOURCES
from rnnbench.models.cells import CELLS, OPTION_MEANINGS

KEYS = {one.key: one for one in key_descriptions()}
OPEN = (
    "search.space",
    "sweep.grid",
    "sweep.per_data",
    "published",
    "claims",
)  # what is below them has any name
SCHEMA = {key.replace("claims.", "claims.N.") for key in set(keys()) - set(section_meanings())} | {
    "claims"
}
# Numbers that count nothing, or are measured in units of another key.
WITHOUT_UNIT = {
    "seed",
    "optimizer.learning_rate",
    "optimizer.clipnorm",
    "training.early_stopping.min_delta",
    "training.schedule.factor",
    "model.l2",
    "model.recurrent_l2",
    "data.text_column",
    "data.label_column",
    "data.time",
    "data.series_id",
    "data.target",
}


def test_every_key_of_the_schema_is_described() -> None:
    assert set(KEYS) >= SCHEMA
    assert all(one.meaning.endswith(".") and one.allowed and one.default for one in KEYS.values())


def test_every_description_is_about_a_key() -> None:
    below = tuple(f"{key}." for key in OPEN)
    options = {f"cell.{option}" for option in OPTION_MEANINGS}
    options |= {f"optimizer.{option}" for option in OPTIMIZER_OPTIONS}
    closed = {key for key in KEYS if not key.startswith(below)} - options
    assert closed <= SCHEMA
    assert set(OPTION_MEANINGS) == {option for cell in CELLS.values() for option in cell.options}


def test_meanings_are_single_sentences_and_no_two_alike() -> None:
    meanings = [one.meaning for one in KEYS.values()]
    assert len(set(meanings)) == len(meanings)
    assert [text for text in meanings if ". " in text or text[0].islower()] == []
    assert all(text.endswith(".") for text in section_meanings().values())


def test_every_number_has_a_unit() -> None:
    numbers = {
        key
        for key, one in KEYS.items()
        if "number at" in one.allowed or "number above" in one.allowed
        if not key.startswith(OPEN)
    }
    options = {f"optimizer.{option}" for option in OPTIMIZER_OPTIONS}
    assert {key for key in numbers - options if not KEYS[key].unit} == WITHOUT_UNIT
    assert {key for key, one in KEYS.items() if one.unit} - numbers == {"diagnostics.gradient_flow"}


@pytest.mark.parametrize(
    "group", [group for group in OptionFiles().groups if group != "experiments"]
)
def test_every_key_of_the_files_is_described(group: str) -> None:
    files = OptionFiles()
    for option in files.groups[group]:
        keys = flat({group: files.option(group, option)}, whole=OPEN)
        assert set(keys) <= set(KEYS), option


def test_every_key_of_the_primary_file_is_described() -> None:
    assert set(flat(OptionFiles().primary, whole=OPEN)) <= set(KEYS)


def test_every_option_has_a_line_of_its_own() -> None:
    files = OptionFiles()
    groups = files.groups
    assert set(groups) == {path.parent.name for path in resource_dir("conf").glob("*/*.yaml")} | {
        "experiments"
    }
    assert set(groups["experiments"]) == set(preset_files())
    for group, options in groups.items():
        lines = [files.line(group, name) for name in options]
        assert len(set(lines)) == len(options)
        assert all(line.endswith((".", "?")) for line in lines)


def test_keys_of_some_data_sets_name_them() -> None:
    for name in SOURCES:
        own = {key for key, one in KEYS.items() if name in one.options and key.startswith("data.")}
        assert own == {f"data.{key}" for key in OWN_KEYS.get(name, ())}


def test_defaults_are_those_that_hydra_composes() -> None:
    def composed(*words: str) -> dict[str, Any]:
        with composer() as made:
            return flat(made.compose(words), whole=OPEN)

    usual = composed()
    for key, value in usual.items():
        if key in KEYS and key not in (*OPEN, "home"):  # which depends on where one is
            told = KEYS[key].default.split(";")[0].split(" with ")[0]
            assert yaml.safe_load(told) == value, key
    assert "500 with data=imdb" in KEYS["data.maxlen"].default
    assert composed("data=imdb")["data.maxlen"] == 500


def test_a_key_in_words() -> None:
    units = KEYS["model.units"]
    assert units.meaning == "Width of the state of each recurrent layer."
    assert units.allowed == "a whole number at least 1 and at most 65536"
    assert (units.default, units.unit, units.options) == ("32", "units", ())
    assert KEYS["data.path"].default == (
        "null; required with data=arrays, data=csv, data=series, data=text_dir"
    )
    assert KEYS["cell.unit_forget_bias"].options == ("lstm", "lstm_peephole")

"""The command-line words that change the search space, one by one and together."""

from __future__ import annotations

import copy
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnbench.config import space_words
from rnnbench.config.compose import composer
from rnnbench.config.expand import load
from rnnbench.errors import ConfigError

SPACE: dict[str, Any] = {
    "optimizer.learning_rate": {"type": "float", "low": 3e-4, "high": 3e-2, "log": True},
    "model.dropout": {"type": "float", "low": 0.0, "high": 0.5, "step": 0.1},
    "model.units": {"type": "categorical", "choices": [16, 32, 64], "when": {"match": None}},
}
UNITS = "{type: int, low: 8, high: 64}"
ONLY_UNITS = {"model.units": {"type": "int", "low": 8, "high": 64}}


def space_after(words: Sequence[str]) -> dict[str, Any]:
    """What words make of ``SPACE``."""
    mapping = {"search": {"space": copy.deepcopy(SPACE)}}
    space_words.apply(mapping, words)
    return mapping["search"]["space"]


def shown_by_hydra(folder: Path, *words: str) -> dict[str, Any]:
    """The search space that ``--cfg job`` prints."""
    command = [sys.executable, "-m", "rnnbench", "sweep", *words, "--cfg", "job"]
    found = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    space: dict[str, Any] = yaml.safe_load(found.stdout)["search"]["space"]
    return space


class TestWholeSpace:
    def test_is_replaced(self) -> None:
        assert space_after([f"search.space={{model.units: {UNITS}}}"]) == ONLY_UNITS

    @pytest.mark.parametrize("word", ["search.space={}", "~search.space"])
    def test_can_be_emptied(self, word: str) -> None:
        assert space_after([word]) == {}

    def test_is_built_from_nothing_where_there_was_none(self) -> None:
        config = load(["+cell=gru", f"search.space.model.units={UNITS}"])
        assert list(config.search.space) == ["model.units"]

    def test_comes_before_its_entries_and_they_before_their_values(self) -> None:
        words = [
            "search.space.model.units.high=99",
            f"search.space.model.units={UNITS}",
            "search.space={model.dropout: {type: float, low: 0, high: 0.2}}",
        ]
        assert space_after(words) == {
            "model.dropout": {"type": "float", "low": 0, "high": 0.2},
            "model.units": {"type": "int", "low": 8, "high": 99},
        }


class TestEntry:
    @pytest.mark.parametrize("plus", ["", "+", "++"])
    def test_is_added_and_leaves_the_others(self, plus: str) -> None:
        entry = {"type": "categorical", "choices": [16, 32]}
        text = "{type: categorical, choices: [16, 32]}"
        found = space_after([f"{plus}search.space.training.batch_size={text}"])
        assert found == SPACE | {"training.batch_size": entry}

    def test_is_replaced_as_a_whole(self) -> None:
        assert space_after([f"search.space.model.units={UNITS}"]) == SPACE | ONLY_UNITS

    @pytest.mark.parametrize("key", SPACE)
    def test_is_left_out(self, key: str) -> None:
        rest = {name: entry for name, entry in SPACE.items() if name != key}
        assert space_after([f"~search.space.{key}"]) == rest


class TestValueOfAnEntry:
    @pytest.mark.parametrize(
        ("key", "field", "text", "value"),
        [
            ("optimizer.learning_rate", "high", "0.1", 0.1),
            ("optimizer.learning_rate", "log", "false", False),
            ("model.dropout", "step", "null", None),
            ("model.units", "choices", "[8,16]", [8, 16]),
            ("model.units", "when", "{match: lstm:8}", {"match": "lstm:8"}),
            ("model.dropout", "when", "{model.depth: [1,2]}", {"model.depth": [1, 2]}),
        ],
    )
    def test_is_changed_and_the_rest_stays(
        self, key: str, field: str, text: str, value: object
    ) -> None:
        found = space_after([f"search.space.{key}.{field}={text}"])
        assert found == SPACE | {key: SPACE[key] | {field: value}}

    def test_reaches_the_typed_configuration(self) -> None:
        words = ["+cell=gru", "search=random", "search.space.model.units.when={model.depth: 2}"]
        assert load(words).search.space["model.units"].when == {"model.depth": 2}


keys = st.sampled_from([*SPACE, "training.batch_size", "match", "cell.activation"])
numbers = st.floats(-1e9, 1e9) | st.integers(-(10**9), 10**9)


@st.composite
def ranges(draw: st.DrawFn) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": draw(st.sampled_from(["int", "float"]))}
    for field in ("low", "high", "step"):
        entry[field] = draw(numbers)
    return entry


def text_of(entry: dict[str, Any]) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in entry.items()) + "}"


# Each example is parsed by Hydra, on a machine that may be busy.
few = settings(max_examples=30, deadline=None)


class TestRules:
    @few
    @given(st.dictionaries(keys, ranges(), min_size=1))
    def test_the_whole_space_is_what_was_typed(self, space: dict[str, Any]) -> None:
        entries = ", ".join(f"{key}: {text_of(entry)}" for key, entry in space.items())
        assert space_after([f"search.space={{{entries}}}"]) == space

    @few
    @given(
        st.dictionaries(keys, ranges()), st.sets(st.sampled_from([*SPACE])), st.randoms(), numbers
    )
    def test_the_order_of_the_words_is_of_no_concern(
        self, added: dict[str, Any], deleted: set[str], random: Any, value: float
    ) -> None:
        words = [f"search.space.{key}={text_of(entry)}" for key, entry in added.items()]
        words += [f"search.space.{key}.high={value}" for key in added]
        words += [f"~search.space.{key}" for key in deleted - set(added)]
        expected = {key: entry for key, entry in SPACE.items() if key not in deleted}
        expected |= {key: entry | {"high": value} for key, entry in added.items()}
        random.shuffle(words)
        assert space_after(words) == expected

    @few
    @given(st.sampled_from([*SPACE]), st.sampled_from(["low", "high", "step"]), numbers)
    def test_a_value_changes_nothing_else(self, key: str, field: str, value: float) -> None:
        found = space_after([f"search.space.{key}.{field}={value}"])
        assert found[key].pop(field) == value
        unchanged = {name: v for name, v in SPACE[key].items() if name != field}
        assert found == SPACE | {key: unchanged}

    @few
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["", "+", "++", "~"]),
                st.sampled_from(["search.space", "search.spaces", "search", "model.units", "xyz"]),
                st.sampled_from(["", ".model.units", ".model.units.low"]),
                st.sampled_from(["", "=1", "={a: 1}", "=search.space"]),
            ).map("".join)
        )
    )
    def test_every_word_goes_to_hydra_or_to_the_space_in_the_order_typed(
        self, words: list[str]
    ) -> None:
        rest, ours = space_words.split(words)
        again = {True: iter(ours), False: iter(rest)}
        of_space = [f"{word}=".split("=")[0].lstrip("+~") for word in words]
        flags = [name == "search.space" or name.startswith("search.space.") for name in of_space]
        assert [next(again[flag]) for flag in flags] == words
        assert len(rest) + len(ours) == len(words)


class TestWrongWord:
    @pytest.mark.parametrize(
        ("words", "key", "expected", "received"),
        [
            (["search.space=3"], "search.space", "ranges by key", "3"),
            (["search.space=null"], "search.space", "ranges by key", "None"),
            (["search.space=[1,2]"], "search.space", "ranges by key", "[1, 2]"),
            (["search.space.model.units=8"], "search.space.model.units", "a range", "8"),
            (["search.space.model.unitz.low=8"], "search.space.model.unitz.low", "a range", "8"),
            (["~search.space.model.depth"], "search.space.model.depth", "model.units", None),
            (["~search.space", "~search.space.match"], "search.space.match", "none", None),
            (["search.space.model.units"], "search.space.model.units", "key=value", None),
            (["search.space={model.units: "], "search.space", "Hydra's grammar", None),
            (
                ["search.space.model.units.low=1", "++search.space.model.units.low=2"],
                "search.space.model.units.low",
                "one value",
                None,
            ),
        ],
    )
    def test_names_its_key(
        self, words: list[str], key: str, expected: str, received: str | None
    ) -> None:
        with pytest.raises(ConfigError) as caught:
            space_after(words)
        assert caught.value.key == key
        assert expected in caught.value.expected
        assert received in (None, caught.value.received)
        assert caught.value.action

    @pytest.mark.parametrize(
        ("word", "key"),
        [
            ("search.space.model.dropout.hihg=0.1", "search.space.model.dropout.hihg"),
            ("search.space.model.dropout.high=abc", "search.space.model.dropout.high"),
            ("search.space.model.units.high=64", "search.space.model.units.high"),
            ("search.space.model.units.choices=[]", "search.space.model.units.choices"),
            ("search.space.model.units.choices=[[1]]", "search.space.model.units.choices"),
            ("search.space.model.units={type: int, low: 8}", "search.space.model.units.high"),
            ("search.space.model.units={low: 8, high: 9}", "search.space.model.units"),
            ("search.space.model.units.type=integer", "search.space.model.units"),
            ("search.space={model.units: 3}", "search.space.model.units"),
        ],
    )
    def test_that_only_the_schema_refuses_names_its_key_too(self, word: str, key: str) -> None:
        with pytest.raises(ConfigError) as caught:
            load(["+cell=gru", "search=random", word])
        assert caught.value.key.startswith(key)
        assert "categorical" not in caught.value.key


@pytest.mark.parametrize(
    "words",
    [
        ["search.space.model.dropout.high=0.4", "~search.space.model.units"],
        ["search.space={model.units: {type: int, low: 8, high: 64, when: {match: null}}}"],
        ["search.space.cell.activation={type: categorical, choices: [tanh, 'a, b', null]}"],
    ],
)
def test_cfg_shows_the_space_that_a_sweep_would_search(work_dir: Path, words: list[str]) -> None:
    with composer() as hydra:
        composed = hydra.compose(["search=random", *words])
    assert shown_by_hydra(work_dir, "search=random", *words) == composed["search"]["space"]

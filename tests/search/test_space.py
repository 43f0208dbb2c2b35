"""The search space: what is refused, when a key is drawn, and what a draw gives."""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Mapping
from operator import attrgetter
from pathlib import Path
from typing import Any

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnbench.config.dotted import value_at
from rnnbench.config.schema import (
    CategoricalSpace,
    CellConfig,
    Config,
    FloatSpace,
    IntSpace,
    SearchConfig,
    Space,
)
from rnnbench.config.validate import validate
from rnnbench.errors import ConfigError
from rnnbench.models.cells import CELLS
from rnnbench.search.samplers import check_sampler
from rnnbench.search.space import apply, check_space, draw, suggest_with
from tests.conftest import Configure, Run

SMALL = ("+cell=gru", "data=digits", "search=random")
INT: dict[str, Any] = {"type": "int", "low": 8, "high": 64}
FLOAT: dict[str, Any] = {"type": "float", "low": 1e-4, "high": 1e-2}
SAMPLERS = ["random", "tpe", "qmc", "cmaes"]


def choices(*values: object) -> dict[str, Any]:
    return {"type": "categorical", "choices": list(values)}


def with_space(config: Config, space: Mapping[str, Any], **search: object) -> Config:
    """The configuration with another space, unchecked beyond the schema."""
    fields = config.search.model_dump() | {"space": dict(space)} | search
    return config.model_copy(update={"search": SearchConfig.model_validate(fields)})


@pytest.fixture(scope="module")
def base(configure: Configure) -> Config:
    return configure(*SMALL)


class TestIdleKeys:
    @pytest.mark.parametrize(
        "space",
        [
            {"training.buckets": {"type": "int", "low": 2, "high": 16}},
            {"model.embedding.trainable": choices(True, False)},
        ],
    )
    def test_may_be_drawn(self, base: Config, space: dict[str, Any]) -> None:
        check_space(with_space(base, space))
        ((key, value),) = {key: entry.get("low", True) for key, entry in space.items()}.items()
        found, drawn = draw(with_space(base, space), lambda *_: value)
        assert drawn == {key: value}
        assert attrgetter(key)(found) == value


class TestRefusedSpace:
    @pytest.mark.parametrize(
        ("space", "key", "expected", "received"),
        [
            ({}, "search.space", "at least one key with a range", "none"),
            ({"model.unitz": INT}, "search.space", "dotted keys that exist", "model.unitz"),
            ({"units": INT}, "search.space", "dotted keys that exist", "units"),
            ({"model.units.low": INT}, "search.space", "dotted keys that exist", "model.units.low"),
            ({"cell.leak": FLOAT}, "search.space", "dotted keys that exist", "cell.leak"),
            ({"model.embedding": INT}, "search.space", "keys of single values", "model.embedding"),
            ({"model": INT}, "search.space", "keys of single values", "model"),
            (
                {"model.units": INT | {"when": {"model.deepth": 1}}},
                "search.space.model.units.when",
                "dotted keys that exist",
                "model.deepth",
            ),
            (
                {"model.units": INT | {"when": {"model.embedding": 1}}},
                "search.space.model.units.when",
                "keys of single values",
                "model.embedding",
            ),
        ],
    )
    def test_names_what_cannot_be_drawn(
        self, base: Config, space: dict[str, Any], key: str, expected: str, received: str
    ) -> None:
        with pytest.raises(ConfigError) as caught:
            check_space(with_space(base, space))
        assert caught.value.key == key
        assert expected in caught.value.expected
        assert caught.value.received == received
        assert caught.value.action

    @pytest.mark.parametrize(
        ("key", "entry", "expected", "received"),
        [
            ("model.units", {"type": "int", "low": 0, "high": 8}, "a whole number at least 1", "0"),
            ("model.units", {"type": "int", "low": 1, "high": 70000}, "at most 65536", "70000"),
            ("model.units", {"type": "float", "low": 1, "high": 8}, "a whole number", "1.0"),
            ("model.dropout", {"type": "float", "low": 0, "high": 1}, "below 1", "1.0"),
            ("optimizer.learning_rate", choices(0.1, 0), "above 0", "0"),
            ("optimizer.name", choices("adam", "adamm"), "one of adam, adamw", "adamm"),
            ("model.bidirectional", choices(True, "yes"), "true or false", "yes"),
            ("cell.activation", choices("tanh", "foo"), "one of tanh, relu", "foo"),
            ("cell.activation", choices("tanh", None), "one of tanh, relu", "None"),
        ],
    )
    def test_names_a_value_that_its_key_cannot_have(
        self, base: Config, key: str, entry: dict[str, Any], expected: str, received: str
    ) -> None:
        with pytest.raises(ConfigError) as caught:
            check_space(with_space(base, {key: entry}))
        assert caught.value.key == f"search.space.{key}"
        assert expected in caught.value.expected
        assert caught.value.received == received
        assert caught.value.action == "change the range"

    @pytest.mark.parametrize(
        "key",
        [
            "seed",
            "seeds",
            "home",
            "data.maxlen",
            "data.mask",
            "cell.name",
            "training.validation",
            "training.validation_fraction",
            "training.test",
            "search.n_trials",
            "executor.threads",
            "tracking.save_model",
            "report.margin",
            "sweep.retry_failed",
        ],
    )
    def test_names_a_key_by_which_trials_would_not_be_comparable(
        self, base: Config, key: str
    ) -> None:
        with pytest.raises(ConfigError) as caught:
            check_space(with_space(base, {key: INT}))
        assert caught.value.key == f"search.space.{key}"
        assert "the model, its optimizer or its training" in caught.value.expected
        assert "axis of the sweep" in caught.value.action

    @pytest.mark.parametrize(
        ("match", "space"),
        [
            ("lstm:8", {"model.units": INT}),
            ("lstm:8", {"model.units": INT | {"when": {"model.depth": 1}}}),
            (None, {"match": choices("lstm:8", None), "model.units": INT}),
        ],
    )
    def test_would_draw_units_that_match_decides(
        self, base: Config, match: str | None, space: dict[str, Any]
    ) -> None:
        with pytest.raises(ConfigError) as caught:
            check_space(with_space(base.model_copy(update={"match": match}), space))
        assert caught.value.key == "search.space.model.units"
        assert "where match decides nothing" in caught.value.expected
        assert "when: {match: null}" in caught.value.action

    def test_may_not_need_a_package_that_is_missing(
        self, base: Config, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
        check_sampler(with_space(base, {}, sampler="tpe").search)
        with pytest.raises(ConfigError, match=r"search\.sampler: .* pip install cmaes"):
            check_sampler(with_space(base, {}, sampler="cmaes").search)


class TestAcceptedSpace:
    @pytest.mark.parametrize("sampler", SAMPLERS)
    def test_is_every_default_for_every_cell(self, configure: Configure, sampler: str) -> None:
        config = configure("+cell=gru", "data=digits", f"search={sampler}")
        check_sampler(config.search)
        for name, match in itertools.product(CELLS, (None, "lstm:8")):
            check_space(config.model_copy(update={"cell": CellConfig(name=name), "match": match}))

    @pytest.mark.parametrize(
        "space",
        [
            {"model.units": {"type": "int", "low": 1, "high": 65536}},
            {"model.dropout": {"type": "float", "low": 0, "high": 0.999}},
            {"training.early_stopping.patience": choices(None, 1)},
            {"match": choices("lstm:8", None), "model.units": INT | {"when": {"match": None}}},
            {"cell.activation": choices("tanh", "relu")},
            {"model.embedding.dim": INT},
        ],
    )
    def test_reaches_to_the_ends_of_what_its_keys_take(
        self, base: Config, space: dict[str, Any]
    ) -> None:
        check_space(with_space(base, space))


class TestRange:
    @pytest.mark.parametrize(
        ("entry", "key", "expected"),
        [
            ({"type": "int", "low": 9, "high": 8}, "", "low not above high"),
            ({"type": "float", "low": 0.2, "high": 0.1}, "", "low not above high"),
            ({"type": "int", "low": 0, "high": 8, "log": True}, ".low", "above 0"),
            ({"type": "float", "low": 0.0, "high": 8, "log": True}, ".low", "above 0"),
            ({"type": "float", "low": -1, "high": 8, "log": True}, ".low", "above 0"),
            ({"type": "int", "low": 1, "high": 8, "log": True, "step": 2}, ".step", "log=true"),
            ({"type": "float", "low": 1, "high": 8, "log": True, "step": 0.5}, ".step", "log=true"),
            ({"type": "float", "low": 1, "high": 8, "log": True, "step": 1.0}, ".step", "log=true"),
            ({"type": "float", "low": -1, "high": 8, "step": 20.0}, ".step", "at most 9"),
            ({"type": "int", "low": 1, "high": 8, "step": 8}, ".step", "at most 7"),
            (choices(4, 8, 4), ".choices", "every choice once"),
            (choices(None, None), ".choices", "every choice once"),
        ],
    )
    def test_that_nothing_can_be_drawn_from_is_refused(
        self, base: Config, entry: dict[str, Any], key: str, expected: str
    ) -> None:
        mapping = base.model_dump()
        mapping["search"]["space"]["optimizer.learning_rate"] = entry
        with pytest.raises(ConfigError) as caught:
            validate(mapping)
        assert caught.value.key == f"search.space.optimizer.learning_rate{key}"
        assert expected in caught.value.expected
        assert caught.value.action

    @pytest.mark.parametrize(
        "entry",
        [
            {"type": "int", "low": 8, "high": 8},
            {"type": "int", "low": 1, "high": 8, "log": True},
            {"type": "int", "low": 1, "high": 8, "log": True, "step": 1},
            {"type": "float", "low": 1e-9, "high": 1e-9, "log": True},
            {"type": "float", "low": -1, "high": 8, "step": 9.0},
            {"type": "int", "low": 8, "high": 8, "step": 4},
            choices(1, True, 1.0, "1", None),
        ],
    )
    def test_of_one_value_or_more_is_valid(self, base: Config, entry: dict[str, Any]) -> None:
        mapping = base.model_dump()
        mapping["search"]["space"] = {"optimizer.learning_rate": entry}
        found = validate(mapping).search.space["optimizer.learning_rate"]
        assert found.model_dump(exclude_unset=True) == entry

    def test_is_of_no_concern_where_nothing_is_searched(self, base: Config) -> None:
        mapping = base.model_dump()
        mapping["search"] |= {"sampler": "none", "space": {"model.units": INT | {"low": 99}}}
        assert validate(mapping).search.sampler == "none"


class TestDirection:
    @pytest.mark.parametrize(
        ("metric", "natural"),
        [
            ("best_val_accuracy", "maximize"),
            ("final_val_accuracy", "maximize"),
            ("best_val_loss", "minimize"),
            ("final_val_loss", "minimize"),
        ],
    )
    def test_is_that_of_the_metric(self, base: Config, metric: str, natural: str) -> None:
        for direction in ("auto", "maximize", "minimize"):
            searched = with_space(base, base.search.space, metric=metric, direction=direction)
            if direction in ("auto", natural):
                validate(searched.model_dump())
                continue
            with pytest.raises(ConfigError) as caught:
                validate(searched.model_dump())
            assert caught.value.key == "search.direction"
            assert natural in caught.value.expected
            assert metric in caught.value.expected


class TestWrongInput:
    @pytest.mark.parametrize(
        ("words", "key", "part"),
        [
            ("training.validation=test", "training.validation", "the winner alone"),
            ("training.validation=none training.test=last", "training.validation", "split"),
            ("search.direction=minimize", "search.direction", "maximize"),
            ("search.space.model.dropout.low=0.9", "search.space.model.dropout", "swap the two"),
            (
                "~search.space.model.dropout search.space.model.units={type:int,low:0,high:8}",
                "search.space.model.units",
                "at least 1",
            ),
            ("~search.space", "search.space", "at least one key"),
            ("search.space={seed:{type:int,low:0,high:8}}", "search.space.seed", "axis"),
            ("search.space={model.unitz:{type:int,low:1,high:8}}", "search.space", "model.units?"),
            ("match=lstm:8 search.space.model.units.when={}", "search.space.model.units", "match"),
            ("search.n_trials=0", "search.n_trials", "at least 1"),
            ("search=random,tpe", "search", "one value for the whole sweep"),
            ("search.n_trials=2,3", "search.n_trials", "one value for the whole sweep"),
            (
                "search.space.model.dropout.high=0.1,0.2",
                "search.space.model.dropout.high",
                "one value for the whole sweep",
            ),
        ],
    )
    def test_ends_with_one_message_before_anything_is_drawn(
        self, run: Run, work_dir: Path, words: str, key: str, part: str
    ) -> None:
        arguments = words.split()
        if not words.startswith("search=random"):
            arguments.append("search=random")
        answer = run("sweep", "+cell=gru", "data=digits", *arguments)
        assert (answer.status, answer.out) == (2, "")
        (told,) = [line for line in answer.err.splitlines() if not line.startswith("preparing")]
        assert told.startswith(f"error: {key}: expected ")
        assert part in told
        assert not list(work_dir.rglob("*.db"))

    def test_is_refused_by_a_plan_as_by_a_sweep(self, run: Run) -> None:
        words = ("+cell=gru", "data=digits", "search=random", "search.space={model.unitz:{}}")
        planned, swept = run("plan", *words), run("sweep", *words)
        assert planned == swept
        assert planned.status == 2

    def test_is_a_search_by_a_command_that_trains_one_run(self, run: Run, work_dir: Path) -> None:
        answer = run("train", "+cell=gru", "data=digits", "search=random")
        assert (answer.status, answer.out) == (2, "")
        assert (
            answer.err == "error: search: expected none for one run, received random; use sweep\n"
        )
        assert list(work_dir.iterdir()) == []


def flat(mapping: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in mapping.items():
        inner = flat(value, f"{prefix}{name}.") if isinstance(value, dict) else None
        found |= inner or {prefix + name: value}
    return found


# Keys with the values that they are drawn from, which conditions name too.
MENU: dict[str, dict[str, Any]] = {
    "match": choices(None, "lstm:8", "gru:16"),
    "model.units": {"type": "int", "low": 4, "high": 8},
    "model.depth": {"type": "int", "low": 1, "high": 3},
    "model.bidirectional": choices(True, False),
    "model.dropout": {"type": "float", "low": 0.0, "high": 0.5},
    "model.head": choices("last", "mean", "flatten"),
    "optimizer.name": choices("adam", "sgd", "rmsprop"),
    "optimizer.learning_rate": {"type": "float", "low": 1e-4, "high": 1.0, "log": True},
    "training.early_stopping.patience": choices(None, 1, 2),
    "cell.activation": choices("tanh", "relu"),
}


def values_of(entry: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if entry["type"] == "categorical":
        return st.sampled_from(entry["choices"])
    if entry["type"] == "int":
        return st.integers(entry["low"], entry["high"])
    return st.floats(entry["low"], entry["high"])


@st.composite
def spaces(draw: st.DrawFn) -> dict[str, Any]:
    """Some of the menu in some order, with conditions on any other of its keys."""
    keys = draw(st.lists(st.sampled_from(sorted(MENU)), min_size=1, unique=True))
    space = {}
    for key in keys:
        when = {}
        others = sorted(set(MENU) - {key})
        for name in draw(st.lists(st.sampled_from(others), max_size=2, unique=True)):
            value = values_of(MENU[name])
            when[name] = draw(value | st.lists(value, max_size=3))
        space[key] = MENU[key] | {"when": when}
    return space


class TestDraw:
    @settings(max_examples=80, deadline=None)
    @given(space=spaces(), data=st.data())
    def test_is_what_applying_its_values_gives(
        self, base: Config, space: dict[str, Any], data: st.DataObject
    ) -> None:
        config = with_space(base, space)
        drawn, values = draw(config, lambda key, _: data.draw(values_of(MENU[key]), key))
        assert apply(config, values) == drawn
        for key, value in values.items():
            assert value_at(drawn.model_dump(), key) == value
        before, after = flat(config.model_dump()), flat(drawn.model_dump())
        assert {key for key in after if after[key] != before[key]} <= set(values)

    @settings(max_examples=80, deadline=None)
    @given(space=spaces(), data=st.data())
    def test_takes_a_key_where_all_its_conditions_hold_so_far(
        self, base: Config, space: dict[str, Any], data: st.DataObject
    ) -> None:
        asked: list[str] = []

        def suggest(key: str, _: Space) -> Any:
            asked.append(key)
            return data.draw(values_of(MENU[key]), key)

        _, values = draw(with_space(base, space), suggest)
        known = {key: value_at(base.model_dump(), key) for key in MENU}
        for key, entry in space.items():
            holds = all(
                known[name] in (wanted if isinstance(wanted, list) else [wanted])
                for name, wanted in entry["when"].items()
            )
            assert (key in values) == holds
            if holds:
                known[key] = values[key]
        assert asked == list(values)


class TestCondition:
    """Conditions one by one, with units drawn as 5 and everything else as its first choice."""

    @staticmethod
    def drawn(base: Config, space: dict[str, Any]) -> list[str]:
        def suggest(_: str, entry: Space) -> Any:
            return entry.choices[0] if isinstance(entry, CategoricalSpace) else 5

        return list(draw(with_space(base, space), suggest)[1])

    @pytest.mark.parametrize(
        ("match", "when", "applies"),
        [
            (None, {"match": None}, True),
            ("lstm:8", {"match": None}, False),
            ("lstm:8", {"match": "lstm:8"}, True),
            ("lstm:8", {"match": ["gru:8", "lstm:8"]}, True),
            ("lstm:8", {"match": [None, "gru:8"]}, False),
            (None, {"match": [None, "gru:8"]}, True),
            (None, {"match": []}, False),
            (None, {"match": None, "model.depth": 2}, False),
            (None, {"match": None, "model.depth": 1, "cell.name": ["lstm", "gru"]}, True),
            (None, {}, True),
        ],
    )
    def test_names_values_of_the_arm(
        self, base: Config, match: str | None, when: dict[str, Any], applies: bool
    ) -> None:
        config = base.model_copy(update={"match": match})
        drawn = self.drawn(config, {"model.units": INT | {"when": when}})
        assert drawn == (["model.units"] if applies else [])

    def test_sees_a_key_drawn_before_and_not_one_drawn_after(self, base: Config) -> None:
        depth = {"model.depth": choices(3)}
        units = {"model.units": INT | {"when": {"model.depth": 3}}}
        assert self.drawn(base, depth | units) == ["model.depth", "model.units"]
        assert self.drawn(base, units | depth) == ["model.depth"]

    def test_follows_a_key_that_was_not_drawn_itself(self, base: Config) -> None:
        space = {
            "optimizer.name": choices("sgd") | {"when": {"model.depth": 2}},
            "optimizer.clipnorm": choices(1.0) | {"when": {"optimizer.name": "sgd"}},
        }
        assert self.drawn(base, space) == []


@st.composite
def numeric(draw: st.DrawFn) -> tuple[str, IntSpace | FloatSpace]:
    """A range that its key can have, plain, logarithmic or in steps that fill it."""
    form = draw(st.sampled_from(["plain", "log", "step"]))
    if draw(st.booleans()):
        first = draw(st.integers(1, 1000))
        step = draw(st.integers(1, 50)) if form == "step" else 1
        last = first + step * draw(st.integers(0, 100))
        log = form == "log"
        return "model.units", IntSpace(type="int", low=first, high=last, step=step, log=log)
    key = "optimizer.learning_rate"
    if form == "step":  # eighths, which are exact
        eighths = draw(st.sampled_from([1, 2, 4])) / 8
        start = draw(st.integers(1, 80)) / 8
        end = start + eighths * draw(st.integers(0, 20))
        return key, FloatSpace(type="float", low=start, high=end, step=eighths)
    low = draw(st.floats(1e-9, 10))
    high = low * draw(st.floats(1, 1e6))
    return key, FloatSpace(type="float", low=low, high=high, log=form == "log")


class TestBounds:
    @settings(max_examples=100, deadline=None)
    @given(st.lists(numeric(), min_size=1, max_size=2, unique_by=lambda item: item[0]))
    def test_hold_for_every_value_that_optuna_draws(
        self, base: Config, ranges: list[tuple[str, IntSpace | FloatSpace]]
    ) -> None:
        config = with_space(base, {key: entry.model_dump() for key, entry in ranges})
        study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
        for _ in range(5):
            drawn, values = draw(config, suggest_with(study.ask()))
            assert list(values) == [key for key, _ in ranges]
            for key, entry in ranges:
                value = value_at(drawn.model_dump(), key)
                assert type(value) is (int if isinstance(entry, IntSpace) else float)
                assert entry.low <= value <= entry.high
                if entry.step is not None:
                    assert (value - entry.low) % entry.step == 0

    def test_are_both_reached(self, base: Config) -> None:
        entry = {"type": "int", "low": 4, "high": 6}
        config = with_space(
            base, {"model.units": entry, "cell.activation": choices("tanh", "relu")}
        )
        study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
        drawn = [draw(config, suggest_with(study.ask()))[1] for _ in range(40)]
        assert {values["model.units"] for values in drawn} == {4, 5, 6}
        assert {values["cell.activation"] for values in drawn} == {"tanh", "relu"}

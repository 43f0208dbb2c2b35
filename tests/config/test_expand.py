"""From words to arms: what Hydra would compose, once for each combination."""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rnnbench.config.compose import Composer, composer
from rnnbench.config.expand import Arm, expand, load
from rnnbench.config.overrides import axis_values, parse
from rnnbench.config.paths import preset_files, resource_dir
from rnnbench.config.schema import Config
from rnnbench.config.validate import validate
from rnnbench.errors import ConfigError
from rnnbench.models.cells import check_cell


def labels(arms: Sequence[Arm]) -> list[str]:
    return [arm.label for arm in arms]


def composed_by_hydra(*words: str) -> Config:
    with composer() as hydra:
        return validate(hydra.compose(words))


@pytest.fixture
def composed(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The words of every composition that Hydra is asked for."""
    calls: list[list[str]] = []
    original = Composer.compose

    def compose(hydra: Composer, overrides: Sequence[str]) -> dict[str, Any]:
        calls.append(list(overrides))
        return original(hydra, overrides)

    monkeypatch.setattr(Composer, "compose", compose)
    return calls


VALUES = {
    "model.units": ["4", "8", "16"],
    "model.dropout": ["0", "0.1", "2e-1"],
    "model": ["single", "stacked"],
    "data": ["digits", "reviews"],
    "data.limit": ["null", "100"],
    "model.bidirectional": ["true", "false"],
    "model.embedding": ["{dim:4}", "{dim:8,kind:trainable}"],
    "match": ["null", "lstm:8", "'gru:4'"],
    "training.jit_compile": ["auto", "true", "false"],
    "report.name": ["a", "'b.c'", '"d"'],
    "+published.value": ["1", "'x y'", "[1,2]"],
    "home": ["runs", "'${report.name}/runs'"],
}


@st.composite
def axes(draw: st.DrawFn) -> dict[str, list[str]]:
    keys = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=3, unique=True))
    return {
        key: draw(st.lists(st.sampled_from(VALUES[key]), min_size=1, max_size=2)) for key in keys
    }


@example({"model.embedding": ["{dim:4}", "{dim:8}"]})
@example({"home": ["'${report.name}/runs'"], "report.name": ["a", "b"]})
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(axes())
def test_arms_are_what_hydra_composes_for_each_combination(axes: dict[str, list[str]]) -> None:
    arms = expand(["+cell=gru", *(f"{key}={','.join(values)}" for key, values in axes.items())])
    combinations = [
        [f"{key}={value}" for key, value in zip(axes, picked, strict=True)]
        for picked in itertools.product(*axes.values())
    ]
    wanted = {composed_by_hydra("+cell=gru", *words).model_dump_json() for words in combinations}
    found = [arm.config.model_dump_json() for arm in arms]
    assert set(found) == wanted
    assert len(found) == len(wanted)
    assert len(set(labels(arms))) == len(arms)


class TestLabels:
    def test_name_the_cell_and_what_varies(self) -> None:
        words = ["cell=lstm,gru", "model.depth=1,2", "model.units=8", "data=digits"]
        assert labels(expand(words)) == [
            "lstm model.depth=1",
            "lstm model.depth=2",
            "gru model.depth=1",
            "gru model.depth=2",
        ]

    def test_show_null_as_it_is_typed(self) -> None:
        words = ["+cell=gru", "match=null,lstm:8"]
        assert labels(expand(words)) == ["gru match=null", "gru match=lstm:8"]

    def test_are_the_cell_alone_where_nothing_varies(self) -> None:
        assert labels(expand(["+cell=gru", "model.units=8"])) == ["gru"]


class TestArms:
    def test_that_are_equal_collapse(self) -> None:
        assert len(expand(["cell=gru,gru,lstm", "model.units=4,8,4"])) == 4

    def test_use_default_cells_only_where_none_is_named(self) -> None:
        defaults = ("simple_rnn", "lstm")
        assert labels(expand([], default_cells=defaults)) == ["simple_rnn", "lstm"]
        assert labels(expand(["cell=gru"], default_cells=defaults)) == ["gru"]

    def test_can_do_without_a_cell(self) -> None:
        (arm,) = expand(["data=digits"], default_cells=(None,))
        assert arm.config.cell is None

    def test_do_not_share_containers(self) -> None:
        words = ["+cell=gru", "model.units=4,8", "+published={a:[1]}"]
        first, second = (arm.config.published for arm in expand(words))
        first["a"].append(2)
        assert second == {"a": [1]}

    def test_are_refused_whole_for_one_wrong_value(self) -> None:
        with pytest.raises(ConfigError, match=r"model\.units: expected a whole number"):
            expand(["+cell=gru", "model.units=4,abc"])

    def test_refer_to_keys_that_vary(self) -> None:
        arms = expand(["+cell=gru", "model.units=4,8", "data.maxlen=${model.units}"])
        assert [arm.config.data.maxlen for arm in arms] == [4, 8]


class TestThousandArms:
    def test_of_plain_values_compose_once(self, composed: list[list[str]]) -> None:
        words = ["+cell=gru", "model.units=range(1,501)", "optimizer.clipnorm=1,2"]
        assert len(expand(words)) == 1000
        assert len(composed) == 1

    def test_compose_once_for_each_combination_of_groups(self, composed: list[list[str]]) -> None:
        words = ["optimizer=adam,sgd", "data=digits,reviews", "model.units=range(1,251)"]
        assert len(expand(["+cell=gru", *words])) == 1000
        assert len(composed) == 4


CELL_FILES = sorted(path.stem for path in (resource_dir("conf") / "cell").glob("*.yaml"))


class TestCells:
    @pytest.mark.parametrize(
        "words",
        [["data=digits,reviews"], ["cell.activation=relu"], ["~cell.activation"], ["seed=7"]],
    )
    def test_are_what_hydra_composes(self, words: list[str]) -> None:
        arms = expand([f"+cell={','.join(CELL_FILES)}", *words])
        singles = [word for word in words if "," not in word] or ["data=digits", "data=reviews"]
        wanted = {
            composed_by_hydra(f"+cell={cell}", word).model_dump_json()
            for cell in CELL_FILES
            for word in singles
        }
        assert {arm.config.model_dump_json() for arm in arms} == wanted

    def test_that_differ_in_nothing_else_compose_once(self, composed: list[list[str]]) -> None:
        assert len(expand([f"+cell={','.join(CELL_FILES)}", "seed=7"])) == len(CELL_FILES)
        assert len(composed) == 1

    def test_of_the_users_own_folder_are_composed(self, tmp_path: Path) -> None:
        folder = tmp_path / "cell"
        folder.mkdir()
        (folder / "mine.yaml").write_text("defaults: [lstm]\nactivation: relu\n")
        arms = expand(["+cell=gru,mine"], config_dirs=[tmp_path])
        cells = [arm.config.cell for arm in arms]
        assert [cell and cell.options["activation"] for cell in cells] == ["tanh", "relu"]


class TestLoad:
    def test_gives_the_one_configuration(self) -> None:
        config = load(["+cell=gru", "model.units=8"])
        assert (config.cell.name, config.model.units) == ("gru", 8)

    def test_refuses_several_and_names_what_varies(self) -> None:
        with pytest.raises(ConfigError) as caught:
            load(["+cell=gru", "model.units=4,8", "model.depth=1,2"])
        assert caught.value.key == "model.units, model.depth"
        assert caught.value.received == "4 combinations"

    @pytest.mark.parametrize("word", ["model.units=4,4", "model.units=range(4,5)"])
    def test_takes_several_words_for_one_value(self, word: str) -> None:
        assert load(["+cell=gru", word]).model.units == 4


class TestGrid:
    def test_of_a_preset_becomes_arms(self) -> None:
        assert labels(expand(["experiments=gru_vs_lstm"])) == [
            "lstm match=null",
            "lstm match=lstm:128",
            "gru match=null",
            "gru match=lstm:128",
        ]

    def test_yields_to_the_command_line(self) -> None:
        preset = "experiments=gru_vs_lstm"
        assert labels(expand([preset, "cell=simple_rnn"])) == [
            "simple_rnn match=null",
            "simple_rnn match=lstm:128",
        ]
        assert labels(expand([preset, "match=gru:4"])) == ["lstm", "gru"]
        assert labels(expand([preset, "match=gru:4,gru:8", "cell=gru"])) == [
            "gru match=gru:4",
            "gru match=gru:8",
        ]

    def test_is_no_match_for_default_cells(self) -> None:
        arms = expand(["experiments=gru_vs_lstm", "match=null"], default_cells=("simple_rnn",))
        assert labels(arms) == ["lstm", "gru"]

    def test_can_be_typed(self) -> None:
        grid = "+sweep.grid={cell:[gru,lstm],model.units:[4,8]}"
        assert labels(expand([grid])) == [
            "gru model.units=4",
            "gru model.units=8",
            "lstm model.units=4",
            "lstm model.units=8",
        ]

    def test_of_groups_and_lists_composes_as_if_typed(self, tmp_path: Path) -> None:
        (tmp_path / "experiments").mkdir()
        grid = {"data": ["digits", "reviews"], "model.units": [4, 8]}
        text = yaml.safe_dump({"sweep": {"grid": grid}})
        (tmp_path / "experiments" / "own.yaml").write_text("# @package _global_\n" + text)
        from_grid = expand(["+cell=gru", "experiments=own"], config_dirs=[tmp_path])
        typed = expand(["+cell=gru", "data=digits,reviews", "model.units=4,8"])
        assert labels(from_grid) == labels(typed)
        assert [arm.config.model_dump(exclude={"sweep"}) for arm in from_grid] == [
            arm.config.model_dump(exclude={"sweep"}) for arm in typed
        ]

    @pytest.mark.parametrize(
        ("grid", "key"),
        [
            ("{model.unitz:[4,8]}", "model.unitz"),
            ("{model.units:4}", "sweep.grid.model.units"),
            ("{model.units:[]}", "sweep.grid.model.units"),
            ("{model.units:[4,abc]}", "model.units"),
            ("{data:[digits,imbd]}", "data"),
            ("{cell:[gru,lstmm]}", "cell"),
            ("3", "sweep.grid"),
        ],
    )
    def test_that_is_wrong_names_its_key(self, grid: str, key: str) -> None:
        with pytest.raises(ConfigError) as caught:
            expand([f"++sweep.grid={grid}"], default_cells=("gru",))
        assert caught.value.key == key


OPTIONS = [
    (group.name, path.stem)
    for group in sorted(resource_dir("conf").iterdir())
    if group.is_dir()
    for path in sorted(group.glob("*.yaml"))
]


@pytest.mark.parametrize(("group", "option"), OPTIONS)
def test_every_option_of_every_group_is_valid(group: str, option: str) -> None:
    words = {"cell": option} if group == "cell" else {"cell": "gru", group: option}
    if option in ("arrays", "text_dir", "csv", "series"):
        words["data.path"] = "somewhere"
    config = load([f"{key}={value}" for key, value in words.items()])
    check_cell(config.cell)


@pytest.mark.parametrize("name", preset_files())
class TestPreset:
    def test_composes_and_its_arms_are_valid(self, name: str) -> None:
        arms = expand([f"experiments={name}"], default_cells=("gru",))
        for arm in arms:
            check_cell(arm.config.cell)
        assert len(set(labels(arms))) == len(arms)

    def test_begins_with_its_command(self, name: str) -> None:
        first = preset_files()[name].read_text("utf-8").splitlines()[0]
        program, words = first[: len("# python -m rnnbench ")], shlex.split(first)[4:]
        assert program == "# python -m rnnbench "
        assert words[0] in ("sweep", "explain")
        assert f"experiments={name}" in words
        assert expand(words[1:], default_cells=("gru",))

    def test_leaves_the_cell_to_the_command_line(self, name: str) -> None:
        preset = yaml.safe_load(preset_files()[name].read_text("utf-8"))
        assert "cell" not in preset
        assert not [entry for entry in preset.get("defaults", []) if "cell" in str(entry)]
        arms = expand([f"experiments={name}", "+cell=simple_rnn", "match=null"])
        assert {arm.config.cell.name for arm in arms if arm.config.cell} == {"simple_rnn"}


def test_a_key_of_a_users_file_that_refers_to_a_swept_key_follows_it(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "square.yaml").write_text(
        "defaults: [single, _self_]\nembedding: {dim: '${model.units}'}\n"
    )
    words = ["+cell=gru", "model=square", "model.units=16,64"]
    arms = expand(words, config_dirs=[tmp_path])
    assert [arm.config.model.embedding.dim for arm in arms] == [16, 64]


def test_what_a_preset_says_at_the_top_beats_the_defaults_and_yields_to_the_command() -> None:
    preset = load(["experiments=gru_vs_lstm"], cell=False)
    assert preset.seeds == 5
    assert [claim.source for claim in preset.claims] == [
        "Published example: LSTM(128) beside GRU(128) and GRU(154), 100 tokens"
    ] * 2
    assert load(["experiments=gru_vs_lstm", "seeds=2"], cell=False).seeds == 2


@pytest.mark.parametrize("name", ["a,b", 'it\'s [1] {x}="%41"', "a#b?", "end\\", "\\'"])
def test_a_folder_of_options_may_have_any_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    (folder / "cell").mkdir(parents=True)
    (folder / "cell" / "mine.yaml").write_text("name: lstm\nactivation: relu\n")
    (arm,) = expand(["+cell=mine"], config_dirs=[folder])
    assert arm.config.cell is not None
    assert arm.config.cell.options["activation"] == "relu"


class TestUnitsAndMatch:
    """Units are typed or matched: what was typed beats what a preset says."""

    @staticmethod
    def found(*words: str) -> set[tuple[int, str | None]]:
        return {(arm.config.model.units, arm.config.match) for arm in expand(words)}

    def test_typed_units_beat_the_match_of_a_preset(self) -> None:
        assert self.found("experiments=gru_vs_lstm", "model.units=4") == {(4, None)}
        assert self.found("experiments=gru_vs_lstm", "model.units=4,8") == {(4, None), (8, None)}

    def test_a_typed_match_beats_the_units_of_a_preset(self) -> None:
        assert {m for _, m in self.found("experiments=gru_vs_lstm", "match=lstm:3")} == {"lstm:3"}

    def test_both_may_be_typed_where_one_arm_is_not_matched(self) -> None:
        words = ("+cell=gru", "model.units=4", "match=null,lstm:3")
        assert self.found(*words) == {(4, None), (4, "lstm:3")}

    @pytest.mark.parametrize("match", ["lstm:3", "lstm:3,gru:3"])
    def test_that_are_both_typed_are_refused(self, match: str) -> None:
        with pytest.raises(ConfigError) as caught:
            expand(["+cell=gru", "model.units=4", f"match={match}"])
        assert caught.value.key == "match"
        assert caught.value.received == f"match={match} model.units=4"


class TestLimits:
    @pytest.mark.parametrize(
        ("words", "key"),
        [
            (["model.units=range(1,10002)"], "model.units"),
            (["model.units=range(1,102)", "data.maxlen=range(1,101)"], "model.units"),
            (["data=digits,reviews", "data.limit=${seed},1", "seed=range(0,300)"], "seed"),
        ],
    )
    def test_name_the_longest_axis_before_anything_is_composed(
        self, composed: list[list[str]], words: list[str], key: str
    ) -> None:
        with pytest.raises(ConfigError) as caught:
            expand(["+cell=gru", *words])
        assert caught.value.key == key
        assert composed == []

    def test_let_ten_thousand_values_pass(self) -> None:
        with composer() as hydra:
            (override,) = parse(["model.units=range(1,10001)"], hydra.loader)
            assert len(axis_values(override)) == 10_000


def test_references_may_be_many_and_not_without_end() -> None:
    names = [f"+published.n{n}=${{seed}}" for n in range(300)]
    with composer() as hydra:
        assert hydra.compose(["seed=7", *names])["published"]["n299"] == 7
        with pytest.raises(ConfigError, match="1,000 references"):
            hydra.compose([f"+published.a=[{','.join(['${seed}'] * 1001)}]"])
        # The limit is a composition's, not a process's.
        assert hydra.compose(["seed=7", *names])["published"]["n0"] == 7

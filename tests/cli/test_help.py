"""What ``--help`` and ``help`` say: every command, every key, at 80 columns."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from rnnbench.cli.commands import COMMANDS
from rnnbench.cli.described import key_descriptions
from rnnbench.cli.help import overview
from rnnbench.cli.help_key import example
from rnnbench.cli.help_pages import page_about
from rnnbench.cli.words import split_words
from rnnbench.config.metrics import METRICS
from rnnbench.config.option_files import OptionFiles
from rnnbench.config.overrides import parse
from rnnbench.config.paths import preset_files, resource_dir
from rnnbench.config.schema import Config
from rnnbench.models.cells import CELLS
from tests.conftest import Run

KEYS = {one.key: one for one in key_descriptions()}
FILES = OptionFiles()
TOPICS = ["", *COMMANDS, *FILES.groups, *KEYS, "data=imdb", "gru", "model.embedding", *METRICS]


def shown(text: str) -> set[str]:
    """The keys that a page explains: each stands alone on its line."""
    return {line.strip() for line in text.splitlines() if line.strip() in KEYS}


def entry(text: str, key: str) -> str:
    """What a page says about a key."""
    lines = text.split(f"\n  {key}\n")[1].splitlines()
    return " ".join(line.strip() for line in lines[: lines.index("")])


class TestOverview:
    def test_lists_every_command_in_a_line(self, cli: Run) -> None:
        texts = [cli(*words).out for words in ((), ("--help",), ("-h",), ("help",))]
        assert len(set(texts)) == 1
        for name, command in COMMANDS.items():
            assert re.search(rf"^  {name} +{re.escape(command.does)}$", texts[0], re.M)

    def test_names_the_first_steps_first(self, cli: Run) -> None:
        text = cli().out
        steps = [text.index(f"python -m rnnbench {word}") for word in ("sweep", "report", "ui")]
        assert steps == sorted(steps)
        assert steps[-1] < text.index("commands:")


def test_of_a_metric_says_what_it_is_and_which_direction_is_better() -> None:
    text = page_about("gap_best")
    assert "Lower is better" in text
    assert METRICS["gap_best"].meaning in " ".join(text.split())
    assert "Test RMSE: " in page_about("test_rmse")  # an abbreviation keeps its capitals


@pytest.mark.parametrize("width", [80, 60])
def test_every_page_fits_the_terminal_and_breaks_no_word(
    monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    for topic in TOPICS if width == 80 else TOPICS[:20]:
        lines = (page_about(topic) if topic else overview()).split("\n")
        commands = [line for line in lines if line.startswith("  python -m rnnbench ")]
        wide = [line for line in lines if len(line) > width and line not in commands]
        assert wide == [], topic
    for key, one in KEYS.items():
        told = page_about(key).split("\n\n")[1]
        assert told.split() == one.meaning.split()


class TestCommand:
    @pytest.mark.parametrize("name", COMMANDS)
    def test_shows_usage_own_words_examples_and_the_keys_that_it_reads(
        self, cli: Run, work_dir: Path, name: str
    ) -> None:
        text = cli(name, "--help").out
        command = COMMANDS[name]
        assert text.startswith(f"usage: python -m rnnbench {name} ")
        for one in command.own:
            assert f"  {one.form} " in text
        for words in command.examples:
            assert f"\n  python -m rnnbench {words}\n" in text
        for useful in ("--config-dir", "--cfg job", "--hydra-help"):
            assert useful in text
        assert all(command.reads(key) for key in shown(text))
        assert {"home"} <= shown(text) or not command.reads("home")
        assert list(work_dir.iterdir()) == []

    def test_of_sweep_explains_every_key_that_data_set_and_optimizer_have(self, cli: Run) -> None:
        expected = {
            key
            for key, one in KEYS.items()
            if one.is_typed and COMMANDS["sweep"].reads(key)
            if not key.startswith(("data.", "optimizer."))
            or not one.options
            or "adam" in one.options
        }
        assert shown(cli("sweep", "--help").out) == expected
        assert entry(cli("sweep", "--help").out, "training.epochs") == (
            "How often training goes through the data. "
            "Allowed: a whole number at least 1 and at most 1000000. Default: 10. Unit: epochs."
        )

    def test_lists_the_options_of_groups_and_the_presets(self, cli: Run) -> None:
        text = cli("train", "--help").out
        for name in (*CELLS, *preset_files(), *(p.stem for p in resource_dir("conf").glob("*/*"))):
            if name not in ("none", "default", "local", "mlflow", *FILES.groups["search"]):
                assert re.search(rf"^  [ *] {name} ", text, re.M), name

    @pytest.mark.parametrize("name", ["ui", "report", "predict", "reproduce"])
    def test_of_what_reads_no_model_shows_none(self, cli: Run, name: str) -> None:
        text = cli(name, "--help").out
        assert not any(key.startswith(("model.", "training.", "data.m")) for key in shown(text))
        assert "data=OPTION" not in text

    @pytest.mark.parametrize("name", ["predict", "reproduce"])
    def test_shows_only_keys_that_are_not_refused(self, cli: Run, name: str) -> None:
        keys = shown(cli(name, "--help").out)
        for key in {key.split(".")[0]: key for key in keys}.values():
            answer = cli(name, f"{key}=1")
            assert not answer.err.startswith(f"error: {key}: expected no key but"), answer.err
        refused = cli(name, "model.units=1")
        assert refused.err.startswith("error: model.units: expected no key but")

    @pytest.mark.parametrize(
        ("words", "key", "told"),
        [
            ("data=imdb", "data.maxlen", "Default: 500."),
            ("data=csv,imdb", "data.maxlen", "Default: 200."),
            ("data=csv", "data.delimiter", "Default: comma."),
            ("model=stacked", "model.depth", "Default: 2."),
            ("experiments=cells_at_500", "data.maxlen", "Default: 500."),
            ("experiments=cells_at_500", "model.embedding.dim", "Default: 32."),
            ("experiments=cells_at_500 data=digits", "training.batch_size", "Default: 128."),
            ("model.units=77", "model.units", "Default: 32; on this line: 77."),
            ("++model.units=8,16", "model.units", "Default: 32; on this line: 8,16."),
            ("optimizer=glob(s*)", "optimizer.clipnorm", "Default: null."),
        ],
    )
    def test_shows_the_defaults_of_the_same_line(
        self, cli: Run, words: str, key: str, told: str
    ) -> None:
        assert told in entry(cli("sweep", *words.split(), "--help").out, key)

    def test_marks_the_chosen_option(self, cli: Run) -> None:
        text = cli("sweep", "data=imdb", "+cell=gru", "--help").out
        assert "  * imdb " in text
        assert "  * gru " in text
        assert "    reviews " in text

    def test_shows_keys_of_the_chosen_cell_alone(self, cli: Run) -> None:
        assert "cell.unit_forget_bias" in shown(cli("train", "+cell=lstm", "--help").out)
        assert "cell.unit_forget_bias" not in shown(cli("train", "+cell=gru", "--help").out)

    def test_shows_no_secret(self, cli: Run) -> None:
        text = cli("ui", "tracking.uri=http://anna:s3cret@server/x", "--help").out
        assert "on this line: http://***@server/x." in text
        assert "s3cret" not in text

    def test_offers_the_users_own_options(
        self, cli: Run, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        folder = tmp_path_factory.mktemp("mine")
        for name, content in {
            "cell/mine.yaml": "# An LSTM with ReLU.\nname: lstm\nactivation: relu\n",
            "data/few.yaml": "defaults:\n  - digits\n  - _self_\nlimit: 50\n",
            "data/circle.yaml": "defaults:\n  - round\n  - digits\nlimit: 7\n",
            "data/round.yaml": "defaults:\n  - circle\n",
            "data/odd.yaml": "defaults: 4\nlimit: 8\n",
            "experiments/own.yaml": "# My preset.\nmodel:\n  units: 5\n",
        }.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(content)
        words = ("sweep", "--config-dir", str(folder), "--help")
        text = cli(*words).out
        assert "    mine              An LSTM with ReLU." in text
        assert re.search(r"^    own +My preset\.$", text, re.M)
        assert "Default: 5." in entry(cli(*words, "experiments=own").out, "model.units")
        for option, limit in {"few": 50, "circle": 7, "odd": 8}.items():
            told = entry(cli(*words, f"data={option}").out, "data.limit")
            assert f"Default: {limit}." in told


class TestKey:
    def test_says_what_it_does_and_where_it_is_used(self, cli: Run) -> None:
        text = cli("help", "model.units").out
        assert text.startswith("model.units\n\nWidth of the state of each recurrent layer.\n")
        for name in ("allowed", "default", "unit", "read by", "related"):
            assert f"\n  {name} " in text
        assert "python -m rnnbench sweep model.units=64" in text
        assert "predict" not in text
        assert "match" in text.split("related")[1]

    @pytest.mark.parametrize("word", ["model.units=64", "+model.units"])
    def test_is_found_as_it_is_typed(self, cli: Run, word: str) -> None:
        assert cli("help", word).out == cli("help", "model.units").out

    @pytest.mark.parametrize("key", [key for key, one in KEYS.items() if one.example])
    def test_example_is_one_that_the_schema_takes(self, key: str) -> None:
        words = split_words(shlex.split(example(KEYS[key]))[3:])
        files = OptionFiles()
        chosen: dict[str, str] = files.chosen
        values: dict[str, Any] = {}
        for override in parse(words.overrides):
            if override.key_or_group in files.groups:
                chosen = chosen | {override.key_or_group: str(override.value())}
            else:
                values[override.key_or_group] = override.value()
        mapping = {**files.primary, "home": "runs"}
        mapping |= {group: files.option(group, name) for group, name in chosen.items()}
        for dotted, value in values.items():
            *sections, name = dotted.split(".")
            below = mapping
            for section in sections:
                below = below[section]
            below[name] = value
        Config.model_validate(mapping)
        assert COMMANDS[str(words.command)].reads(key)


class TestGroup:
    def test_lists_options_and_keys(self, cli: Run) -> None:
        text = cli("help", "data").out
        for name in FILES.groups["data"]:
            line = FILES.line("data", name)
            assert re.search(rf"^  [ *] {name} ", text, re.M)
            assert line.split()[0] in text
        assert shown(text) == {key for key in KEYS if key.startswith("data.")}
        assert "python -m rnnbench data --help" in text

    @pytest.mark.parametrize("word", ["data=imdb", "imdb", "+data=imdb"])
    def test_option_says_what_it_sets(self, cli: Run, word: str) -> None:
        text = cli("help", word).out
        assert text.startswith("data=imdb\n\nThe IMDB reviews as Keras distributes them")
        assert "\n  data.maxlen=500\n" in text
        assert "data.padding" not in text  # as in the usual data set

    def test_of_a_command_is_its_help(self, cli: Run) -> None:
        assert cli("help", "sweep").out == cli("sweep", "--help").out


def test_wrong_values_say_where_the_key_is_explained(cli: Run) -> None:
    told = cli("plan", "+cell=gru", "model.units=abc").err
    assert told.endswith("; set model.units=..., or see python -m rnnbench help model.units\n")
    topic = told.split("help ")[1].strip()
    assert cli("help", topic).status == 0


def test_files_say_where_their_keys_are_explained(cli: Run) -> None:
    for path in resource_dir("conf").glob("*/*.yaml"):
        assert isinstance(yaml.safe_load(path.read_text(encoding="utf-8")), dict)
        for topic in re.findall(r"python -m rnnbench help (\w+)$", path.read_text("utf-8"), re.M):
            assert topic == path.parent.name

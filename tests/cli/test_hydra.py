"""Hydra's grammar and Hydra's own flags behind the commands."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from rnnbench.cli.words import split_words
from rnnbench.config.expand import expand
from rnnbench.config.paths import preset_files, resource_dir
from tests.conftest import Run
from tests.printed import printed_rows


def arms_of(text: str) -> list[str]:
    """The arms that ``match`` lists, a row each."""
    return [row[0] for row in printed_rows(text)]


class TestGrammar:
    @pytest.mark.parametrize("word", ["+cell=gru", "cell=gru", "cell='gru'"])
    def test_cell_with_and_without_plus_is_the_same(self, cli: Run, word: str) -> None:
        answer = cli("explain", word, "data=digits", "model.units=4")
        assert answer.status == 0
        assert answer.out == cli("explain", "+cell=gru", "data=digits", "model.units=4").out
        assert "3·4·(8 + 4 + 2) = 168" in answer.out

    @pytest.mark.parametrize(
        ("words", "arms"),
        [
            (["+cell=lstm,gru"], ["lstm", "gru"]),
            (["cell=choice(lstm,gru)"], ["lstm", "gru"]),
            (["cell=glob(gru*)"], ["gru", "gru_reset_before"]),
            (["cell=glob(*,exclude=*r*)"], ["lstm", "lstm_peephole"]),
            ([], ["simple_rnn", "lstm", "gru"]),
            (
                ["+cell=gru", "model.depth=range(1,4)"],
                ["gru model.depth=1", "gru model.depth=2", "gru model.depth=3"],
            ),
            (
                ["+cell=gru", "model=single,stacked"],
                ["gru model=single", "gru model=stacked"],
            ),
            (
                ["+cell=gru", "data=glob(d*)", "data.limit=5,null"],
                ["gru data.limit=5", "gru data.limit=null"],
            ),
            (
                ["+cell=gru", "report.name='a b','c,d'"],
                None,
            ),
        ],
    )
    def test_several_values_become_arms(
        self, cli: Run, words: list[str], arms: list[str] | None
    ) -> None:
        answer = cli("match", "match=lstm:8", *words)
        if arms is None:  # quoted text reaches the schema whole
            assert answer.status == 2
            assert "'a b'" in answer.err
        else:
            assert answer.status == 0, answer.err
            assert arms_of(answer.out) == arms

    def test_glob_over_presets_finds_them(self, cli: Run) -> None:
        answer = cli("match", "experiments=glob(gru_vs_lst*)", "match=lstm:8")
        assert answer.status == 0, answer.err
        assert arms_of(answer.out) == ["lstm", "gru"]

    def test_quoted_strings_keep_special_characters(self, cli: Run, work_dir: Path) -> None:
        answer = cli("data", "data=digits", "data.limit=20", "home='a, b = (c)'")
        assert answer.status == 0, answer.err
        assert (work_dir / "a, b = (c)" / "data").is_dir()

    def test_environment_and_override_choose_the_home(
        self, cli: Run, work_dir: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RNNBENCH_HOME", str(work_dir / "from environment"))
        assert cli("data", "data=digits", "data.limit=20").status == 0
        assert cli("data", "data=digits", "data.limit=20", "home=from_override").status == 0
        found = sorted(path.name for path in work_dir.iterdir())
        assert found == ["from environment", "from_override"]


class TestCfg:
    def test_job_prints_the_configuration_and_runs_nothing(self, cli: Run, work_dir: Path) -> None:
        answer = cli("train", "+cell=gru", "data=digits", "model.units=7", "--cfg", "job")
        assert answer.status == 0
        shown = yaml.safe_load(answer.out)
        assert shown["cell"]["name"] == "gru"
        assert shown["data"]["name"] == "digits"
        assert shown["model"]["units"] == 7
        assert shown["home"] == "${oc.env:RNNBENCH_HOME,null}"
        assert "hydra" not in shown
        assert list(work_dir.iterdir()) == []

    def test_resolve_shows_values_of_references(self, cli: Run) -> None:
        answer = cli("train", "+cell=gru", "--cfg", "job", "--resolve")
        assert yaml.safe_load(answer.out)["home"] is None

    def test_package_shows_a_part(self, cli: Run) -> None:
        answer = cli("train", "+cell=lstm", "--cfg=job", "--package", "cell")
        assert yaml.safe_load(answer.out)["name"] == "lstm"

    def test_of_a_sweep_shows_the_first_configuration_and_says_so(self, cli: Run) -> None:
        answer = cli("sweep", "cell=lstm,gru", "model.units=4,8", "--cfg", "job")
        shown = yaml.safe_load(answer.out)
        assert (shown["cell"]["name"], shown["model"]["units"]) == ("lstm", 4)
        assert "first of several" in answer.err

    def test_of_a_preset_shows_its_values(self, cli: Run) -> None:
        answer = cli("sweep", "experiments=gru_vs_lstm", "--cfg", "job")
        shown = yaml.safe_load(answer.out)
        assert shown["data"]["name"] == "imdb"
        assert shown["sweep"]["grid"]["cell"] == ["lstm", "gru"]


class TestHelp:
    def test_of_hydra(self, cli: Run) -> None:
        answer = cli("train", "--hydra-help")
        assert answer.status == 0
        assert "--shell-completion" in answer.out

    def test_info_shows_where_the_configuration_comes_from(self, cli: Run, work_dir: Path) -> None:
        answer = cli("train", "+cell=gru", "--info", "config")
        assert answer.status == 0
        assert str(resource_dir("conf")) in answer.out
        assert "cell: gru" in answer.out
        assert list(work_dir.iterdir()) == []

    def test_info_ends_quietly_when_its_reader_goes(self, work_dir: Path) -> None:
        command = f"'{sys.executable}' -m rnnbench train +cell=gru --info config | head -1"
        found = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
        assert "Traceback" not in found.stderr
        assert "Logging error" not in found.stderr


class TestConfigDir:
    @pytest.fixture
    def folder(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        folder = tmp_path_factory.mktemp("my conf")
        for name, text in {
            "cell/mine.yaml": "name: lstm\nactivation: relu\n",
            "cell/wrong.yaml": "name: lstm\nactivatoin: relu\n",
            "data/few.yaml": "defaults:\n  - digits\n  - _self_\nlimit: 50\ntest_limit: 20\n",
            "experiments/own.yaml": (
                "# @package _global_\nmodel:\n  units: 5\nsweep:\n  grid:\n    cell: [mine, gru]\n"
            ),
            "experiments/plain.yaml": (
                "defaults:\n  - override /data: digits\nmodel:\n  units: 5\n"
                "sweep:\n  grid:\n    cell: [mine, gru]\n"
            ),
        }.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)
        return folder

    def test_adds_the_users_cell(self, cli: Run, folder: Path) -> None:
        words = ("--config-dir", str(folder), "+cell=mine,gru", "match=lstm:8")
        answer = cli("match", *words)
        assert answer.status == 0, answer.err
        assert arms_of(answer.out) == ["mine", "gru"]

    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            (b"name: gru\n\tactivation: tanh\n", ("valid YAML", "cell/broken.yaml, line 2")),
            (b"name: gru  # caf\xe9\n", ("UTF-8", "cell/broken.yaml")),
        ],
    )
    def test_tells_which_file_of_the_user_cannot_be_read(
        self, cli: Run, folder: Path, text: bytes, parts: tuple[str, str]
    ) -> None:
        (folder / "cell" / "broken.yaml").write_bytes(text)
        words = ("--config-dir", str(folder), "+cell=broken", "match=lstm:8")
        answer = cli("match", *words)
        assert answer.status == 2
        assert answer.err.startswith("error: --config-dir: expected files of ")
        assert all(part in answer.err for part in parts)
        assert "Traceback" not in answer.err

    def test_is_part_of_the_command_that_is_logged(self, folder: Path) -> None:
        words = split_words(["sweep", "+cell=mine", "--config-dir", "my conf"])
        assert words.typed == "python -m rnnbench sweep +cell=mine '--config-dir=my conf'"
        assert split_words(shlex.split(words.typed)[3:]) == words

    def test_adds_the_users_data(self, cli: Run, folder: Path) -> None:
        answer = cli("data", f"--config-dir={folder}", "data=few")
        assert answer.status == 0, answer.err
        assert "(50, 8, 8) float32" in answer.out

    def test_adds_the_users_preset(self, cli: Run, folder: Path) -> None:
        answer = cli("match", "--config-dir", str(folder), "experiments=own", "match=lstm:8")
        assert answer.status == 0, answer.err
        assert arms_of(answer.out) == ["mine", "gru"]

    @pytest.mark.parametrize("name", ["own", "plain"])
    def test_presets_merge_at_the_top_with_and_without_a_header(
        self, cli: Run, folder: Path, name: str
    ) -> None:
        words = ("--config-dir", str(folder), f"experiments={name}")
        shown = yaml.safe_load(cli("sweep", *words, "--cfg", "job").out)
        assert shown["model"]["units"] == 5
        assert shown["data"]["name"] == ("digits" if name == "plain" else "reviews")
        answer = cli("match", *words, "match=lstm:8")
        assert answer.status == 0, answer.err
        assert arms_of(answer.out) == ["mine", "gru"]
        info = cli("sweep", *words, "--info", "defaults")
        assert info.status == 0, info.err
        assert f"experiments/{name}" in info.out

    def test_a_copy_of_a_shipped_preset_is_that_preset(
        self, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        folder = tmp_path_factory.mktemp("it's, my [conf]")
        (folder / "experiments").mkdir()
        for name, path in preset_files().items():
            (folder / "experiments" / f"copy_of_{name}.yaml").write_bytes(path.read_bytes())
        for name in ("cells_at_500", "optimizers"):
            shipped = expand([f"experiments={name}"], default_cells=("gru",))
            words = [f"experiments=copy_of_{name}"]
            copied = expand(words, config_dirs=[folder], default_cells=("gru",))
            assert copied == shipped
            assert copied

    def test_presets_are_offered(self, cli: Run, folder: Path) -> None:
        assert "plain" in cli("sweep", "--help", "--config-dir", str(folder)).out

    def test_is_checked_like_our_own(self, cli: Run, folder: Path) -> None:
        answer = cli("train", "--config-dir", str(folder), "+cell=wrong")
        assert answer.status == 2
        assert answer.err.startswith("error: cell.activatoin: expected a key of lstm")

    def test_is_shown_by_hydras_flags(self, cli: Run, folder: Path) -> None:
        words = ("train", "--config-dir", str(folder), "+cell=mine", "--cfg", "job")
        assert yaml.safe_load(cli(*words).out)["cell"]["activation"] == "relu"

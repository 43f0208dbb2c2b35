"""A data set, an optimizer and a baseline from modules that files of --config-dir name."""

from __future__ import annotations

import dataclasses
import re
import sys
from pathlib import Path

import pytest

from rnnbench.baselines import get_baseline
from rnnbench.baselines.strategy import Baselines
from rnnbench.config.expand import expand, load
from rnnbench.config.schema import Config, DataConfig, OptimizerConfig
from rnnbench.data import input_spec, prepare
from rnnbench.data.sources import source_of
from rnnbench.errors import ConfigError
from rnnbench.extensions import registry
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.declaration import declare
from tests.conftest import Run

WORDS = ("+cell=gru", "data=waves", "optimizer=signum", "data.limit=60", "data.test_limit=30")


def edited(conf: Path, module: str, old: str, new: str) -> None:
    """Change the source of a module beside the folder."""
    path = conf.parent / "sequence_extras" / f"{module}.py"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new))


def keys_of(conf: Path, *words: str) -> tuple[str, str]:
    """Return the content key of the run that words declare, and the digest of its data."""
    arms = expand([*WORDS, "seeds=1", *words], config_dirs=[conf])
    (spec,) = declare(arms, DataCache(conf.parent / "home"))
    return spec.key, spec.data.digest


def test_keys_that_a_file_leaves_out_have_the_defaults_of_the_module(conf: Path) -> None:
    config = load(["+cell=gru", "data=waves", "optimizer=signum"], config_dirs=[conf])
    assert (config.data.maxlen, config.data.padding, config.data.path) == (24, "pre", None)
    assert config.data.options == {"noise": 0.5}
    assert (config.optimizer.learning_rate, config.optimizer.clipnorm) == (0.002, None)
    assert input_spec(config.data).timesteps == 24


def test_a_file_sets_other_values_and_the_command_line_others_again(conf: Path) -> None:
    (conf / "data" / "loud.yaml").write_text(
        "_target_: sequence_extras.waves.WAVES\nnoise: 0.9\nmaxlen: 12\n"
    )
    words = ["+cell=gru", "data=loud", "optimizer=signum", "optimizer.momentum=0.5"]
    config = load([*words, "data.maxlen=16"], config_dirs=[conf])
    assert (config.data.options, config.data.maxlen) == ({"noise": 0.9}, 16)
    assert config.optimizer.options["momentum"] == 0.5


def test_other_options_are_other_arrays_and_other_runs(conf: Path) -> None:
    key, digest = keys_of(conf)
    loud_key, loud_digest = keys_of(conf, "data.noise=0.9")
    assert (loud_key != key, loud_digest != digest) == (True, True)
    assert keys_of(conf, "optimizer.momentum=0.5")[0] != key
    assert keys_of(conf, "optimizer.momentum=0.9")[0] == key


def test_a_comment_in_a_data_set_prepares_it_anew_and_repeats_no_run(conf: Path) -> None:
    before = keys_of(conf)
    edited(conf, "waves", "STEPS_OF_A_WAVE = (16, 12)", "STEPS_OF_A_WAVE = (16, 12)  # steps")
    assert keys_of(conf) == before
    assert len(list((conf.parent / "home" / "data").glob("waves-*"))) == 2
    edited(conf, "waves", "(16, 12)", "(16, 8)")
    changed = keys_of(conf)
    assert changed[0] != before[0]
    assert changed[1] != before[1]


def test_a_changed_optimizer_gives_other_runs(conf: Path) -> None:
    key, digest = keys_of(conf)
    edited(conf, "signum", '"""Return the optimizer of Keras."""', '"""Return it."""')
    changed = keys_of(conf)
    assert changed[0] != key
    assert changed[1] == digest


def test_a_changed_baseline_gives_other_runs(conf: Path) -> None:
    def key() -> str:
        arms = expand(["data=digits"], config_dirs=[conf], default_cells=(None,))
        cache = DataCache(conf.parent / "home")
        (spec,) = Baselines((get_baseline("nearest_mean"),)).declare(arms, cache).specs
        return spec.key

    first = key()
    assert key() == first
    edited(conf, "nearest_mean", "distances.min", "distances.max")
    assert key() != first


def test_what_a_module_imports_of_its_package_counts(conf: Path) -> None:
    def source() -> str | None:
        return load(["+cell=ugrnn", "data=digits"], config_dirs=[conf]).cell.extension  # type: ignore[union-attr]

    edited(
        conf, "ugrnn", "from typing import Any\n", "from typing import Any\nfrom . import sizes\n"
    )
    helper = conf.parent / "sequence_extras" / "sizes.py"
    helper.write_text("WIDE = 2\n")
    first = source()
    helper.write_text("WIDE = 3\n")
    assert source() != first


@pytest.mark.slow
def test_all_of_them_are_trained_by_processes(conf: Path, run: Run) -> None:
    words = (*WORDS[1:], "training.epochs=1", "home=runs", f"--config-dir={conf}")
    trained = run("train", "+cell=ugrnn", "tracking.save_model=last", *words)
    assert trained.status == 0, trained.err
    assert "UGRNN" in trained.out or "ugrnn" in trained.out
    assert run("baseline", "nearest_mean", *words[:-3], *words[-2:]).status == 0
    planned = run("plan", "+cell=ugrnn", "seeds=1", *words)
    assert "DONE" in planned.out.upper()
    run_id = re.search(r"run (\w{6,})", trained.out)
    assert run_id is not None
    without = run("reproduce", f"run={run_id[1]}", "home=runs")
    assert without.status == 2
    assert "from your own module" in without.err
    again = run("reproduce", f"run={run_id[1]}", "home=runs", f"--config-dir={conf}")
    assert again.status == 0, again.err


WRONG = [
    ("data=waves data.noise=loud", "data.noise", "a finite number"),
    ("data=waves +data.speed=2", "data.speed", "a key of waves (noise)"),
    ("data=waves +data.tokens=keras", "data.tokens", "null for data=waves"),
    ("data=waves data.maxlen=null", "data.maxlen", "time steps"),
    ("optimizer=signum optimizer.momentum=much", "optimizer.momentum", "a finite number"),
    ("optimizer=signum +optimizer.speed=2", "optimizer.speed", "a key of signum"),
    ("optimizer=signumm", "optimizer", "signum"),
    ("data=wavs", "data", "waves"),
]


@pytest.mark.parametrize(("words", "key", "expected"), WRONG, ids=[row[0] for row in WRONG])
def test_wrong_words_are_told(words: str, key: str, expected: str, conf: Path, run: Run) -> None:
    answer = run("explain", "+cell=gru", *words.split(), f"--config-dir={conf}")
    assert answer.status == 2
    assert answer.err.startswith(f"error: {key}: expected ") or f"{key}: expected " in answer.err
    assert expected in answer.err
    assert not (conf.parent / "runs").exists()


@pytest.mark.parametrize(
    ("kind", "module", "old", "new", "expected"),
    [
        ("data", "waves", "WAVES = Waves()", "WAVES = Waves", "no class of them"),
        ("data", "waves", "def load(", "def read(", "DataSource"),
        ("data", "waves", 'name = "waves"', 'name = "digits"', "another name"),
        ("data", "waves", 'version = "1"', "version = 1", "a data set with a name and a version"),
        ("optimizer", "signum", 'name="signum"', 'name="adam"', "another name"),
        (
            "optimizer",
            "signum",
            "SIGNUM = Optimizer(",
            "SIGNUM = dict(",
            "an optimizer with a name",
        ),
        ("baseline", "nearest_mean", 'name="nearest_mean"', 'name="bag_of_words"', "another name"),
        ("baseline", "nearest_mean", "    fit=fit,\n", "", "a function that fits it"),
    ],
)
def test_a_wrong_module_is_told(
    kind: str, module: str, old: str, new: str, expected: str, conf: Path, run: Run
) -> None:
    edited(conf, module, old, new)
    words = ["explain", "+cell=gru", f"{kind}={module}"]
    if kind == "baseline":
        words = ["baseline", *(["bag_of_words"] if "bag" in new else [module]), "data=digits"]
    answer = run(*words, f"--config-dir={conf}")
    assert answer.status == 2
    assert expected in answer.err
    assert not (conf.parent / "runs").exists()


def test_what_only_a_record_names_is_refused_and_not_imported(
    work_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (work_dir / "evil.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(work_dir)
    base: Config = load(["data=digits"], cell=False)
    for extra in ({"_target_": "evil.Data"}, {"extension": "1 sha256:0"}):
        data = DataConfig(**{**base.data.model_dump(), "name": "evil", **extra})
        with pytest.raises(ConfigError):
            source_of(data)
        optimizer = OptimizerConfig(
            **{"name": "evil", "learning_rate": 0.1, "clipnorm": None, **extra}
        )
        with pytest.raises(ConfigError):
            registry.configured("optimizer", "evil", optimizer.extension or "none", ())
    with pytest.raises(ConfigError):
        get_baseline("evil")


def test_prepared_arrays_of_the_same_module_are_used_again(conf: Path) -> None:
    config = load(["data=waves"], config_dirs=[conf], cell=False)
    home = conf.parent / "home"
    told: list[str] = []
    first = prepare(config.data, home, on_progress=told.append)
    again = prepare(config.data, home, on_progress=told.append)
    assert dataclasses.replace(again) == first
    assert len([text for text in told if "preparing" in text]) == 1


def test_help_explains_the_options_of_a_folder_and_imports_nothing(conf: Path, run: Run) -> None:
    file = conf / "optimizer" / "signum.yaml"
    file.write_text(f"# steps of one size\n{file.read_text()}learning_rate: 0.5\n")
    group = run("help", "optimizer", f"--config-dir={conf}").out
    assert "steps of one size" in group
    page = run("help", "optimizer=signum", "--config-dir", str(conf)).out
    assert "optimizer._target_=sequence_extras.signum.SIGNUM" in page
    assert "optimizer.learning_rate=0.5" in page
    listed = run("sweep", "optimizer=signum", "--help", f"--config-dir={conf}").out
    assert "steps of one size" in listed
    assert "sequence_extras.signum" not in sys.modules

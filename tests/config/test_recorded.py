"""What came from the environment is recorded by its reference; what decides a result, as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from rnnbench.baselines import get_baseline
from rnnbench.baselines.strategy import Baselines
from rnnbench.config.expand import expand, load
from rnnbench.config.recorded import parameters, recorded, resolved, unresolved
from rnnbench.errors import ConfigError
from rnnbench.search.space import apply
from rnnbench.sweep.data_cache import DataCache
from rnnbench.tracking.recorder import run_parameters

SECRET = "Xprivate1"
WORDS = ("+cell=gru", "data=csv", "data.test_fraction=0.25")


@pytest.fixture
def corpus(work_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file in a folder that the environment names."""
    folder = work_dir / SECRET
    folder.mkdir()
    rows = [f"{'good' if i % 2 else 'bad'} film,{i % 2}" for i in range(8)]
    (folder / "mine.csv").write_text("\n".join(["text,label", *rows]))
    monkeypatch.setenv("CORPUS", str(folder))
    monkeypatch.setenv("UNITS", "7")
    monkeypatch.setenv("LABELS", "label")
    return folder / "mine.csv"


def test_a_path_from_the_environment_is_recorded_by_its_reference(corpus: Path) -> None:
    path, units = (
        "data.path='${oc.env:CORPUS}/mine.csv'",
        'model.units="${oc.decode:${oc.env:UNITS}}"',
    )
    config = load([*WORDS, path, units, "data.label_column=${oc.env:LABELS}"])
    assert config.data.path == str(corpus)
    told = parameters(config)
    assert told["data.path"] == "${oc.env:CORPUS}/mine.csv"
    assert told["data.label_column"] == "${oc.env:LABELS}"
    assert told["model.units"] == "7", "what decides a result is recorded as it is"
    assert SECRET not in yaml.safe_dump(recorded(config))
    assert unresolved(f"{corpus} (csv)", config) == "${oc.env:CORPUS}/mine.csv (csv)"
    # A search's trials, and baselines, are told alike.
    assert parameters(apply(config, {"model.units": 3}))["data.path"] == told["data.path"]


def test_a_text_that_looks_like_the_path_of_an_unknown_user_is_told_by_its_reference(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORPUS", "~nobody-of-this-name")
    config = load([*WORDS, "data.path=${oc.env:CORPUS}"])
    assert unresolved("from ~nobody-of-this-name", config) == "from ${oc.env:CORPUS}"


def test_a_path_by_way_of_another_key_is_too(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RNNBENCH_HOME", str(corpus.parent))
    config = load([*WORDS, "data.path='${home}/mine.csv'"])
    assert parameters(config)["data.path"] == "${home}/mine.csv"
    assert SECRET not in yaml.safe_dump(recorded(config))


def test_what_is_typed_or_swept_is_recorded_as_it_is(corpus: Path) -> None:
    config = load([*WORDS, f"data.path={corpus}"])
    assert parameters(config)["data.path"] == str(corpus)
    arms = expand([*WORDS, "data.path='${oc.env:CORPUS}/mine.csv',other.csv"])
    paths = [parameters(arm.config)["data.path"] for arm in arms]
    assert paths == ["${oc.env:CORPUS}/mine.csv", "other.csv"]
    assert [SECRET in arm.label for arm in arms] == [False, False]


def test_a_baseline_is_recorded_alike(corpus: Path) -> None:
    arms = expand([*WORDS, "data.path='${oc.env:CORPUS}/mine.csv'"])
    strategy = Baselines((get_baseline("bag_of_words"),))
    (spec, *_) = strategy.declare(arms, DataCache(corpus.parent)).specs
    assert run_parameters(spec)["data.path"] == "${oc.env:CORPUS}/mine.csv"


def test_a_record_is_resolved_when_it_is_read(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = load([*WORDS, "data.path='${oc.env:CORPUS}/mine.csv'"])
    assert resolved(recorded(config))["data"]["path"] == str(corpus)
    monkeypatch.delenv("CORPUS")
    assert resolved(recorded(config))["data"]["path"] == "${oc.env:CORPUS}/mine.csv"


@pytest.mark.parametrize("text", ["${oc.create:1}", "${oc.decode:${oc.env:CORPUS}}", "${home}"])
def test_a_record_resolves_nothing_but_variables(corpus: Path, text: str) -> None:
    assert resolved({"data": {"path": text}, "home": "x"}) == {"data": {"path": text}, "home": "x"}


def test_references_are_no_key_of_the_configuration(work_dir: Path) -> None:
    with pytest.raises(ConfigError, match="references"):
        load(["+cell=gru", "+references.home=x"])
    assert "references" not in load(["+cell=gru"]).model_dump()

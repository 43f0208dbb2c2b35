"""What is composed without Hydra's own groups is what Hydra composes."""

from __future__ import annotations

from pathlib import Path

import hydra
import pytest
from omegaconf import OmegaConf

from rnnbench.config import shipped
from rnnbench.config.compose import CONFIG_NAME, composer
from rnnbench.config.expand import load
from rnnbench.config.paths import preset_files


@pytest.mark.parametrize(
    "words",
    [
        ["+cell=gru"],
        ["+cell=lstm", "model=stacked", "model.units=8", "++cell.activation=relu"],
        ["data=imdb", "~model.dropout", "+published.value=[1,{a: b}]"],
        ["optimizer=rmsprop", "report.name='${oc.env:HOME}/${seed}'"],
        *([f"experiments={name}", "+cell=gru", "seeds=2"] for name in preset_files()),
    ],
    ids=" ".join,
)
def test_configuration_is_that_of_hydra(words: list[str]) -> None:
    with composer():
        found = shipped.compose(CONFIG_NAME, words)
        of_hydra = hydra.compose(CONFIG_NAME, words)
    for resolve in (False, True):
        pair = [OmegaConf.to_container(config, resolve=resolve) for config in (found, of_hydra)]
        assert str(pair[0]) == str(pair[1])  # in the same order, too


@pytest.mark.parametrize(
    "words",
    [
        ["cell=gru"],
        ["+cell=gru", "+cell=lstm"],
        ["++cell=gru"],
        ["+cell=grru"],
        ["data=null"],
        ["data@elsewhere=imdb"],
        ["model.nothing=3"],
        ["+model.units=3"],
        ["~model.nothing"],
        ["model.units=4,8"],
        ["experiments=depth,suite"],
        ["seed=["],
    ],
    ids=" ".join,
)
def test_what_is_wrong_is_told_as_hydra_tells_it(words: list[str]) -> None:
    with composer():
        with pytest.raises(Exception) as of_hydra:  # noqa: PT011
            hydra.compose(CONFIG_NAME, words)
        with pytest.raises(type(of_hydra.value)) as found:
            shipped.compose(CONFIG_NAME, words)
    assert str(found.value) == str(of_hydra.value)


def test_change_of_a_configuration_is_not_seen_by_the_next() -> None:
    with composer():
        first = shipped.compose(CONFIG_NAME, ["+cell=gru"])
        first.model.units = 77
        assert shipped.compose(CONFIG_NAME, ["+cell=gru"]).model.units != 77


def test_environment_of_the_moment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b"):
        monkeypatch.setenv("RNNBENCH_HOME", name)
        monkeypatch.setenv("NAME_OF_A_REPORT", name)
        config = load(["+cell=gru", "report.name=${oc.env:NAME_OF_A_REPORT}"])
        assert (config.home, config.report.name) == (name, name)


def test_changed_file_of_the_users_counts(tmp_path: Path) -> None:
    path = tmp_path / "model" / "mine.yaml"
    path.parent.mkdir()
    for units in (5, 6):
        path.write_text(f"defaults: [single, _self_]\nunits: {units}\n")
        assert load(["+cell=gru", "model=mine"], config_dirs=[tmp_path]).model.units == units


def test_keys_of_hydras_own_are_left_to_hydra() -> None:
    assert not shipped.is_alone(["+cell=gru", "hydra.verbose=true"], [])
    assert load(["+cell=gru", "hydra.verbose=true"]) == load(["+cell=gru"])

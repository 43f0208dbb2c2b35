"""Composition of what is shipped alone, without the groups of Hydra's own.

Two thirds of Hydra's time go into its own configuration (logging, launchers, help), which is then
taken out again, and into files that it reads at every composition.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_repository import CachingConfigRepository
from hydra._internal.core_plugins.file_config_source import FileConfigSource
from hydra._internal.defaults_list import create_defaults_list
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.plugins.config_source import ConfigResult, ConfigSource
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf._utils import get_yaml_loader


def is_alone(words: Sequence[str], folders: Sequence[Path]) -> bool:
    """Return whether overrides can be composed here: nothing of the user's or of Hydra's own."""
    return not folders and not any("hydra" in word for word in words)


def compose(config_name: str, words: Sequence[str]) -> DictConfig:
    """Return what ``hydra.compose`` returns for these overrides; raises what it raises.

    As in ``ConfigLoaderImpl.load_configuration``, less ``prepend_hydra``: choices of groups are
    composed, once a process; single values are then set.
    """
    loader = GlobalHydra.instance().config_loader()
    assert isinstance(loader, ConfigLoaderImpl)
    overrides = OverridesParser.create().parse_overrides(list(words))
    loader.validate_sweep_overrides_legal(overrides, RunMode.RUN, from_shell=False)
    choices: list[Override] = []
    values: list[Override] = []
    for override in overrides:
        is_choice = not isinstance(override.value(), dict) and _is_group(override.key_or_group)
        (choices if is_choice else values).append(override)
    chosen = tuple(str(override.input_line) for override in choices)
    if any("${" in word for word in chosen):  # may depend on an environment that changes
        config = _composed(config_name, chosen)
    else:
        config = copy.deepcopy(_kept(config_name, chosen))
    loader._apply_overrides_to_config(values, config)
    with open_dict(config):
        config.pop("hydra", None)
    return config


def _composed(config_name: str, choices: tuple[str, ...]) -> DictConfig:
    loader = GlobalHydra.instance().config_loader()
    assert isinstance(loader, ConfigLoaderImpl)
    repository = CachingConfigRepository(loader.repository)
    repository.delegate.sources = [  # type: ignore[attr-defined]
        _Folder(source.provider, source.path) if source.provider == "main" else source
        for source in repository.get_sources()
    ]
    found = create_defaults_list(
        repo=repository,
        config_name=config_name,
        overrides_list=OverridesParser.create().parse_overrides(list(choices)),
        prepend_hydra=False,
        skip_missing=False,
    )
    config = loader._compose_config_from_defaults_list(defaults=found.defaults, repo=repository)
    OmegaConf.set_struct(config, True)
    return config


_kept = lru_cache(maxsize=64)(_composed)


@cache
def _is_group(name: str) -> bool:
    loader = GlobalHydra.instance().config_loader()
    assert isinstance(loader, ConfigLoaderImpl)
    return loader.repository.group_exists(name)


class _Folder(FileConfigSource):
    """The shipped folder, whose files don't change while a process runs."""

    def load_config(self, config_path: str) -> ConfigResult:
        """Return the file of a group's option."""
        path = Path(self.path, self._normalize_file_name(config_path))
        header, content = _read(path)
        return ConfigResult(
            config=OmegaConf.create(content),
            path=f"{self.scheme()}://{self.path}",
            provider=self.provider,
            header=dict(header),
        )


@cache
def _loader() -> Any:
    """Return OmegaConf's loader of YAML, with the parser in C where PyYAML has it."""
    loader, parser = get_yaml_loader(), getattr(yaml, "CSafeLoader", None)
    if parser is None:
        return loader
    return type("Loader", (parser, loader), {"__init__": parser.__init__})


@cache
def _read(path: Path) -> tuple[dict[str, str | None], dict[str, Any]]:
    text = path.read_text(encoding="utf-8")
    content = yaml.load(text, Loader=_loader())
    return ConfigSource._get_header_dict(text[:512]), content or {}

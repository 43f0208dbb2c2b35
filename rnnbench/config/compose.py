"""Composition of ``conf/`` with Hydra, with its errors put into this project's words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import hydra
from hydra.core.config_loader import ConfigLoader
from hydra.core.config_store import ConfigNode, ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.core.object_type import ObjectType
from hydra.errors import HydraException, MissingConfigException
from omegaconf import OmegaConf
from omegaconf.errors import (
    InterpolationResolutionError,
    MissingMandatoryValue,
    OmegaConfBaseException,
)

from rnnbench.config import shipped, space_words, user_files
from rnnbench.config.overrides import CELL, parse
from rnnbench.config.paths import NAMED_HOME, default_home, preset_files, resource_dir
from rnnbench.config.recorded import references
from rnnbench.config.references import bounded, refers
from rnnbench.config.suggestions import suggestion
from rnnbench.config.validate import unknown_key
from rnnbench.config.yaml_files import check_folders
from rnnbench.errors import ConfigError, first_line
from rnnbench.extensions.packages import installed
from rnnbench.extensions.registry import EXTENSION, KINDS, load_named, refuse_targets

CONFIG_NAME = "config"


@cache
def register_presets() -> None:
    """Once, make ``experiments/*.yaml`` known to Hydra as a group whose files merge at the top."""
    # Hydra copies its store, presets and all, for every question about a group: a hundred times for
    # --hydra-help, over a second. Nothing changes what is in it.
    ConfigStore.__deepcopy__ = lambda store, _: store  # type: ignore[attr-defined]
    presets = [_Preset(path) for path in preset_files().values()]
    ConfigStore.instance().repo["experiments"] = {preset.name: preset for preset in presets}


class _Preset(ConfigNode):
    """A file that is read once its preset is asked for: all of them take a third of a second."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = path.name
        self.group, self.package, self.provider = "experiments", "_global_", "rnnbench"

    @cached_property
    def node(self) -> Any:  # type: ignore[override]
        return OmegaConf.load(self._path)


class Composer:
    """An initialised Hydra that composes configurations; use :func:`composer` to get one."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        self.refers = False  # whether the last configuration has keys that refer to others

    @property
    def loader(self) -> ConfigLoader:
        """Hydra's loader, which knows groups and their options."""
        return GlobalHydra.instance().config_loader()

    def options(self, group: str) -> list[str]:
        """Return the options of a group, or an empty list where there is no such group."""
        return self.loader.get_group_options(group, results_filter=ObjectType.CONFIG)

    def compose(self, overrides: Sequence[str]) -> dict[str, Any]:
        """Return the composed configuration as plain containers, interpolations resolved.

        Raises:
            ConfigError: for an unknown group, option or key, or a value that is missing.
        """
        words, of_space = space_words.split(overrides)
        try:
            alone = shipped.is_alone(words, self._folders)
            config = (shipped.compose if alone else hydra.compose)(CONFIG_NAME, words)
            raw: Any = OmegaConf.to_container(config, resolve=False)
            self.refers = refers(raw)
            with bounded():
                # Before others that refer to it; what is shipped is not left to OmegaConf, whose
                # parser would take a hundredth of a short command for it.
                if raw.get("home", "") in (None, NAMED_HOME):
                    config.home = _literal(default_home())
                plain = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
        except MissingConfigException as error:
            raise self._missing(error) from None
        except (HydraException, OmegaConfBaseException) as error:
            raise self._refused(error) from None
        except RecursionError:
            raise ConfigError(
                "--config-dir",
                "files that don't include each other in a circle",
                "defaults that never end",
                "correct the lists of defaults in it",
            ) from None
        except ValueError as error:
            # Hydra's answer to data=null and data=4.
            raise self._not_an_option(words) or error from None
        assert isinstance(plain, dict)
        mapping = {str(key): value for key, value in plain.items()}
        refuse_targets(mapping)
        self._load_named(mapping)
        if "references" in mapping:
            raise unknown_key("references")
        mapping["references"] = references(raw)
        space_words.apply(mapping, of_space)
        return mapping

    def cell_file(self, name: object) -> dict[Any, Any] | None:
        """Return what a cell's file says, or ``None`` where it may be more than that one section.

        Hydra takes a quarter of a second for a configuration; cells differ in this section alone.
        """
        path = resource_dir("conf") / CELL / f"{name}.yaml"
        if self._folders or not path.is_file():
            return None
        text = path.read_text(encoding="utf-8")
        if any(sign in text for sign in ("defaults", "@package", "${")):
            return None
        section = OmegaConf.to_container(OmegaConf.create(text))
        return section if isinstance(section, dict) else None

    def _load_named(self, mapping: Mapping[str, Any]) -> None:
        """Import what installed packages have: the cell that others are matched to, and options.

        An option is imported where Hydra reads it, but for those that were composed before.
        """
        for kind in KINDS:
            section = mapping.get(kind)
            if isinstance(section, dict) and EXTENSION in section:
                load_named(kind, str(section.get("name")))
        cell, colon, _ = str(mapping.get("match")).partition(":")
        if colon and cell not in self.options(CELL):
            load_named(CELL, cell)

    def _missing(self, error: MissingConfigException) -> ConfigError:
        group, _, option = str(error.missing_cfg_file or "").rpartition("/")
        known = self.options(group) if group else []
        if not known:
            return ConfigError(group or "config", "a group that exists", first_line(error))
        if group in KINDS:
            known = list(dict.fromkeys([*known, *installed(group)]))
        action = user_files.misplaced(self._folders, group, option) or suggestion(option, known)
        return _no_option(group, known, option or "nothing", action)

    def _not_an_option(self, words: Sequence[str]) -> ConfigError | None:
        for override in parse(words, self.loader):
            group, value = override.key_or_group, override.value()
            known = self.options(group)
            if known and not isinstance(value, (str, list)):
                shown = "null" if value is None else str(value)
                action = f"type {_typed(group)}={known[0]}, or leave it out"
                return _no_option(group, known, shown, action)
        return None

    def _refused(self, error: Exception) -> ConfigError:
        text = str(error)
        if match := re.search(r"Could not (?:override|append to|delete)[^']*'([^']+)'", text):
            return unknown_key(match.group(1))
        if match := re.search(r"Multiple values for ([\w/]+)", text):
            key = match.group(1)
            action = f"type {key}=... without the plus sign"
            return ConfigError(key, "one choice", f"+{key}=...", action)
        if match := re.search(r"force-add of config groups is not supported: '\+\+(\w+)=", text):
            key = match.group(1)
            action = f"type {_typed(key)}=..."
            return ConfigError(key, "a choice of an option", f"++{key}=...", action)
        if match := re.search(r"You must specify '([\w/]+)'", text):
            return _no_option(match.group(1), self.options(match.group(1)), "???")
        if match := re.search(r"Could not find '?([\w/]+)", text):
            return ConfigError(match.group(1), "a group or option that exists", first_line(error))
        full_key = getattr(error, "full_key", None)
        if isinstance(error, MissingMandatoryValue):
            return ConfigError(str(full_key), "a value", "nothing", f"set {full_key}=...")
        key = str(full_key or "configuration")
        if isinstance(error, InterpolationResolutionError):
            expected = "references that lead to a value"
            return ConfigError(key, expected, first_line(error), "correct the ${...} in it")
        return ConfigError(key, "a valid override", first_line(error))


@contextmanager
def composer(config_dirs: Sequence[Path] = ()) -> Iterator[Composer]:
    """Initialise Hydra over ``conf/``, the presets and the user's own configuration folders."""
    check_folders(config_dirs)
    register_presets()
    GlobalHydra.instance().clear()
    user_files.search(config_dirs)
    with hydra.initialize_config_dir(
        config_dir=str(resource_dir("conf")), job_name="rnnbench", version_base="1.3"
    ):
        yield Composer(config_dirs)


def _literal(text: str) -> str:
    """Return text that OmegaConf reads as this text, references in it or not."""
    return re.sub(r"(\\*)\$\{", r"\1\1\\${", text)


def _typed(group: str) -> str:
    """Return how an option of a group is typed: the cell has none by default."""
    return f"+{group}" if group == CELL else group


def _no_option(group: str, known: Sequence[str], received: str, action: str = "") -> ConfigError:
    action = action or f"type {_typed(group)}={known[0]}"
    return ConfigError(group, "one of " + ", ".join(known), received, action)

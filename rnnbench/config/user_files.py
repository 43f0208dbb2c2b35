"""What users add, as Hydra reads it: folders of ``--config-dir``, and installed packages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from hydra._internal.core_plugins.file_config_source import FileConfigSource
from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.object_type import ObjectType
from hydra.core.plugins import Plugins
from hydra.plugins.config_source import ConfigResult, ConfigSource
from hydra.plugins.search_path_plugin import SearchPathPlugin
from omegaconf import OmegaConf

from rnnbench.config.own_section import own_section
from rnnbench.config.yaml_files import check_size, read_mapping, told
from rnnbench.errors import ConfigError
from rnnbench.extensions.origin import TARGET, Origin
from rnnbench.extensions.packages import installed, named_by_package
from rnnbench.extensions.registry import KINDS, load, refuse_targets, reset

PRESETS = "experiments"
_SCHEME = "rnnbench"


class UserFolder(FileConfigSource):
    """A folder whose files are checked, and whose presets merge at the top as shipped ones do."""

    @staticmethod
    def scheme() -> str:
        """Return the scheme of its address, by which Hydra finds this class."""
        return _SCHEME

    def load_config(self, config_path: str) -> ConfigResult:
        """Return the file of a group's option.

        Raises:
            ConfigError: for a file that is no mapping of keys to values.
        """
        path = Path(self.path, self._normalize_file_name(config_path))
        with told(path):
            check_size(path)
            found = super().load_config(config_path)
        group = config_path.split("/")[0]
        content = OmegaConf.to_container(found.config, resolve=False)
        if isinstance(content, dict) and TARGET in content and group in KINDS:
            target = content.pop(TARGET)
            origin = _origin(group, target, Path(self.path), path)
            found.config = OmegaConf.create(own_section(content, origin))
        refuse_targets(content)
        if config_path.split("/")[0] == PRESETS and found.header["package"] is None:
            found.header["package"] = "_global_"
        return found


class InstalledPackages(ConfigSource):
    """What installed packages name as entry points: options without files, in our own groups.

    Hydra asks it last, and so about names alone that no folder has.
    """

    @staticmethod
    def scheme() -> str:
        """Return the scheme of its address, by which Hydra finds this class."""
        return "rnnbench-packages"

    def available(self) -> bool:
        """Return whether it can be asked."""
        return True

    def is_group(self, config_path: str) -> bool:
        """Return whether it has options of a group, which are listed by nobody."""
        del config_path
        return False

    def is_config(self, config_path: str) -> bool:
        """Return whether a package has the option of a group."""
        kind, _, name = config_path.removesuffix(".yaml").partition("/")
        return kind in KINDS and name in installed(kind)

    def list(self, config_path: str, results_filter: ObjectType | None) -> list[str]:
        """Return no option: all that is installed would be looked through for every list."""
        del config_path, results_filter
        return []

    def load_config(self, config_path: str) -> ConfigResult:
        """Return the section of an extension with its defaults."""
        kind, _, name = config_path.removesuffix(".yaml").partition("/")
        origin = named_by_package(kind, name)
        assert origin is not None
        section = OmegaConf.create(own_section({}, origin))
        return ConfigResult(self.provider, self.full_path(), section, {"package": None})


class UserFolders(SearchPathPlugin):
    """Adds the user's folders, and then installed packages, to those that Hydra searches."""

    folders: ClassVar[Sequence[Path]] = ()

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        """Append them, after our own."""
        for folder in self.folders:
            search_path.append("--config-dir", f"{_SCHEME}://{folder.resolve()}")
        search_path.append("packages", f"{InstalledPackages.scheme()}://")


def search(folders: Sequence[Path]) -> None:
    """Make Hydra search these folders beside our own, and no others, when it starts next."""
    for plugin in (UserFolder, InstalledPackages, UserFolders):
        Plugins.instance().register(plugin)
    UserFolders.folders = tuple(folders)
    reset()
    for folder in folders:
        for kind in KINDS:
            for path in sorted((folder / kind).glob("*.yaml")):
                target = read_mapping(path).get(TARGET)
                if target is not None:
                    load(_origin(kind, target, folder, path))


def _origin(kind: str, target: object, folder: Path, path: Path) -> Origin:
    if not isinstance(target, str):
        raise ConfigError(TARGET, "a module and a name in it", str(target), f"correct {path}")
    return Origin(kind, target, folder.resolve(), str(path))


def misplaced(folders: Sequence[Path], group: str, option: str) -> str:
    """Return what to do with a file that the user means and Hydra doesn't find, or nothing."""
    for folder in folders:
        right = folder / group / f"{option}.yaml"
        for found in (right.with_suffix(".yml"), folder / right.name, folder / f"{option}.yml"):
            if found.is_file():
                return f"move {found} to {right}"
    return ""

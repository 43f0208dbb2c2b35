"""What installed packages name as entry points, as Hydra reads it."""

from __future__ import annotations

from hydra.core.object_type import ObjectType
from hydra.plugins.config_source import ConfigResult, ConfigSource
from omegaconf import OmegaConf

from rnnbench.config.own_section import own_section
from rnnbench.extensions.packages import installed, named_by_package
from rnnbench.extensions.registry import KINDS


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

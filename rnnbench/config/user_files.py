"""The user's own folders of configuration groups (``--config-dir``), as Hydra reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import yaml
from hydra._internal.core_plugins.file_config_source import FileConfigSource
from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.plugins import Plugins
from hydra.plugins.config_source import ConfigResult
from hydra.plugins.search_path_plugin import SearchPathPlugin
from yaml import YAMLError

from rnnbench.errors import ConfigError

PRESETS = "experiments"
_SCHEME = "rnnbench"
_MOST_BYTES = 1_000_000
_MOST_VALUES = 100_000


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
        with _told(path):
            _check_size(path)
            found = super().load_config(config_path)
        if config_path.split("/")[0] == PRESETS and found.header["package"] is None:
            found.header["package"] = "_global_"
        return found


class UserFolders(SearchPathPlugin):
    """Adds the user's folders to those that Hydra searches."""

    folders: ClassVar[Sequence[Path]] = ()

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        """Append them, after our own."""
        for folder in self.folders:
            search_path.append("--config-dir", f"{_SCHEME}://{folder.resolve()}")


def search(folders: Sequence[Path]) -> None:
    """Make Hydra search these folders beside our own, and no others, when it starts next."""
    for plugin in (UserFolder, UserFolders):
        Plugins.instance().register(plugin)
    UserFolders.folders = tuple(folders)


def misplaced(folders: Sequence[Path], group: str, option: str) -> str:
    """Return what to do with a file that the user means and Hydra doesn't find, or nothing."""
    for folder in folders:
        right = folder / group / f"{option}.yaml"
        for found in (right.with_suffix(".yml"), folder / right.name, folder / f"{option}.yml"):
            if found.is_file():
                return f"move {found} to {right}"
    return ""


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what goes wrong with a file into one message that names it."""
    try:
        yield
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise _wrong(
            "files of valid YAML", f"{path}, line {mark.line + 1 if mark else 1}"
        ) from None
    except UnicodeDecodeError:
        raise _wrong("files of text in UTF-8", path) from None
    except OSError as error:
        raise _wrong("files that can be read", f"{path} ({error.strerror})") from None
    except RecursionError:
        raise _wrong("files without endless nesting", path) from None


def _check_size(path: Path) -> None:
    """Refuse a file that stands for too much, before anything is made of it.

    Aliases let a short file stand for more values than fit into memory, so they are counted first.
    """
    if path.stat().st_size > _MOST_BYTES:
        raise _wrong(f"files of at most {_MOST_BYTES:,} bytes", path)
    root = yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
    if _count(root, {}) > _MOST_VALUES:
        raise _wrong(f"files of at most {_MOST_VALUES:,} values, aliases counted", path)
    if root is not None and not isinstance(root, yaml.MappingNode):
        raise _wrong("files of keys with values", f"{path}, which holds none")


def _count(node: Any, known: dict[int, int]) -> int:
    """Return how many values a YAML node stands for; RecursionError where it contains itself."""
    if id(node) not in known:
        parts = node.value if isinstance(node, yaml.CollectionNode) else []
        if isinstance(node, yaml.MappingNode):
            parts = [part for pair in parts for part in pair]
        known[id(node)] = 1 + sum(_count(part, known) for part in parts)
    return known[id(node)]


def _wrong(expected: str, received: object) -> ConfigError:
    return ConfigError("--config-dir", expected, str(received), "correct that file")

"""YAML files of the user's own, checked before anything is made of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from rnnbench.errors import ConfigError

_NULL = "tag:yaml.org,2002:null"
_MOST_BYTES = 1_000_000
_MOST_VALUES = 100_000
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def check_folders(folders: Sequence[Path]) -> None:
    """Refuse a folder of ``--config-dir`` that does not exist; raises ConfigError."""
    for folder in folders:
        if not folder.is_dir():
            expected = "a folder of configuration groups"
            # A path has no double slash; an address has to look like one for its secrets to go.
            typed = str(folder).replace(":/", "://")
            raise ConfigError("--config-dir", expected, typed, "name a folder that exists")


def read_mapping(path: Path) -> dict[str, Any]:
    """Return the keys and values of a file; raises ConfigError for what is no such file."""
    with told(path):
        check_size(path)
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
    return content or {}


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what goes wrong with a file into one message that names it."""
    try:
        yield
    except yaml.YAMLError as error:
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


def check_size(path: Path) -> None:
    """Refuse a file that stands for too much, before anything is made of it.

    Aliases let a short file stand for more values than fit into memory, so they are counted first.
    """
    if path.stat().st_size > _MOST_BYTES:
        raise _wrong(f"files of at most {_MOST_BYTES:,} bytes", path)
    root = yaml.compose(path.read_text("utf-8"), Loader=_LOADER)
    if _count(root, {}) > _MOST_VALUES:
        raise _wrong(f"files of at most {_MOST_VALUES:,} values, aliases counted", path)
    if root is not None and not isinstance(root, yaml.MappingNode):
        raise _wrong("files of keys with values", f"{path}, which holds none")
    for line in _null_keys(root, set()):
        raise _wrong("files whose keys have names", f"{path}, line {line}, which has the key null")


def _null_keys(node: Any, seen: set[int]) -> Iterator[int]:
    """Yield the lines of keys that are null, of which Hydra cannot say where they stand."""
    if id(node) in seen or not isinstance(node, yaml.CollectionNode):
        return
    seen.add(id(node))
    for part in node.value:
        key, value = part if isinstance(node, yaml.MappingNode) else (None, part)
        if key is not None and key.tag == _NULL:
            yield key.start_mark.line + 1
        yield from _null_keys(value, seen)


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

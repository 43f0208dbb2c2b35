"""A module of the user's own: where it is, what is imported of it, and the digest of its source."""

from __future__ import annotations

import ast
import hashlib
import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rnnbench.errors import ConfigError

_TARGET = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
_roots: list[str] = []  # folders of users that are on the search path
_loaded: dict[str, tuple[Path, str]] = {}  # by name of a module: its file, and its digest


def import_target(target: object, folder: Path, file: str) -> tuple[Any, str]:
    """Return the object that ``module.name`` names, and the digest of its source.

    Args:
        target: what stands after ``_target_``.
        folder: of ``--config-dir``; the module is in it or beside it, or else installed.
        file: the file that names it, for messages.

    Raises:
        ConfigError: where there is no such module or name, or it cannot be imported.
    """
    if not isinstance(target, str) or not _TARGET.fullmatch(target):
        raise _wrong("a module and a name in it, as in my_cells.MGU", target, file)
    module, _, name = target.rpartition(".")
    path, root = _located(module, folder)
    try:
        found = importlib.import_module(module)
        if path is not None:
            _loaded[module] = (path, source_digest(path, root))
        value = getattr(found, name)
    except AttributeError:
        raise _wrong(f"a name in the module {module}", name, file) from None
    except (Exception, SystemExit) as error:
        received = f"{module} ({type(error).__name__}: {error})"
        raise _wrong("a module that can be imported", received, file) from None
    origin = getattr(found, "__file__", None)
    if path is None and origin is not None:
        path = Path(origin)
    if path is None or origin is None or Path(origin).resolve() != path.resolve():
        received = f"{module}, which is {origin or 'built in'}"
        raise _wrong("a module whose name no other one has", received, file)
    digest = source_digest(path, root)
    _loaded[module] = (path, digest)
    return value, digest


def leave_roots() -> None:
    """Take the folders of users off the search path."""
    sys.path[:] = [path for path in sys.path if path not in _roots]
    _roots.clear()


def source_digest(path: Path, root: Path | None = None) -> str:
    """Return 16 hexadecimal digits of the SHA-256 of a module and of what it imports beside it.

    Args:
        path: the module's file.
        root: the folder whose modules count, too, where it imports them.
    """
    files, waiting = {path.resolve()}, [path.resolve()]
    while waiting and root is not None:
        for name in _imported(waiting.pop()):
            found = _file(name, root)
            if found is not None and found.resolve() not in files:
                files.add(found.resolve())
                waiting.append(found.resolve())
    content = hashlib.sha256()
    for file in sorted(files):
        content.update(hashlib.sha256(file.read_bytes().replace(b"\r\n", b"\n")).digest())
    return content.hexdigest()[:16]


def _located(module: str, folder: Path) -> tuple[Path | None, Path | None]:
    """Return the file of a module in or beside a folder, and the folder that it is found from."""
    for root in (folder.resolve(), folder.resolve().parent):
        found = _file(module, root)
        if found is None:
            continue
        if str(root) not in sys.path:
            sys.path.append(str(root))  # last: it takes the name of no other module
            _roots.append(str(root))
        known = _loaded.get(module)
        if known is not None and known != (found, source_digest(found, root)):
            # Edited, or of another folder, since this process imported it.
            _forget(known[0].parent)
            importlib.invalidate_caches()
        return found, root
    return None, None


def _forget(folder: Path) -> None:
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and Path(file).parent == folder:
            del sys.modules[name]


def _file(module: str, root: Path) -> Path | None:
    place = root.joinpath(*module.split("."))
    candidates = (place.with_suffix(".py"), place / "__init__.py")
    return next((path for path in candidates if path.is_file()), None)


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _wrong(expected: str, received: object, file: str) -> ConfigError:
    return ConfigError("_target_", expected, str(received), f"correct {file}")

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

from rnnbench.extensions.origin import Origin

_TARGET = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
_MISSING = object()
_roots: list[str] = []  # folders of users that are on the search path
_loaded: dict[str, tuple[Path, str]] = {}  # by name of a module: its file, and its digest


def import_target(origin: Origin) -> tuple[Any, str]:
    """Return the object that ``module.name`` names, and the digest of its source.

    The module of a file is in the file's folder or beside it, or else installed.

    Raises:
        ConfigError: where there is no such module or name, or it cannot be imported.
    """
    target = origin.target
    if not _TARGET.fullmatch(target):
        raise origin.wrong("a module and a name in it, as in my_cells.MGU", target)
    module, _, name = target.rpartition(".")
    path, root = (None, None) if origin.folder is None else _located(module, origin.folder)
    try:
        found = importlib.import_module(module)
        if path is not None:
            _loaded[module] = (path, source_digest(path, root))
        value = getattr(found, name, _MISSING)
    except (Exception, SystemExit) as error:
        received = f"{module} ({type(error).__name__}: {error})"
        raise origin.wrong("a module that can be imported", received) from None
    if value is _MISSING:
        raise origin.wrong(f"a name in the module {module}", name)
    file = getattr(found, "__file__", None)
    is_placed = path is not None
    if path is None and file is not None:
        path = Path(file)
        root = path.parents[module.count(".") + (path.name == "__init__.py")]
    if path is None or file is None or Path(file).resolve() != path.resolve():
        received = f"{module}, which is {file or 'built in'}"
        raise origin.wrong("a module whose name no other one has", received)
    # Beside an installed module stand those of all other packages.
    digest = source_digest(path, root, "" if is_placed else module.partition(".")[0])
    _loaded[module] = (path, digest)
    return value, digest


def leave_roots() -> None:
    """Take the folders of users off the search path."""
    sys.path[:] = [path for path in sys.path if path not in _roots]
    _roots.clear()


def source_digest(path: Path, root: Path | None = None, package: str = "") -> str:
    """Return 16 hexadecimal digits of the SHA-256 of a module and of what it imports beside it.

    Args:
        path: the module's file.
        root: the folder whose modules count, too, where it imports them.
        package: of those only the ones of this package, or all.
    """
    files = {path.resolve()} if root is None else _beside(path, root, package)
    content = hashlib.sha256()
    for file in sorted(files):
        content.update(hashlib.sha256(file.read_bytes().replace(b"\r\n", b"\n")).digest())
    return content.hexdigest()[:16]


def sources(module: str, folder: Path) -> tuple[Path, list[Path]] | None:
    """Return what another machine needs of a module of the user's own.

    Args:
        module: its name.
        folder: of the file that names it; the module is in it or beside it.

    Returns:
        The folder that the module is found from, and the files: those that it imports beside it,
        and the whole of its package. ``None`` where the module is installed.
    """
    for root in (folder.resolve(), folder.resolve().parent):
        path = _file(module, root)
        if path is None:
            continue
        files = _beside(path, root)
        package = root / module.partition(".")[0]
        if package.is_dir():
            files |= {file.resolve() for file in package.rglob("*.py")}
        return root, sorted(file for file in files if file.is_relative_to(root))
    return None


def _beside(path: Path, root: Path, package: str = "") -> set[Path]:
    """Return the file of a module and of all that it imports from a folder, or a package of it."""
    files, waiting = {path.resolve()}, [path.resolve()]
    while waiting:
        for name in _imported(waiting.pop(), root.resolve()):
            found = _file(name, root) if package in ("", name.partition(".")[0]) else None
            if found is not None and found.resolve() not in files:
                files.add(found.resolve())
                waiting.append(found.resolve())
    return files


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


def _imported(path: Path, root: Path) -> Iterator[str]:
    """Give the names of modules that a file imports, and of what could be some."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = _package(path, root)[: 1 - node.level or None] if node.level else ()
            module = ".".join([*above, *filter(None, [node.module])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def _package(path: Path, root: Path) -> tuple[str, ...]:
    """Return the names of the packages that a file is in, from the folder where imports begin."""
    return path.parent.relative_to(root).parts if path.is_relative_to(root) else ()

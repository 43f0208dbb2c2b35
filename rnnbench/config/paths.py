"""Where the configuration files and the user's folders are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

HOME = "runs"  # the folder of the store, where none is named
NAMED_HOME = "${oc.env:RNNBENCH_HOME,null}"  # what conf/config.yaml has for it
DATABASE = "mlflow.db"  # in it
LOCKS = "locks"  # beside the database from its first moment

_PACKAGE = Path(__file__).resolve().parent.parent


def resource_dir(name: str) -> Path:
    """Return the folder ``conf`` or ``experiments``: beside the package, or inside a wheel."""
    checkout = _PACKAGE.parent / name
    if checkout.is_dir() and (_PACKAGE.parent / "pyproject.toml").is_file():
        return checkout
    return _PACKAGE / "_resources" / name


def default_home() -> str:
    """Return the home that the environment names, or else ``runs/`` here or above, as git does.

    Above, only where that has a store and the one here has none.
    """
    named = os.environ.get("RNNBENCH_HOME")
    return str(_found_home()) if named is None else named


def _found_home() -> Path:
    try:
        here = Path.cwd() / HOME
    except OSError:
        return Path(HOME)  # in a folder that is gone, which is told where it is needed
    return here if (here / DATABASE).is_file() else home_above() or here


def home_above() -> Path | None:
    """Return the nearest ``runs/`` of a folder above that holds a store of this user's.

    Another user's is not taken: its files would be trusted as one's own.
    """
    for folder in folders_above():
        home = folder / HOME
        with suppress(OSError):
            is_store = (home / DATABASE).is_file() and (home / LOCKS).is_dir()
            if is_store and home.stat().st_uid == os.getuid():
                return home
    return None


def folders_above() -> Iterator[Path]:
    """Give the folders above this one, up to the user's own or the end of the file system."""
    here = Path.cwd()
    with suppress(RuntimeError, OSError):
        if here == Path.home().resolve():
            return
    for folder in here.parents:
        try:
            if folder.stat().st_dev != here.stat().st_dev:
                return
        except OSError:
            return
        yield folder
        with suppress(RuntimeError, OSError):
            if folder == Path.home().resolve():
                return


def preset_files() -> dict[str, Path]:
    """Return the presets by name, in alphabetical order."""
    return {path.stem: path for path in sorted(resource_dir("experiments").glob("*.yaml"))}

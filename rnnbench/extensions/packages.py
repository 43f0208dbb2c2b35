"""Extensions of installed packages, which name them as entry points.

The group is ``rnnbench.`` and the kind, as in ``[project.entry-points."rnnbench.cell"]``. To read
what all packages say of themselves takes a tenth of a second and more, so it is done where a name
is known to nobody else.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import lru_cache

from rnnbench.errors import ConfigError
from rnnbench.extensions.origin import ENTRY_POINTS, Origin


def installed(kind: str) -> Mapping[str, Origin]:
    """Return the extensions of a kind that packages name, by name; nothing is imported."""
    return {name: named[0] for name, named in _scanned(tuple(sys.path)).get(kind, {}).items()}


def named_by_package(kind: str, name: str) -> Origin | None:
    """Return which extension of that name a package has, ``None`` where none has it.

    Raises:
        ConfigError: where several packages have one.
    """
    found = _scanned(tuple(sys.path)).get(kind, {}).get(name, [])
    if len(found) > 1:
        several = " and ".join(origin.file for origin in found)
        action = "uninstall one of the packages, or name yours in a file of --config-dir"
        raise ConfigError(kind, f"one package with {name}", several, action)
    return found[0] if found else None


@lru_cache(maxsize=1)
def _scanned(_path: tuple[str, ...]) -> Mapping[str, Mapping[str, list[Origin]]]:
    """Return every extension by kind and name; ``_path`` is where packages are looked for."""
    from importlib.metadata import distributions

    found: dict[str, dict[str, list[Origin]]] = {}
    every = [
        (package, [one for one in package.entry_points if one.group.startswith(ENTRY_POINTS)])
        for package in distributions()
    ]
    if not any(points for _, points in every):  # to read the names of all takes longer than this
        return found
    seen: set[str] = set()
    for package, points in every:
        if package.name in seen:  # the first on the path is the one that is imported
            continue
        seen.add(package.name)
        for one in points:
            kind = one.group.removeprefix(ENTRY_POINTS)
            file = f"the entry point {one.name} of the package {package.name} {package.version}"
            origin = Origin(kind, one.value.replace(":", "."), None, file, one.name)
            found.setdefault(kind, {}).setdefault(one.name, []).append(origin)
    return found

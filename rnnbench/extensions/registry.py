"""The extensions of this process by kind and name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnbench.errors import ConfigError
from rnnbench.extensions.modules import import_target, leave_roots

TARGET = "_target_"
EXTENSION = "extension"  # the key that says which source an extension has
KINDS = ("cell",)


@dataclass(frozen=True)
class Origin:
    """Where an extension comes from: a file of ``--config-dir`` that names it."""

    kind: str
    target: str
    folder: Path
    file: str


@dataclass(frozen=True)
class Extension:
    """What a user added.

    ``identity`` is its version and the digest of its source: a part of the content key, so that a
    changed module is another arm.
    """

    value: Any
    identity: str
    origin: Origin


_known: dict[tuple[str, str], Extension] = {}


def load(origin: Origin) -> tuple[str, Extension]:
    """Import an extension and return it with its name; raises ConfigError where it is none."""
    value, digest = import_target(origin.target, origin.folder, origin.file)
    name, version = getattr(value, "name", None), getattr(value, "version", None)
    if not isinstance(name, str) or not isinstance(version, str) or not version:
        raise ConfigError(
            TARGET,
            f"a {origin.kind} with a name and a version",
            f"{origin.target}, {value!r}"[:120],
            f"correct {origin.file}",
        )
    found = Extension(value, f"{version} sha256:{digest}", origin)
    _known[origin.kind, name] = found
    return name, found


def find(kind: str, name: str) -> Extension | None:
    """Return the extension of that name, where this process was given one."""
    return _known.get((kind, name))


def names(kind: str) -> list[str]:
    """Return the names of all extensions of a kind."""
    return [name for of, name in _known if of == kind]


def origins() -> tuple[Origin, ...]:
    """Return where all extensions come from, for a process that needs them, too."""
    return tuple(one.origin for one in _known.values())


def reset() -> None:
    """Forget all extensions: those of another ``--config-dir`` are none of a command's."""
    _known.clear()
    leave_roots()


def refuse_targets(mapping: Any, where: Sequence[str] = ()) -> None:
    """Refuse ``_target_`` wherever no file of ``--config-dir`` has said it; raises ConfigError."""
    if isinstance(mapping, Mapping):
        for key, value in mapping.items():
            if key == TARGET:
                raise refused(".".join([*where, TARGET]), value)
            refuse_targets(value, [*where, str(key)])
    elif isinstance(mapping, list):
        for number, value in enumerate(mapping):
            refuse_targets(value, [*where, str(number)])


def refused(key: str, value: object) -> ConfigError:
    """Return the error about a module that is named where none may be."""
    return ConfigError(
        key,
        "no module to import but at the top of a file such as cell/my_cell.yaml in --config-dir",
        str(value),
        "write such a file and name its folder with --config-dir",
    )

"""The extensions of this process by kind and name."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from rnnbench.errors import ConfigError
from rnnbench.extensions.modules import import_target, leave_roots
from rnnbench.extensions.origin import TARGET, Origin
from rnnbench.extensions.packages import installed, named_by_package

EXTENSION = "extension"  # the key that says which source an extension has
KINDS = {
    "cell": "a cell",
    "data": "a data set",
    "optimizer": "an optimizer",
    "baseline": "a baseline",
}
_Named = tuple[str, str]  # a kind, and a name


class NotGiven(ConfigError):  # noqa: N818
    """A configuration needs an extension that this command was not given."""


class Extension(NamedTuple):
    """What a user added.

    ``identity`` is its version and the digest of its source: a part of what identifies a run, so
    that a changed module gives other runs.
    """

    value: Any
    identity: str
    origin: Origin


_of_folders: dict[_Named, Extension] = {}
_of_packages: dict[_Named, Extension] = {}  # which stay as they are while a process runs
_known: ChainMap[_Named, Extension] = ChainMap(_of_folders, _of_packages)


def load(origin: Origin) -> tuple[str, Extension]:
    """Import an extension and return it with its name; raises ConfigError where it is none."""
    value, digest = import_target(origin)
    name, version = getattr(value, "name", None), getattr(value, "version", None)
    is_named = isinstance(name, str) and name and isinstance(version, str) and version
    if isinstance(value, type) or not is_named:
        what = f"{KINDS[origin.kind]} with a name and a version"
        what += ", and no class of them" if isinstance(value, type) else ""
        raise origin.wrong(what, f"{origin.target}, {value!r}"[:120])
    if origin.name not in ("", name):
        raise origin.wrong(f"an object with the name {origin.name}", f"{origin.target}, {name}")
    found = Extension(value, f"{version} sha256:{digest}", origin)
    (_of_packages if origin.folder is None else _of_folders)[origin.kind, str(name)] = found
    return str(name), found


def load_named(kind: str, name: str) -> bool:
    """Import the extension of that name from an installed package; return whether one has it.

    Only for names that a user types or a file of hers has: what a store or a report says is no
    reason to import anything.
    """
    origin = None if (kind, name) in _known else named_by_package(kind, name)
    if origin is not None:
        load(origin)
    return (kind, name) in _known


def find(kind: str, name: str) -> Extension | None:
    """Return the extension of that name, where this process was given one."""
    return _known.get((kind, name))


def configured(kind: str, name: str, identity: str | None, builtin: Collection[str]) -> Any:
    """Return the extension that a configuration has, or ``None`` where it has none.

    Args:
        kind: what is asked for.
        name: its name.
        identity: version and source that the configuration was made with, where it says so.
        builtin: the names that are rnnbench's own.

    Raises:
        ConfigError: for another source than that, and for a name that is taken.
        NotGiven: where this process was not given the extension.
    """
    own = find(kind, name)
    if name in builtin and (identity is not None or own is not None):
        taken = f"a name that nothing in rnnbench has ({', '.join(builtin)})"
        raise ConfigError(f"{kind}.name", taken, name, "give yours another name")
    if name in builtin or (identity is None and own is None):
        return None
    if own is None or own.identity != identity:
        asked = "" if identity is None else f", version {identity}"
        plus = "+" if kind == "cell" else ""
        raise NotGiven(
            kind,
            f"{name} from your own module{asked}",
            "nothing of that name" if own is None else f"{own.identity} from {own.origin.file}",
            "name the folder of its file with --config-dir, or where an installed package has it "
            f"type {plus}{kind}={name}; the module has to be the same",
        )
    return own.value


def loaded(kind: str) -> list[str]:
    """Return the names of the extensions of a kind that this process was given."""
    return [name for of, name in _known if of == kind]


def names(kind: str) -> list[str]:
    """Return the names of all extensions of a kind, those of installed packages included."""
    return list(dict.fromkeys([*loaded(kind), *installed(kind)]))


def origins() -> tuple[Origin, ...]:
    """Return where all extensions come from, for a process that needs them, too."""
    return tuple(one.origin for one in _known.values())


def reset() -> None:
    """Forget the extensions of folders: those of another ``--config-dir`` are none of a command's.

    Installed packages are the same for every command of a process.
    """
    _of_folders.clear()
    leave_roots()


@contextmanager
def given(kind: str, value: Any) -> Iterator[Extension]:
    """Make an object known as an extension, for tests of it."""
    extension = Extension(value, f"{value.version} test", Origin(kind, "", None, "a test"))
    _of_packages[kind, value.name] = extension
    try:
        yield extension
    finally:
        del _of_packages[kind, value.name]


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

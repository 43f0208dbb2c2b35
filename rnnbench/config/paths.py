"""Where the configuration files and the user's folders are."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def resource_dir(name: str) -> Path:
    """Return the folder ``conf`` or ``experiments``: beside the package, or inside a wheel."""
    checkout = _PACKAGE.parent / name
    if checkout.is_dir() and (_PACKAGE.parent / "pyproject.toml").is_file():
        return checkout
    return _PACKAGE / "_resources" / name


def preset_files() -> dict[str, Path]:
    """Return the presets by name, in alphabetical order."""
    return {path.stem: path for path in sorted(resource_dir("experiments").glob("*.yaml"))}

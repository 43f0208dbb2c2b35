"""The groups of ``conf/`` and their options, read as plain YAML.

Help and documentation read them this way: Hydra would take a second to start.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from rnnbench.config.dotted import merge
from rnnbench.config.paths import preset_files, resource_dir
from rnnbench.config.yaml_files import check_folders, read_mapping, told

PRESETS = "experiments"


@dataclass(frozen=True)
class OptionFiles:
    """The shipped configuration files, and those in the user's ``folders`` (``--config-dir``)."""

    folders: tuple[Path, ...] = ()

    @cached_property
    def groups(self) -> dict[str, dict[str, Path]]:
        """Return the file of each option by group; the presets are the last group."""
        check_folders(self.folders)
        found: dict[str, dict[str, Path]] = {}
        for folder in (resource_dir("conf"), *self.folders):
            for path in sorted(folder.glob("*/*.yaml")):
                found.setdefault(path.parent.name, {}).setdefault(path.stem, path)
        presets = {**preset_files(), **found.pop(PRESETS, {})}
        order = [*self.chosen, *found]
        ordered = {name: found[name] for name in dict.fromkeys(order) if name in found}
        return ordered | {PRESETS: presets}

    @cached_property
    def primary(self) -> dict[str, Any]:
        """Return ``conf/config.yaml`` without its list of defaults and Hydra's own section."""
        hidden = ("defaults", "hydra")
        return {key: value for key, value in self._primary.items() if key not in hidden}

    @cached_property
    def chosen(self) -> dict[str, str]:
        """Return the option of each group that is chosen where nothing else is said."""
        entries = [entry for entry in self._primary["defaults"] if isinstance(entry, dict)]
        return {group: option for entry in entries for group, option in entry.items() if option}

    @cached_property
    def _primary(self) -> dict[str, Any]:
        return read_mapping(resource_dir("conf") / "config.yaml")

    def option(self, group: str, name: str, _above: tuple[str, ...] = ()) -> dict[str, Any]:
        """Return what an option says, with what its own list of defaults takes from others."""
        content = dict(read_mapping(self.groups[group][name]))
        merged: dict[str, Any] = {}
        above = (*_above, name)
        for entry in _entries(content):
            if isinstance(entry, str) and entry in self.groups[group] and entry not in above:
                merged = merge(merged, self.option(group, entry, above))
        return merge(merged, content)

    def preset(
        self, name: str, _above: tuple[str, ...] = ()
    ) -> tuple[dict[str, str], dict[str, Any]]:
        """Return the options that a preset chooses by group, and the values that it sets.

        With those of the presets that it builds on.
        """
        content = dict(read_mapping(self.groups[PRESETS][name]))
        chosen: dict[str, str] = {}
        merged: dict[str, Any] = {}
        above = (*_above, name)
        for entry in _entries(content):
            if isinstance(entry, dict):
                options = {str(group): str(option) for group, option in entry.items()}
                chosen |= {k.removeprefix("override ").lstrip("/"): v for k, v in options.items()}
            elif entry in self.groups[PRESETS] and entry not in above:
                options, values = self.preset(entry, above)
                chosen, merged = chosen | options, merge(merged, values)
        return chosen, merge(merged, content)

    def line(self, group: str, name: str) -> str:
        """Return the first sentence of the comment at the head of an option's file, if any."""
        words = ""
        path = self.groups[group][name]
        with told(path), path.open(encoding="utf-8") as file:
            for text in file:
                comment = text.removeprefix("#").strip()
                if not text.startswith("#") or words.endswith((".", "?")):
                    break
                if not comment.startswith(("python -m", "@package")):
                    words = f"{words} {comment}".strip()
        return re.split(r"(?<=[.?]) (?=[A-Z])", words)[0]


def _entries(content: dict[str, Any]) -> list[Any]:
    """Take the list of defaults out of a file's content."""
    entries = content.pop("defaults", None)
    return entries if isinstance(entries, list) else []

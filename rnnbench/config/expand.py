"""From the words of a command to the arms that they declare.

An arm is one configuration without its seed. Hydra composes once for each combination of
groups; plain values are then set on a copy, so that a thousand arms take no longer than a few.
"""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hydra.core.override_parser.types import Override, OverrideType

from rnnbench.config import space_words
from rnnbench.config.axes import Axis, check_axes, check_typed
from rnnbench.config.compose import Composer, composer
from rnnbench.config.overrides import CELL, axis_values, parse, with_value
from rnnbench.config.per_data import set_key, with_own_values
from rnnbench.config.schema import Config
from rnnbench.config.section import Section
from rnnbench.config.validate import validate
from rnnbench.errors import ConfigError


@dataclass(frozen=True)
class Arm:
    """One configuration of a sweep, named by the values in which it differs from the others."""

    config: Config
    axes: Mapping[str, Any]

    @property
    def label(self) -> str:
        """``gru`` or ``gru model.depth=2``: the cell, then whatever else varies."""
        cell = self.config.cell.name if self.config.cell else "no cell"
        rest = [f"{key}={_text(value)}" for key, value in self.axes.items() if key != CELL]
        return " ".join([str(self.axes.get(CELL, cell)), *rest])


def load(words: Sequence[str], *, config_dirs: Sequence[Path] = (), cell: bool = True) -> Config:
    """Compose one configuration from overrides.

    Args:
        words: Hydra overrides.
        config_dirs: the user's own folders of configuration groups.
        cell: whether a cell must be named; otherwise a preset's grid is ignored, too.

    Raises:
        ConfigError: where the words declare several configurations, none, or a wrong one.
    """
    arms = expand(
        words, config_dirs=config_dirs, default_cells=() if cell else (None,), with_grid=cell
    )
    if len(arms) != 1:
        varying = ", ".join(arms[0].axes)
        raise ConfigError(
            varying, "one value for one run", f"{len(arms)} combinations", "use the command sweep"
        )
    return arms[0].config


def expand(
    words: Sequence[str],
    *,
    config_dirs: Sequence[Path] = (),
    default_cells: Sequence[str | None] = (),
    with_grid: bool = True,
) -> list[Arm]:
    """Return the arms that the overrides, and the grid of a preset, declare.

    Args:
        words: Hydra overrides; multi-valued ones become axes.
        config_dirs: the user's own folders of configuration groups.
        default_cells: cells where neither the words nor a preset name one; ``(None,)`` means that
            none is needed, an empty sequence that one must be named.
        with_grid: whether the axes that a preset declares count.

    Raises:
        ConfigError: for anything that cannot be parsed, composed or validated.
    """
    with composer(config_dirs) as hydra:
        overrides = parse(words, hydra.loader)
        check_typed(overrides)
        named = {o.key_or_group for o in overrides}
        swept = [(o, axis_values(o) if o.is_sweep_override() else None) for o in overrides]
        # A sweep of one value, as glob(gru_vs_lst*) can be, varies nothing.
        fixed_words = [
            str(o.input_line) if values is None else with_value(o, values[0])
            for o, values in swept
            if values is None or len(values) == 1
        ]
        if "model.units" in named and "match" not in named and "experiments" in named:
            # What is typed beats what a preset says, and units that are matched beat typed ones.
            fixed_words.append("match=null")
            named.add("match")
        if "seeds" in named and "until" not in named and "experiments" in named:
            fixed_words += ["until=null", "most_seeds=null"]  # as typed, and not as a preset says
        # What refers to another key is resolved by Hydra, after that key has its value.
        refers = any("${" in word for word in fixed_words)
        axes = [
            _axis(hydra, o, values, refers) for o, values in swept if values and len(values) > 1
        ]
        if with_grid and any(key.split(".")[0] in ("experiments", "sweep") for key in named):
            axes = _preset_axes(hydra, fixed_words, axes, named) + axes
        if CELL not in named and not any(axis.key == CELL for axis in axes):
            axes = [_cell_axis(hydra, default_cells), *axes]
        axes = [axis for axis in axes if axis.values != [None]]
        check_axes(axes)
        return _arms(hydra, fixed_words, axes, named)


def _axis(hydra: Composer, override: Override, values: list[Any], refers: bool) -> Axis:
    is_group = override.package is None and bool(hydra.options(override.key_or_group))
    merges = any(isinstance(value, dict) or "${" in str(value) for value in values)
    merges = merges or override.key_or_group.startswith(space_words.KEY)
    return Axis(override.key_or_group, values, override, is_group or merges or refers)


def _preset_axes(
    hydra: Composer, fixed: Sequence[str], axes: Sequence[Axis], named: set[str]
) -> list[Axis]:
    """Read the grid of a preset; an axis that is named on the command line wins."""
    for axis in axes:
        if axis.key == "experiments":
            raise ConfigError(
                "experiments",
                "one preset",
                ", ".join(map(str, axis.values)),
                "run the command once for each: the store is shared",
            )
    grid = hydra.compose(fixed).get("sweep", {}).get("grid", {})
    if not isinstance(grid, dict):
        expected = "a key with a list of values for each axis"
        raise ConfigError("sweep.grid", expected, grid, "type +sweep.grid={model.units: [4, 8]}")
    found = []
    for key, values in grid.items():
        if not isinstance(values, list) or not values:
            raise ConfigError(f"sweep.grid.{key}", "a list of values", values, "as in [4, 8]")
        if key not in named:
            found.append(Axis(str(key), values, None, bool(hydra.options(str(key)))))
    return found


def _cell_axis(hydra: Composer, default_cells: Sequence[str | None]) -> Axis:
    if not default_cells:
        known = hydra.options(CELL)
        raise ConfigError(
            CELL, "one of " + ", ".join(known), "nothing", "add for example +cell=lstm"
        )
    return Axis(CELL, list(default_cells), None, True)


def _arms(
    hydra: Composer, fixed: Sequence[str], axes: Sequence[Axis], named: Collection[str]
) -> list[Arm]:
    groups = [axis for axis in axes if axis.is_composed]
    values = [axis for axis in axes if not axis.is_composed]
    varying = [axis.key for axis in axes if len(axis.values) > 1]
    arms: dict[tuple[str, str], Arm] = {}
    known: dict[tuple[str, ...], dict[str, Any]] = {}
    for chosen in itertools.product(*(axis.values for axis in groups)):
        base = _base(hydra, fixed, list(zip(groups, chosen, strict=True)), known)
        if values and hydra.refers:
            # A key that refers to a swept one gets its value from Hydra, for each combination.
            axes = [replace(axis, is_composed=True) for axis in axes]
            return _arms(hydra, fixed, axes, named)
        base = with_own_values(base, hydra.options("data"), named)
        shared: dict[str, Section] = {}  # sections that are the same in all arms of this base
        text = ""
        for picked in itertools.product(*(axis.values for axis in values)):
            mapping = copy.deepcopy({k: part for k, part in base.items() if k not in shared})
            for axis, value in zip(values, picked, strict=True):
                adds = axis.override is not None and axis.override.type != OverrideType.CHANGE
                set_key(mapping, axis.key, value, adds=adds)
            config = validate(mapping | shared)
            if not shared:
                swept = {axis.key.split(".")[0] for axis in values}
                shared = {k: v for k, v in config if isinstance(v, Section) and k not in swept}
                text = config.model_dump_json(include=set(shared))
            where = dict(zip([a.key for a in groups + values], [*chosen, *picked], strict=True))
            arm = Arm(config, {key: where[key] for key in varying})
            arms.setdefault((text, config.model_dump_json(exclude=set(shared))), arm)
    return list(arms.values())


def _base(
    hydra: Composer,
    fixed: Sequence[str],
    chosen: Sequence[tuple[Axis, Any]],
    known: dict[tuple[str, ...], dict[str, Any]],
) -> dict[str, Any]:
    """Return the configuration of some choices; one that differs in its cell alone is not composed.

    Args:
        hydra: composes.
        fixed: the words that are the same for all.
        chosen: the value of every composed axis.
        known: by the words besides the cell, a configuration whose cell can be replaced.
    """
    rest = tuple(axis.word(value) for axis, value in chosen if axis.key != CELL)
    own = next((hydra.cell_file(v) for axis, v in chosen if axis.key == CELL), None)
    if own is not None and rest in known:
        return known[rest] | {CELL: own}
    base = hydra.compose([*fixed, *(axis.word(value) for axis, value in chosen)])
    names_cell = any(re.match(r"[+~]*cell\b", word) for word in (*fixed, *rest))
    if own is not None and base.get(CELL) == own and not names_cell and not hydra.refers:
        known[rest] = base
    return base


def _text(value: Any) -> str:
    return "null" if value is None else str(value)

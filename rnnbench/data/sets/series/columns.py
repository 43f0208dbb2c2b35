"""What the columns of a file are for: times, ids, targets and features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnbench.data.contract import must_be_null
from rnnbench.data.sets.series.table import SeriesFile, find, header_of
from rnnbench.errors import ConfigError

if TYPE_CHECKING:
    from rnnbench.config.data_section import DataConfig

_SHOWN = 5


@dataclass(frozen=True)
class Roles:
    """What the columns of a table are for, as their places.

    Attributes:
        time: the column of times.
        series_id: the column that tells series apart.
        targets: what is forecast.
        features: what a model sees, the targets first where they are among it.
        observed: how many of the first features are the targets.
    """

    time: int | None
    series_id: int | None
    targets: tuple[int, ...] = ()
    features: tuple[int, ...] = ()
    observed: int = 0


def roles_of(config: DataConfig, file: SeriesFile) -> Roles:
    """Return what the columns are for, from the header alone; raises ConfigError or DataError."""
    names = header_of(file)

    def places(key: str, wanted: Sequence[str | int]) -> tuple[int, ...]:
        found = tuple(find(names, one, key, file.path) for one in wanted)
        if len(set(found)) < len(found):
            raise ConfigError(f"data.{key}", "different columns", str(wanted), "name each once")
        return found

    keyed = {"time": config.time, "series_id": config.series_id}
    own = {key: places(key, [name])[0] for key, name in keyed.items() if name is not None}
    time, series_id = own.get("time"), own.get("series_id")
    if config.layout in ("wide", "rows"):
        must_be_null(
            config,
            *("target", "features", "time" if config.layout == "rows" else "series_id"),
            where=f"with data.layout={config.layout}, in which each series is forecast from itself",
        )
        return Roles(time, series_id, observed=1)
    rest = tuple(n for n in range(len(names)) if n not in own.values())
    if config.target is not None:
        targets = places(
            "target", config.target if isinstance(config.target, list) else [config.target]
        )
    elif len(rest) == 1:
        targets = rest
    else:
        shown = ", ".join(str(names[n]) for n in rest[:_SHOWN])
        raise ConfigError(
            "data.target",
            f"the column of {file.path} that is forecast",
            f"null, of {len(rest)}: {shown}{', ...' if len(rest) > _SHOWN else ''}",
            "set data.target=COLUMN, or data.layout=wide where each column is a series of its own",
        )
    features = targets
    if config.features is not None:
        features = rest if config.features == "all" else places("features", config.features)
    for key, chosen in (("target", targets), ("features", features)):
        for other, place in own.items():
            if place in chosen:
                expected = f"other columns than that of data.{other}"
                raise ConfigError(f"data.{key}", expected, str(names[place]), "leave it out")
    if not set(targets) <= set(features):
        return Roles(time, series_id, targets, features)
    features = (*targets, *(n for n in features if n not in targets))
    return Roles(time, series_id, targets, features, len(targets))

"""The data sets by name; a new one is an entry here and a YAML file in ``conf/data``."""

from __future__ import annotations

from collections.abc import Mapping

from rnnbench.config.data_section import DataConfig
from rnnbench.config.roles import Only
from rnnbench.config.section import idle_markers
from rnnbench.data.contract import DataSource, must_be_null
from rnnbench.data.sets.arrays import UserArrays
from rnnbench.data.sets.digits import Digits
from rnnbench.data.sets.imdb import Imdb
from rnnbench.data.sets.reviews import Reviews
from rnnbench.data.sets.table import Csv
from rnnbench.data.sets.temporal_order import TemporalOrder
from rnnbench.data.sets.text_dir import TextDir
from rnnbench.errors import ConfigError

SOURCES: dict[str, DataSource] = {
    "reviews": Reviews(),
    "digits": Digits(),
    "temporal_order": TemporalOrder(),
    "imdb": Imdb(),
    "arrays": UserArrays(),
    "text_dir": TextDir(),
    "csv": Csv(),
}

# By data set, the traits of which it has the keys of ``data`` that others don't have.
_TRAITS: Mapping[str, tuple[str, ...]] = {
    "imdb": ("ranks",),
    "arrays": ("own labels",),
    "text_dir": ("texts", "encoded", "ranks", "folders"),
    "csv": ("texts", "encoded", "ranks", "dialect", "table", "own labels"),
}


_OF_TRAIT = {key: one.trait for key, one in idle_markers(DataConfig) if isinstance(one, Only)}
OWN_KEYS: Mapping[str, frozenset[str]] = {
    name: frozenset(key for key, trait in _OF_TRAIT.items() if trait in traits)
    for name, traits in _TRAITS.items()
}


def source_of(config: DataConfig) -> DataSource:
    """The source of ``data.name``.

    Raises:
        ConfigError: for a name that is not in the table, or a key that belongs to other data sets.
    """
    try:
        source = SOURCES[config.name]
    except KeyError:
        names = ", ".join(SOURCES)
        raise ConfigError("data.name", f"one of {names}", config.name, "choose one") from None
    must_be_null(config, *sorted(_OF_TRAIT.keys() - OWN_KEYS.get(config.name, ())))
    return source

"""The data sets by name; a new one is an entry here and a YAML file in ``conf/data``."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from rnnbench.config.allowed import is_allowed, words_for
from rnnbench.config.data_section import DataConfig
from rnnbench.config.own_section import own_defaults
from rnnbench.config.roles import Only
from rnnbench.config.section import idle_markers
from rnnbench.config.suggestions import suggestion
from rnnbench.data.contract import DataSource, must_be_null
from rnnbench.errors import ConfigError
from rnnbench.extensions.registry import configured, names

_METHODS = ("spec", "fingerprint", "load")
# Where each is, in rnnbench.data.sets: a command imports the one that it is about.
SOURCES: Mapping[str, str] = {
    "reviews": "reviews.Reviews",
    "digits": "digits.Digits",
    "temporal_order": "temporal_order.TemporalOrder",
    "imdb": "imdb.Imdb",
    "arrays": "arrays.UserArrays",
    "text_dir": "text_dir.TextDir",
    "csv": "table.Csv",
    "series": "series.source.UserSeries",
    "adding": "adding.Adding",
    "mackey_glass": "series.embedded.MACKEY_GLASS",
    "sunspots": "series.embedded.SUNSPOTS",
    "co2": "series.embedded.CO2",
}

# By data set, the traits of which it has the keys of ``data`` that others don't have.
_TRAITS: Mapping[str, tuple[str, ...]] = {
    "imdb": ("ranks",),
    "arrays": ("own labels",),
    "text_dir": ("texts", "encoded", "ranks", "folders"),
    "csv": ("texts", "encoded", "ranks", "dialect", "table", "own labels"),
    "series": ("forecast", "series", "encoded", "dialect"),
    "mackey_glass": ("forecast",),
    "sunspots": ("forecast",),
    "co2": ("forecast",),
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
    own = configured("data", config.name, config.extension, SOURCES)
    if own is None and config.name not in SOURCES:
        known = ", ".join([*SOURCES, *names("data")])
        raise ConfigError("data.name", f"one of {known}", config.name, "choose one")
    source = shipped(config.name) if own is None else _own(own, config)
    must_be_null(config, *sorted(_OF_TRAIT.keys() - OWN_KEYS.get(config.name, ())))
    return source


def shipped(name: str) -> DataSource:
    """The source of one of the names in ``SOURCES``."""
    module, _, attribute = SOURCES[name].rpartition(".")
    found = getattr(import_module(f"rnnbench.data.sets.{module}"), attribute)
    source: DataSource = found() if isinstance(found, type) else found
    return source


def _own(source: Any, config: DataConfig) -> DataSource:
    """A data set of the user's own, after checking the keys that belong to it."""
    missing = [name for name in _METHODS if not callable(getattr(source, name, None))]
    if missing:
        expected = "an object that fulfils rnnbench.data.contract.DataSource"
        received = f"{config.name} without {', '.join(missing)}"
        raise ConfigError("data", expected, received, "correct your module")
    known_to_all, every = DataConfig.model_fields, own_defaults("data", source)
    options = {key: value for key, value in every.items() if key not in known_to_all}
    for key, value in config.options.items():
        if key not in options:
            known = ", ".join(options) or "no further ones"
            action = suggestion(key, options) or "leave it out"
            expected = f"a key of {config.name} ({known})"
            raise ConfigError(f"data.{key}", expected, f"{key}={value}", action)
        if not is_allowed(value, options[key]):
            action = f"set data.{key}={options[key]}"
            raise ConfigError(f"data.{key}", words_for(options[key]), value, action)
    checked: DataSource = source
    return checked

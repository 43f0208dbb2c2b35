"""The data sets by name; a new one is an entry here and a YAML file in ``conf/data``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnbench.data.contract import Source, must_be_null
from rnnbench.data.sets.arrays import UserArrays
from rnnbench.data.sets.digits import Digits
from rnnbench.data.sets.imdb import Imdb
from rnnbench.data.sets.reviews import Reviews
from rnnbench.data.sets.table import Table
from rnnbench.data.sets.temporal_order import TemporalOrder
from rnnbench.data.sets.text_dir import TextDir
from rnnbench.errors import ConfigError

if TYPE_CHECKING:
    from rnnbench.config.data_section import DataConfig

SOURCES: dict[str, Source] = {
    "reviews": Reviews(),
    "digits": Digits(),
    "temporal_order": TemporalOrder(),
    "imdb": Imdb(),
    "arrays": UserArrays(),
    "text_dir": TextDir(),
    "csv": Table(),
}

# Keys of ``data`` that only some data sets have; all have the others.
_READING = frozenset(
    {"encoding", "tokens", "lower", "punctuation", "start", "unknown", "word_index"}
)
_COLUMNS = {"text_column", "label_column", "header", "missing", "test_path", "test_fraction"}
_DIALECT = {"delimiter", "quoting", "escape", "skip_initial_space"}
OWN_KEYS: dict[str, frozenset[str]] = {
    "imdb": frozenset({"word_index"}),
    "text_dir": _READING | {"classes"},
    "csv": _READING | _COLUMNS | _DIALECT,
}


def source_of(config: DataConfig) -> Source:
    """The source of ``data.name``.

    Raises:
        ConfigError: for a name that is not in the table, or a key that belongs to other data sets.
    """
    try:
        source = SOURCES[config.name]
    except KeyError:
        names = ", ".join(SOURCES)
        raise ConfigError("data.name", f"one of {names}", config.name, "choose one") from None
    own = OWN_KEYS.get(config.name, frozenset())
    must_be_null(config, *sorted(frozenset().union(*OWN_KEYS.values()) - own))
    return source

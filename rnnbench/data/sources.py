"""The data sets by name; a new one is an entry here and a YAML file in ``conf/data``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnbench.data.arrays import UserArrays
from rnnbench.data.contract import Source
from rnnbench.data.digits import Digits
from rnnbench.data.imdb import Imdb
from rnnbench.data.reviews import Reviews
from rnnbench.data.temporal_order import TemporalOrder
from rnnbench.errors import ConfigError

if TYPE_CHECKING:
    from rnnbench.config.schema import DataConfig

SOURCES: dict[str, Source] = {
    "reviews": Reviews(),
    "digits": Digits(),
    "temporal_order": TemporalOrder(),
    "imdb": Imdb(),
    "arrays": UserArrays(),
}


def source_of(config: DataConfig) -> Source:
    """The source of ``data.name``; raises ConfigError for a name that is not in the table."""
    try:
        return SOURCES[config.name]
    except KeyError:
        names = ", ".join(SOURCES)
        raise ConfigError("data.name", f"one of {names}", config.name, "choose one") from None

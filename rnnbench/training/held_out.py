"""Where in the training samples those begin that are held out for validation."""

from __future__ import annotations

import math

from rnnbench.config.schema import Config
from rnnbench.errors import ConfigError


def last_part(count: int, fraction: float) -> int:
    """Return the number of the first of the last samples, a fraction of all, as Keras splits."""
    return math.floor(count * (1.0 - fraction))


def validation_start(count: int, config: Config, apart: int | None) -> int:
    """Return the number of the first sample that is validated on.

    Args:
        count: training samples.
        config: with ``training.validation=split``.
        apart: how many of the last ones the data set itself sets aside; ``None`` where it leaves
            that to the configuration.

    Raises:
        ConfigError: where one of the parts would be empty, or the keys don't go together.
    """
    if apart is not None:
        _check_apart(config, apart)
        return count - apart
    fraction = config.training.validation_fraction
    start = last_part(count, fraction)
    if not 0 < start < count:
        raise ConfigError(
            "training.validation_fraction",
            f"a fraction that leaves samples on both sides of {count}",
            fraction,
            "raise data.limit or choose a fraction nearer to 0.5",
        )
    return start


def _check_apart(config: Config, apart: int) -> None:
    """Refuse keys that a data set with a validation part of its own has no use for."""
    if config.training.split_seed is not None:
        raise ConfigError(
            "training.split_seed",
            f"null for data={config.data.name}, whose validation part lies between training and "
            "test",
            config.training.split_seed,
            "leave it out",
        )
    if not apart:
        raise ConfigError(
            "data.validation",
            "a part to validate on with training.validation=split",
            config.data.validation,
            "set data.validation=0.1, for example, or training.validation=none",
        )

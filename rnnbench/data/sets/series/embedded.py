"""Series that come along: generated ones, and those that statsmodels has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnbench.data.contract import Fingerprint, InputSpec, Progress, Raw, must_be_null
from rnnbench.data.sets.series.forecast import leak_remarks, raw_of, spec_of
from rnnbench.data.sets.series.mackey_glass import mackey_glass
from rnnbench.data.sets.series.times import Times
from rnnbench.data.sets.series.windows import Numbers, Series
from rnnbench.errors import DataError

if TYPE_CHECKING:
    from rnnbench.config.data_section import DataConfig

VERSION = 1
LENGTH = 5_000  # time steps of the generated series


@dataclass(frozen=True)
class EmbeddedSeries:
    """One series that needs no file.

    Attributes:
        name: of the data set.
        origin: where it comes from, in words.
        read: returns times ``(steps,)`` and values ``(steps,)``.
    """

    name: str
    origin: str
    read: Callable[[], tuple[Times, Numbers]]

    def spec(self, config: DataConfig) -> InputSpec:
        """``(window, 1)`` features; raises ConfigError."""
        must_be_null(config, "path")
        return spec_of(config)

    def fingerprint(self, config: DataConfig) -> Fingerprint:
        """Constant: the series comes along."""
        return Fingerprint(self.origin, {"loader": VERSION}, remarks=leak_remarks(config))

    def load(self, config: DataConfig, _found: Fingerprint, _report: Progress) -> Raw:
        """Windows of the series; raises ConfigError, and DataError where a package is missing."""
        times, values = self.read()
        column = values[:, None]
        return raw_of(config, [Series(self.name, times, column, column)], {})


def _sunspots() -> tuple[Times, Numbers]:
    data = _statsmodels("sunspots")
    return data["YEAR"].to_numpy(dtype=float), data["SUNACTIVITY"].to_numpy(dtype=float)


def _co2() -> tuple[Times, Numbers]:
    """Monthly means of the weekly values; the few months without one are interpolated."""
    monthly = _statsmodels("co2")["co2"].resample("MS").mean().interpolate()
    return monthly.index.to_numpy().astype("datetime64[us]"), monthly.to_numpy(dtype=float)


def _statsmodels(name: str) -> Any:
    from importlib import import_module

    try:
        module = import_module(f"statsmodels.datasets.{name}")
    except ImportError as error:
        raise DataError(
            "data.name",
            f"statsmodels for data={name}",
            str(error),
            "install it with: python -m pip install statsmodels",
        ) from error
    return module.load_pandas().data


MACKEY_GLASS = EmbeddedSeries(
    "mackey_glass", "generated", lambda: (np.arange(LENGTH), mackey_glass(LENGTH))
)
SUNSPOTS = EmbeddedSeries("sunspots", "statsmodels: yearly sunspots from 1700 to 2008", _sunspots)
CO2 = EmbeddedSeries("co2", "statsmodels: CO2 at Mauna Loa from 1958 to 2001, by month", _co2)

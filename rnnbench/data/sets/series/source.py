"""The user's own series: a CSV or Parquet file with dates or without, of one or many series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnbench.data.contract import Fingerprint, InputSpec, Progress, Raw
from rnnbench.data.files.npz import file_digest
from rnnbench.data.sets.series.columns import roles_of
from rnnbench.data.sets.series.forecast import leak_remarks, raw_of, spec_of
from rnnbench.data.sets.series.layout import series_of
from rnnbench.data.sets.series.table import header_of, series_file

if TYPE_CHECKING:
    from rnnbench.config.data_section import DataConfig

VERSION = 1


class UserSeries:
    """Windows of columns, or of rows, of a table."""

    def spec(self, config: DataConfig) -> InputSpec:
        """``(window, features)``, from the header alone; raises ConfigError or DataError."""
        roles = roles_of(config, series_file(config))
        features, targets = len(roles.features) or 1, len(roles.targets) or 1
        return spec_of(config, features, targets, roles.observed)

    def fingerprint(self, config: DataConfig) -> Fingerprint:
        """The contents of the file; its place does not matter."""
        file = series_file(config)
        remarks = series_of(config).remarks + leak_remarks(config)
        identity = {"loader": VERSION, "sha256": file_digest("data.path", file.path)}
        return Fingerprint(str(file.path), identity, file.path, remarks)

    def load(self, config: DataConfig, found: Fingerprint, _report: Progress) -> Raw:
        """Windows of the series; raises ConfigError or DataError for what cannot be forecast."""
        read, file = series_of(config), series_file(config)
        roles, names = roles_of(config, file), header_of(file)
        told = {"file_sha256": found.identity["sha256"]}
        for key, places in (("target", roles.targets), ("features", roles.features)):
            if places:
                told[key] = ", ".join(str(names[place]) for place in places)
        if len(read.series) > 1:
            told["names"] = ", ".join(one.name for one in read.series)
        return raw_of(
            config,
            read.series,
            told,
            is_shared=read.is_shared,
            trained=read.trained,
            tested=read.tested,
        )

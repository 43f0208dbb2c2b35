"""Files of series."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rnnbench.config.data_section import DataConfig
from tests.data.conftest import Configure


@pytest.fixture
def config_of(configure: Configure, tmp_path: Path) -> Callable[..., DataConfig]:
    """Return a function that writes a file and returns a configuration that reads it."""

    def make(text: str | bytes, name: str = "mine.csv", **keys: object) -> DataConfig:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return configure("series", path=str(path), **keys)

    return make

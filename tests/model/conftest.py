"""Configurations composed from Hydra words, with TensorFlow's threads fixed before its import."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from rnnbench.config.expand import load
from rnnbench.config.schema import Config
from rnnbench.training.runtime import set_environment

set_environment(threads=1)

Configure = Callable[..., Config]


@cache
def _load(words: tuple[str, ...]) -> Config:
    return load(words)


@pytest.fixture(scope="session")
def configure() -> Configure:
    """Compose a configuration; changes of ``model`` are keywords, which costs no Hydra."""

    def configure(*words: str, **model: object) -> Config:
        config = _load(words)
        return config.model_copy(update={"model": config.model.model_copy(update=model)})

    return configure

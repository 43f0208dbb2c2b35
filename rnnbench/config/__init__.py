"""Configuration: Hydra composes it, a typed schema checks it."""

from rnnbench.config.schema import Config, DataConfig, ModelConfig
from rnnbench.config.validate import validate

__all__ = ["Config", "DataConfig", "ModelConfig", "validate"]

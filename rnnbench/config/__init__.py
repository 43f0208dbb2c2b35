"""Configuration: Hydra composes it, a typed schema checks it."""

from rnnbench.config.data_section import DataConfig
from rnnbench.config.schema import Config, ModelConfig
from rnnbench.config.validate import validate

__all__ = ["Config", "DataConfig", "ModelConfig", "validate"]

"""Configuration: Hydra composes it, a typed schema checks it.

It imports :mod:`rnnbench.system` and errors only. What a key or a metric is for stands here, and is
read from here by everything below.
"""

from rnnbench.config.data_section import DataConfig
from rnnbench.config.schema import Config, ModelConfig
from rnnbench.config.validate import validate

__all__ = ["Config", "DataConfig", "ModelConfig", "validate"]

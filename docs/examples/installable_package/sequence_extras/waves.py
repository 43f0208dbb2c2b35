"""Noisy sine waves, slow ones and fast ones, made anew from the same random numbers each time."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnnbench.config.data_section import DataConfig
from rnnbench.data.contract import Fingerprint, InputSpec, Progress, Raw, Split, length_of

STEPS_OF_A_WAVE = (16, 12)  # by class


class Waves:
    """Features ``(maxlen, 1)`` in two classes that are equally frequent."""

    name = "waves"
    version = "1"  # raised when it gives other waves
    # Keys of `data` with other defaults than null, and one that only this data set has.
    defaults: dict[str, Any] = {"maxlen": 24, "limit": 600, "test_limit": 200, "noise": 0.5}

    def spec(self, config: DataConfig) -> InputSpec:
        return InputSpec(timesteps=length_of(config), features=1, vocabulary=None, classes=2)

    def fingerprint(self, config: DataConfig) -> Fingerprint:
        return Fingerprint("sine waves and noise")

    def load(self, config: DataConfig, found: Fingerprint, report: Progress) -> Raw:
        noise = config.options["noise"]
        return Raw(
            waves(config.limit or 600, length_of(config), noise, seed=0),
            waves(config.test_limit or 200, length_of(config), noise, seed=1),
            {"class_names": ["slow", "fast"]},
        )


def waves(count: int, steps: int, noise: float, seed: int) -> Split:
    """Return ``count`` waves, laid end to end: the first ones are the same, however many."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count, dtype=np.int32) % 2
    values = []
    for label in labels:
        phase = rng.uniform(0, 2 * np.pi)
        wave = np.sin(phase + 2 * np.pi * np.arange(steps) / STEPS_OF_A_WAVE[label])
        values.append(wave + noise * rng.normal(size=steps))
    offsets = np.arange(count + 1, dtype=np.int64) * steps
    return Split(np.concatenate(values).astype(np.float32)[:, None], offsets, labels)


WAVES = Waves()

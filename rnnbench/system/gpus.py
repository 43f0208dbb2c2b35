"""The NVIDIA GPUs of this machine, without loading TensorFlow."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Collection
from functools import cache
from typing import NamedTuple

VISIBLE = "CUDA_VISIBLE_DEVICES"
_ASK = ("nvidia-smi", "--query-gpu=index,uuid,name", "--format=csv,noheader")
_LAST_SECONDS = 30.0


class Gpu(NamedTuple):
    """A GPU that this process may use.

    Attributes:
        device: as ``CUDA_VISIBLE_DEVICES`` takes it.
        name: its maker's, as in ``NVIDIA H100 80GB HBM3``; empty where it is not known.
    """

    device: str
    name: str


def gpus() -> tuple[Gpu, ...]:
    """Return the GPUs that this process may use: those that ``CUDA_VISIBLE_DEVICES`` names, if set.

    They are named by their UUIDs otherwise: CUDA numbers them in another order than the driver.
    """
    named = os.environ.get(VISIBLE)
    found = _installed()
    if named is None:
        return tuple(Gpu(uuid, name) for _, uuid, name in found)
    names = {key: name for index, uuid, name in found for key in (index, uuid)}
    devices: list[Gpu] = []
    for device in named.split(","):
        if device.strip() in ("", "-1", "none", "NoDevFiles"):
            break  # CUDA takes what stands before
        devices.append(Gpu(device.strip(), names.get(device.strip(), "")))
    return tuple(devices)


def gpu_names() -> str:
    """Return the names of the GPUs that this process may use, as in ``2 NVIDIA A100``."""
    counted = Counter(gpu.name or "GPU" for gpu in gpus())
    return ", ".join(name if n == 1 else f"{n} {name}" for name, n in counted.items())


def least_used(devices: Collection[str], used: Collection[str | None]) -> str | None:
    """Return the device that fewest processes use, the first of equals; ``None`` without any."""
    taken = Counter(used)
    return min(devices, key=lambda device: taken[device], default=None)


@cache
def _installed() -> tuple[tuple[str, str, str], ...]:
    """Return index, UUID and name of every GPU that NVIDIA's driver tells of."""
    if shutil.which(_ASK[0]) is None:
        return ()
    import subprocess

    try:
        answer = subprocess.run(
            _ASK, capture_output=True, text=True, check=True, timeout=_LAST_SECONDS
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    rows = [[part.strip() for part in line.split(",", 2)] for line in answer.stdout.splitlines()]
    return tuple((row[0], row[1], row[2]) for row in rows if len(row) == 3)

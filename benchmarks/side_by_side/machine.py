"""What a benchmark ran on."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("tensorflow", "keras", "keras-tuner", "ray", "torch", "mlflow", "numpy")


def machine() -> dict[str, Any]:
    """Return processor, cores that may be used, memory in GiB, and versions."""
    facts = {"cpu": _cpu(), "cores": len(os.sched_getaffinity(0)), "memory": _memory()}
    return facts | {"python": platform.python_version(), "packages": _versions()}


def told(facts: dict[str, Any]) -> str:
    """Return the machine as a sentence."""
    packages = ", ".join(f"{name} {number}" for name, number in facts["packages"].items())
    return (
        f"{facts['cpu']}, {facts['cores']} cores, {facts['memory']:.0f} GiB; "
        f"Python {facts['python']}, {packages}."
    )


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    models = [line.split(":", 1)[1].strip() for line in lines if "model name" in line]
    return models[0] if models else platform.machine()


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found

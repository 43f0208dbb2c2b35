"""The machine that trains a run, and the code and packages that it has."""

from __future__ import annotations

import hashlib
import os
import platform
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import rnnbench
from rnnbench.system.gpus import gpu_names

_PACKAGES = ("tensorflow", "keras", "numpy", "mlflow")


@dataclass(frozen=True)
class Machine:
    """Where a run was trained: what may be why another machine gives other last digits.

    Attributes:
        host: its name.
        hardware: processor, cores, and the GPUs that the process may use.
        python: version.
        version: of rnnbench.
        packages: their versions, as ``name=version`` with spaces between.
    """

    host: str
    hardware: str
    python: str
    version: str
    packages: str


@cache
def this_machine() -> Machine:
    """Return the machine that this process runs on."""
    found = gpu_names()
    return Machine(
        host=os.uname().nodename,
        hardware=f"{_processor()}, {os.cpu_count()} cores" + (f", {found}" if found else ""),
        python=platform.python_version(),
        version=rnnbench.__version__,
        packages=" ".join(f"{name}={v}" for name in _PACKAGES if (v := _version(name))),
    )


@cache
def code_digest() -> str:
    """Return 16 hexadecimal digits of the SHA-256 of all modules of rnnbench.

    Two machines know by it that theirs are the same.
    """
    root = Path(rnnbench.__file__).parent
    content = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        content.update(f"{path.relative_to(root)}\n".encode())
        content.update(path.read_bytes())
    return content.hexdigest()[:16]


def _version(package: str) -> str:
    """Return a package's version, or an empty string where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    models = [line.split(":", 1)[1].strip() for line in text.splitlines() if "model name" in line]
    return models[0] if models else platform.machine()

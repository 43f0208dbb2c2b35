"""TensorFlow's process-wide settings, fixed before it is imported."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from rnnbench.config.schema import Config
from rnnbench.models.cells import check_cell
from rnnbench.models.kernels.support import wants_kernels


def set_environment(threads: int) -> None:
    """Set threads, log level and vector width for TensorFlow processes started from here on.

    Thread pools are sized when TensorFlow is loaded, so this must come first. One malloc arena
    keeps the peak memory of a process that compiles on a side thread within bounds.
    """
    count = str(threads)
    os.environ.update(
        TF_NUM_INTRAOP_THREADS=count,
        TF_NUM_INTEROP_THREADS="1",
        OMP_NUM_THREADS=count,
        OPENBLAS_NUM_THREADS=count,
    )
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    if threads == 1:
        _prefer("xla_cpu_multi_thread_eigen", "false")
    if _has_avx512():
        _prefer("xla_cpu_prefer_vector_width", "512")


def _prefer(flag: str, value: str) -> None:
    """Set a flag of XLA, unless the user has."""
    flags = os.environ.get("XLA_FLAGS", "")
    if flag not in flags:
        os.environ["XLA_FLAGS"] = f"{flags} --{flag}={value}".strip()


def _has_avx512() -> bool:
    """Return whether the processor has registers of 512 bits; elsewhere than on Linux, no."""
    try:
        return "avx512f" in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def prepare_process(config: Config) -> None:
    """Apply what can only be set inside the process, before its first operation."""
    import tensorflow as tf

    for device in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(device, True)
    if config.training.deterministic:
        tf.config.experimental.enable_op_determinism()


def uses_gpu() -> bool:
    """Return whether TensorFlow sees a GPU."""
    import tensorflow as tf

    return bool(tf.config.list_physical_devices("GPU"))


def uses_xla(config: Config) -> bool:
    """Return whether training steps are compiled: on a CPU unless told otherwise.

    On a GPU Keras's cuDNN kernels are faster, and XLA would rule them out.
    """
    wanted = config.training.jit_compile
    if wanted == "auto":
        return not uses_gpu() and not config.training.deterministic
    return bool(wanted)


def is_fused(config: Config) -> bool:
    """Return whether :mod:`rnnbench.models.kernels` computes the recurrence: under XLA on a CPU."""
    return wants_kernels(config) and uses_xla(config) and not uses_gpu()


def execution_path(config: Config) -> str:
    """Return which implementation of the recurrence runs: xla, xla fused, cudnn or graph.

    Under XLA it is Keras's layer, or rnnbench's kernel: ``xla fused``. A recurrent dropout, a mask
    on pre-padded input or another activation rules cuDNN out.
    """
    if uses_xla(config):
        return "xla fused" if is_fused(config) else "xla"
    if not config.model.depth:
        return "graph"
    cell = check_cell(config.cell)
    options: dict[str, Any] = config.cell.options if config.cell else {}
    fused = (
        uses_gpu()
        and cell.cudnn
        and cell.is_usual(options)
        and config.model.recurrent_dropout == 0
        and not (config.data.mask and config.data.padding == "pre")
    )
    return "cudnn" if fused else "graph"

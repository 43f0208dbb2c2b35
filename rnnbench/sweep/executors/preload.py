"""Imported once by the fork server, so that every worker starts with TensorFlow loaded.

Nothing here may run an operation: TensorFlow's threads start with the first one and would not
survive the fork.
"""

import ctypes
import gc
import os
import sys

# A tenth of the time of these imports would go into collections that free nothing.
gc.disable()

# Keras imports these where they are installed, for adapters that no worker uses. Without them
# it loads in half the time and a worker is 100 MiB smaller (benchmarks/preload.py).
_OPTIONAL = ("matplotlib", "pandas", "PIL", "pyarrow", "scipy", "sklearn")
_hidden = [name for name in _OPTIONAL if name not in sys.modules]
sys.modules.update(dict.fromkeys(_hidden))  # type: ignore[arg-type]

# TensorFlow's C++ side writes remarks about the machine to the error stream while it loads,
# before its own log level applies. Python's exceptions are raised after the stream is back.
_error_stream = os.dup(2)
_nowhere = os.open(os.devnull, os.O_WRONLY)
os.dup2(_nowhere, 2)
try:
    import keras
    import tensorflow
finally:
    os.dup2(_error_stream, 2)
    os.close(_nowhere)
    os.close(_error_stream)
    for _name in _hidden:
        del sys.modules[_name]

# Every run draws its curves and writes its configuration.
import matplotlib.backends.backend_agg  # noqa: E402
import matplotlib.figure  # noqa: E402
import omegaconf  # noqa: E402

import rnnbench.sweep.artifacts  # noqa: E402
import rnnbench.training.trainer  # noqa: E402

# What is loaded now stays for good: give back what loading left over, and keep the collector
# from touching, and so copying, pages that the workers share.
gc.collect()
gc.freeze()
gc.enable()
if sys.platform == "linux":
    ctypes.CDLL(None).malloc_trim(0)

__all__ = ["keras", "matplotlib", "omegaconf", "rnnbench", "tensorflow"]

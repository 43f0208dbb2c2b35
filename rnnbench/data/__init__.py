"""Data sets as flat arrays on disk, prepared once and memory-mapped by every worker.

It imports :mod:`rnnbench.config`; models, training and tracking import it. A data set is a
:class:`rnnbench.data.contract.DataSource`, listed in :mod:`rnnbench.data.sources`.
"""

from rnnbench.data.contract import InputSpec
from rnnbench.data.preparation import input_spec, missing, prepare
from rnnbench.data.prepared import Arrays, Prepared, Vectors

__all__ = [
    "Arrays",
    "InputSpec",
    "Prepared",
    "Vectors",
    "input_spec",
    "missing",
    "prepare",
]

"""Data sets as flat arrays on disk, prepared once and memory-mapped by every worker."""

from rnnbench.data.contract import Arrays, InputSpec, Prepared, Vectors
from rnnbench.data.preparation import input_spec, missing, prepare
from rnnbench.data.vectors.matrix import prepare_vectors, vectors_dim

__all__ = [
    "Arrays",
    "InputSpec",
    "Prepared",
    "Vectors",
    "input_spec",
    "missing",
    "prepare",
    "prepare_vectors",
    "vectors_dim",
]

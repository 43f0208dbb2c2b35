"""Declared runs, trained by an executor and written into the store exactly once.

It imports what a run is (:mod:`rnnbench.training.spec`), where it is recorded
(:mod:`rnnbench.tracking`), and knows a strategy by its protocol alone: searches, baselines and
sweeps until something is decided import it.
"""

"""The functions for notebooks, which :mod:`rnnbench` offers."""

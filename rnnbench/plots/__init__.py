"""Figures: pure functions that return data, thin ones that draw it on a given axis.

It imports tables of :mod:`rnnbench.results`; reports and searches import it.
"""

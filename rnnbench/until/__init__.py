"""Sweeps that end when their comparisons are decided, and what any number of seeds can show.

It imports :mod:`rnnbench.sweep`, which doesn't know it: the strategy that decides when a sweep ends
is here.
"""

"""Hyperparameter search: one Optuna study for each arm, with equal budgets.

It imports :mod:`rnnbench.sweep`, which doesn't know it: the strategy that searches is here.
"""

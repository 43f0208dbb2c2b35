"""Hyperparameter search: one Optuna study for each arm, with equal budgets."""

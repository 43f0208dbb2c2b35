"""Tracking: one MLflow run for each training run, grouped under one parent for each sweep.

It imports :mod:`rnnbench.training.spec`, which says what a run is. Tables, sweeps and whatever is
done with stored runs import it: MLflow is read and written here.
"""

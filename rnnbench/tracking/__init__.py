"""Tracking: one MLflow run for each training run, grouped under one parent for each sweep."""

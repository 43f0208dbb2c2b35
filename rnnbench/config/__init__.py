"""Configuration: Hydra composes it, a typed schema checks it.

It imports :mod:`rnnbench.system` and errors only. What a key or a metric is for stands here, and is
read from here by everything below. Nothing is imported here: who reads the catalogue of metrics
needs no schema, and no pydantic.
"""

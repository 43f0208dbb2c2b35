"""Figures: pure functions that return data, thin ones that draw it on a given axis."""

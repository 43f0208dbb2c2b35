"""A cell, a data set, an optimizer and a baseline, which ``pyproject.toml`` names for rnnbench."""

"""Declared runs, trained by an executor and written into the store exactly once."""

"""Sweeps that end when their comparisons are decided, and what any number of seeds can show."""

"""What the operating system lends: cores, locks, temporary folders, paths.

It knows nothing of runs; everything but :mod:`rnnbench.stats` and :mod:`rnnbench.formatting` may
import it.
"""

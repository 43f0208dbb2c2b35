"""For notebooks: runs, epochs, answers and comparisons as pandas frames.

:mod:`rnnbench` offers them. It imports :mod:`rnnbench.report`, whose comparisons they are; nothing
imports it.
"""

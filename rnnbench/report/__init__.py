"""Reports: tables, verdicts and figures, regenerated from the store or from what was kept of it.

It imports everything that reads or counts (:mod:`rnnbench.results`, :mod:`rnnbench.stats`,
:mod:`rnnbench.plots`) and nothing that trains; the command line and notebooks import it.
"""

"""Reports: tables, verdicts and figures, regenerated from the store or from what was kept of it."""

from rnnbench.report.build import Tables, build
from rnnbench.report.write import write_report

__all__ = ["Tables", "build", "write_report"]

"""Reports: comparison tables, verdicts and figures, regenerated from the store alone."""

from rnnbench.report.build import Tables, build
from rnnbench.report.write import write_report

__all__ = ["Tables", "build", "write_report"]

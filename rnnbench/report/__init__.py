"""The report: the store turned into comparison tables and figures."""

from rnnbench.report.write import write_report

__all__ = ["write_report"]

"""Reports: their names, their sources, and what they restrict themselves to."""

from __future__ import annotations

from tests.wrong_inputs.row import row

ROWS = [
    row("report", "home", "a folder with a store"),
    row("report report.name=../evil", "report.name", "../evil"),
    row("report ../evil", "report.name", "../evil"),
    row("report ''", "report.name", "letters"),
    row("report .", "report.name", "letters"),
    row("report a/b", "report.name", "a/b"),
    row(f"report {'x' * 101}", "report.name", "letters"),
    row("report one two", "report", "one name"),
    row("report x report.name=y", "report.name", "keep one"),
    row("report report.margin=abc", "report.margin", "finite number"),
    row("report report.margin=1", "report.margin", "below 1"),
    row("report report.margin=-0.1", "report.margin", "at least 0"),
    row("report report.metric=gap_best report.margin=2", "report.margin", "below 2"),
    row("report report.confidence=0.5", "report.confidence", "above 0.5"),
    row("report report.metric=accuracy", "report.metric", "one of auto,", "test_loss_best"),
    row("report report.metric=best_epoch", "report.metric", "one of auto,", "best_epoch"),
    row("report report.source=nowhere", "report.source", "nowhere"),
    row("report report.source=", "report.source", "not empty"),
    row("report x experiments=nope", "experiments", "gru_vs_lstm"),
    row("report x experiments=gru_vs_lstm,nope", "experiments", "nope"),
    row("report x model.unitz=4", "model.unitz", "did you mean"),
    row("report x 'claims=[{text: a}]'", "claims.0.source", "text"),
    row("report x formats=jpg", "formats", "csv, tex, svg, png, pdf", "received jpg"),
    row("report x formats=csv,", "formats", "separated by commas", "csv,"),
    row("report x formats=all,csv", "formats", "all,csv"),
    row("report x 'formats= '", "formats", "a blank"),
    row("report x formats=csv formats=tex", "formats", "one value"),
    row("report x +formats=csv", "formats"),
    row("plan formats=csv", "formats"),
    row("report x", "report", "a store with runs", store=True),
    row("report x +cell=gru", "report", "runs of this configuration", store=True),
]

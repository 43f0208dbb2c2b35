"""The table of a search: the best configuration of every arm, and what became of its budget."""

from __future__ import annotations

from collections.abc import Sequence

from rnnbench.formatting.tables import MISSING, Table
from rnnbench.search.outcome import Searched


def search_table(searched: Sequence[Searched]) -> Table:
    """Return a table with a row an arm."""
    metric = searched[0].search.config.search.metric
    keys = list(dict.fromkeys(key for s in searched for key in s.search.config.search.space))
    rows = [
        (
            result.search.label,
            f"{result.ended} of {result.search.config.search.n_trials}",
            *(str(result.count(state)) for state in ("COMPLETE", "PRUNED", "FAIL")),
            *_winner(result, keys),
        )
        for result in searched
    ]
    columns = ("arm", "trials", "complete", "pruned", "failed", "best trial", metric, *keys)
    note = "Best trial of each arm; its values are trained again with fresh seeds."
    optional = ("complete", "best trial", "trials", "pruned", "failed", *reversed(keys))
    return Table("Search: best configuration by arm", columns, tuple(rows), note, optional)


def _winner(result: Searched, keys: Sequence[str]) -> tuple[str, ...]:
    if result.winner is None:
        return (MISSING,) * (2 + len(keys))
    value = MISSING if result.winner.value is None else f"{result.winner.value:.4f}"
    drawn = (
        shown(result.winner.params[key]) if key in result.winner.params else MISSING for key in keys
    )
    return (str(result.winner.number), value, *drawn)


def shown(value: object) -> str:
    """Return a drawn value as text: numbers with four significant digits."""
    if isinstance(value, float):
        return f"{value:.4g}"
    return "null" if value is None else str(value)

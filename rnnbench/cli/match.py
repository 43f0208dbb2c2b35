"""``match``: units of each cell with the parameters of a reference."""

from __future__ import annotations

from rnnbench.cli.console import show
from rnnbench.cli.words import DEFAULT_CELLS, Words
from rnnbench.config.expand import expand
from rnnbench.data import input_spec
from rnnbench.errors import ConfigError
from rnnbench.formatting.tables import Table
from rnnbench.models.cells import check_cell
from rnnbench.models.matching import parse_reference, solve, with_dim
from rnnbench.models.parameters import recurrent_inputs

_OPTIONAL = ("inputs", "depth", "target", "difference", "recurrent parameters")


def match(words: Words) -> int:
    """Print the units with which each cell comes nearest to the reference's parameters."""
    words.refuse_names()
    rows = []
    targets = set()
    for arm in expand(words.overrides, config_dirs=words.config_dirs, default_cells=DEFAULT_CELLS):
        config = arm.config
        if config.match is None:
            raise ConfigError(
                "match", "a cell and its units", "null", "add for example match=lstm:128"
            )
        reference = parse_reference(config.match)
        spec = input_spec(config.data)
        model = with_dim(config, spec).model
        inputs = recurrent_inputs(model, spec)
        found = solve(check_cell(config.cell), reference, model, inputs)
        title = f"Units matched to {config.match}"
        targets.add(found.target)
        rows.append(
            {
                "arm": arm.label,
                "units": str(found.units),
                "inputs": str(inputs),
                "depth": str(model.depth),
                "recurrent parameters": f"{found.parameters:,}",
                "target": f"{found.target:,}",
                "difference": f"{found.difference:+,}",
                "relative": f"{100 * found.difference / found.target:+.2f} %",
            }
        )
    if len(targets) == 1:
        title += f": {found.target:,} recurrent parameters"
    cells = tuple(tuple(row.values()) for row in rows)
    show(Table(title, tuple(rows[0]), cells, optional=_OPTIONAL))
    return 0

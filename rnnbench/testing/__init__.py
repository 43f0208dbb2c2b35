"""Tests that everything of a kind must pass, for your own tests to inherit.

Needs pytest, which nothing else in rnnbench imports; no other folder imports this one.
"""

from __future__ import annotations

try:
    import pytest
except ImportError as error:
    raise ImportError(
        "rnnbench.testing needs pytest: install the extra with pip install 'rnnbench[test]'"
    ) from error

# A failed assertion in these says what was compared, as in a file of tests.
pytest.register_assert_rewrite("rnnbench.testing.cells")

from rnnbench.testing.cells import CellConformance  # noqa: E402

__all__ = ["CellConformance"]

"""The cell passes what every cell of rnnbench must pass: ``python -m pytest`` in this folder."""

import pytest
from minimal_gated_unit import MGU

from rnnbench.models.cells import Cell
from rnnbench.testing import CellConformance


class TestMGU(CellConformance):
    @pytest.fixture
    def cell(self) -> Cell:
        return MGU

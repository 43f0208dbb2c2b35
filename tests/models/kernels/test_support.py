"""When the choice between the kernels and Keras's layers is part of a content key."""

from __future__ import annotations

from typing import Any

import pytest

from rnnbench.models.kernels.support import tells_fused


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["+cell=lstm"], True),
        (["+cell=gru", "data.mask=true", "data.padding=pre", "training.fused=false"], True),
        # Keras's layers computed these before, and their keys did not say so.
        (["+cell=lstm", "model.dropout=0.1"], False),
        (["+cell=lstm", "model.stateful=true"], False),
        (["+cell=gru", "data.mask=true", "data.padding=post"], False),
        (["+cell=gru", "model.dropout=0.1", "training.fused=false"], True),
        (["+cell=lstm_peephole", "training.fused=false"], False),
    ],
)
def test_keys_of_finished_runs_stay(configure: Any, words: list[str], told: bool) -> None:
    assert tells_fused(configure(*words)) is told

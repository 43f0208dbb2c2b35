"""The command line run in process, leaving the test process as it was."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.filled import filled, store

__all__ = ["cli", "filled", "store"]


@pytest.fixture
def cli(run: Run, work_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """``cli("train", "+cell=gru")`` in an empty folder; gives (status, out, err)."""
    monkeypatch.setenv("KERAS_HOME", str(work_dir / "no_keras_cache"))
    environment, on_term = dict(os.environ), signal.getsignal(signal.SIGTERM)
    if "absl.logging" in sys.modules:
        # TensorFlow's log handler closes its stream, by now pytest's, when Hydra sets up logging.
        handler = sys.modules["absl.logging"].get_absl_handler().python_handler
        monkeypatch.setattr(handler, "stream", sys.__stderr__)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield run
    root.handlers[:], root.level = handlers, level
    signal.signal(signal.SIGTERM, on_term)
    os.environ.clear()
    os.environ.update(environment)

"""Waiting for what other processes do."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 300  # seconds: machines may be busy


def wait_for(
    condition: Callable[[], object], *, seconds: float = PATIENCE, poll: float = 0.1
) -> None:
    """Wait until a condition holds, looking every ``poll`` seconds; fail where it never does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"what the test waits for did not happen in {seconds} s"
        time.sleep(poll)

"""The process of one contender: `python -m benchmarks.side_by_side.contender MODULE JOB.json`."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

if __name__ == "__main__":
    module, job = sys.argv[1:]
    contender = import_module(f"benchmarks.side_by_side.{module}")
    contender.main(json.loads(Path(job).read_text(encoding="utf-8")))

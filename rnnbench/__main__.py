"""``python -m rnnbench``."""

from __future__ import annotations

import gc
import io
import os
import sys


def main() -> int:
    """Run the command line and return its exit status."""
    # Importing makes many objects and no garbage: a tenth of a short command's time is the search.
    gc.set_threshold(1_000_000, 20, 100)
    # NumPy's threads wait for work without sleeping: they would take a tenth of a short command's.
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")
    from rnnbench.cli import print_bug, run
    from rnnbench.system.scratch import own_temporary_files

    sys.excepthook = print_bug
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal's or a pipe's encoding may lack what a table or a name has.
            stream.reconfigure(errors="backslashreplace")
    try:
        with own_temporary_files():
            return run(sys.argv[1:])
    finally:
        gc.freeze()  # the end of the process frees everything: no search for garbage before


if __name__ == "__main__":
    sys.exit(main())

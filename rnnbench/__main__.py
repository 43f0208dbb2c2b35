"""``python -m rnnbench``."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line and return its exit status."""
    from rnnbench.cli import print_bug, run
    from rnnbench.scratch import own_temporary_files

    sys.excepthook = print_bug
    with own_temporary_files():
        return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())

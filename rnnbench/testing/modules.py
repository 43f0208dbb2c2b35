"""What holds for a module with an extension, whatever its kind."""

from __future__ import annotations

import os
import re
import subprocess
import sys


def must_have_a_name(name: object) -> None:
    """Fail for a name that no command can say."""
    assert isinstance(name, str)
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name), "a name as in +cell=name"


def must_have_a_version(version: object, module: str) -> None:
    """Fail where a module that is not rnnbench's own has no version."""
    assert isinstance(version, str)
    assert version or module.startswith("rnnbench."), "a version, raised when it computes otherwise"


def must_not_import_keras(module: str) -> None:
    """Fail where the import of a module imports Keras: every command would wait for it."""
    code = f"import sys, {module}; print({{'keras', 'tensorflow'}} & set(sys.modules))"
    child = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
    )
    assert child.returncode == 0, child.stderr
    assert child.stdout.strip() == "set()", "import Keras inside the function"

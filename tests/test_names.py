"""One class a name, so that a name says which class is meant wherever it stands."""

from __future__ import annotations

import ast
from collections import defaultdict

from tests.test_imports import MODULES


def test_no_two_classes_have_one_name() -> None:
    found = defaultdict(list)
    for module, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(module)
    assert {name: modules for name, modules in found.items() if len(modules) > 1} == {}

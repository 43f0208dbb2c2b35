"""docs/architecture.md: its files exist, its folders and their order are those of the package."""

from __future__ import annotations

import ast
import re

from tests.conftest import ROOT
from tests.test_imports import LAYERS, PACKAGE, ROWS

PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
FILES = re.findall(r"`((?:rnnbench|conf|experiments|tests)/[\w/.]*)`", PAGE)
WALK = PAGE.partition("## One override")[2].partition("\n## ")[0]


def test_every_file_that_the_page_names_exists() -> None:
    assert len(set(FILES)) > 50
    assert [name for name in FILES if not (ROOT / name).exists()] == []


def test_order_on_the_page_is_that_of_the_imports() -> None:
    (picture,) = re.findall(r"^```text\n(.*?)\n```$", PAGE, re.M | re.S)
    assert picture.replace("/", ".") == "\n".join(ROWS)


def test_every_folder_is_on_the_page_in_order_and_as_its_docstring_says() -> None:
    folders = {path.parent.name: path for path in PACKAGE.glob("*/__init__.py")}
    folders = {name: folders[name] for name in LAYERS if name in folders}
    told = {}
    for name, path in folders.items():
        docstring = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        told[name], _, relations = docstring.partition("\n")
        assert "import" in relations, f"{name}: say what it imports, or what may import it"
    assert list(dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", PAGE, re.M)).items()) == list(
        told.items()
    )


def test_files_besides_folders_are_on_the_page() -> None:
    alone = {path.name for path in PACKAGE.glob("*.py") if not path.name.startswith("__")}
    assert {f"rnnbench/{name}" for name in alone} <= set(FILES)

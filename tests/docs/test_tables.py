"""Keys, tags and links of README and docs/ are those of the code."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from rnnbench.cli.described import key_descriptions
from rnnbench.config.metric import LOGGED
from rnnbench.config.metrics import METRICS
from rnnbench.config.option_files import OptionFiles
from tests.conftest import ROOT
from tests.docs.examples import PAGES

KEYS = {one.key for one in key_descriptions()}
SECTIONS = sorted({key.split(".")[0] for key in KEYS if "." in key} - {"claims"})


@pytest.fixture(scope="module")
def generated() -> object:
    """The module with the directives of docs/."""
    pytest.importorskip("sphinx", reason="needs the extra docs")
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        import generated
    finally:
        sys.path.pop(0)
    return generated


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_key_that_a_page_names_exists(page: Path) -> None:
    known = KEYS | {key.rpartition(".")[0] for key in KEYS} | {"search.space.KEY.high"}
    known |= {"data.noise"}  # which the data set of an example has
    code = re.findall(r"`[^`]+`|^    .*$", page.read_text("utf-8"), re.M)
    named = re.findall(rf"(?<![\w./*])((?:{'|'.join(SECTIONS)})\.[a-z0-9_.]+)", "\n".join(code))
    files = (".md", ".py", ".parquet", ".png", ".csv", ".db", ".html", ".yaml", ".keras", ".h5")
    unknown = {
        key
        for key in (name.rstrip(".") for name in named)
        if key not in known
        and not key.endswith(files)
        and not key.startswith(("search.space.", "report.source="))
    }
    assert unknown == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s#]+)[^)]*\)", page.read_text("utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_every_key_has_its_place_in_the_reference(generated: object) -> None:
    page = (ROOT / "docs" / "reference" / "keys.md").read_text("utf-8")
    sections = re.findall(r"\{generated\} keys (\w+)", page)
    text = "\n".join(generated.keys(section) for section in sections)
    assert set(re.findall(r"^`([\w.]+)`$", text, re.M)) == KEYS
    groups = set(re.findall(r"\{generated\} options (\w+)", page)) | {"experiments"}
    several = {group for group, options in OptionFiles().groups.items() if len(options) > 1}
    assert several <= groups


def test_every_metric_has_its_place_in_the_reference(generated: object) -> None:
    text = "\n".join(generated.metrics(logged) for logged in LOGGED)
    assert set(re.findall(r"^\| `(\w+)`", text, re.M)) == set(METRICS)


def test_every_tag_is_described(generated: object) -> None:
    sources = (ROOT / "rnnbench" / "tracking").glob("*.py")
    named = {
        tag for path in sources for tag in re.findall(r'"(rnnbench\.[a-z_]+)"', path.read_text())
    }
    assert named == set(generated.TAGS)

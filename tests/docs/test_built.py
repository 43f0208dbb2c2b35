"""The built documentation asks nobody for anything."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT

BUILT = ROOT / "docs" / "_build" / "html"


@pytest.mark.skipif(not BUILT.is_dir(), reason="make docs builds it")
def test_built_pages_load_nothing_from_outside() -> None:
    pages = sorted(BUILT.rglob("*.html"))
    assert pages
    loads = re.compile(
        r"<(?:script|img|iframe|source)[^>]*\ssrc=[\"']?(?:https?:)?//[^>]*>"
        r"|<link[^>]*rel=[\"']?(?:stylesheet|preload|icon)[^>]*href=[\"']?(?:https?:)?//[^>]*>"
    )
    for page in pages:
        assert loads.findall(page.read_text(encoding="utf-8")) == [], page
    for sheet in BUILT.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert re.findall(r"url\([\"']?https?:[^)]*\)|@import[^;]*https?:", text) == [], sheet

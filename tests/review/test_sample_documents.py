"""Documents of the sample company: offline, small, and their index page fits its table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workbook.cli.app import run as command

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample") / "documents"
    asked = ["review", "CO", "T-01", "--book", str(ROOT / "data/sample"), "--out", str(out)]
    assert command(asked) == 0
    return out


def test_documents_hold_no_external_resource_and_stay_under_a_megabyte(folder: Path) -> None:
    pages = sorted(folder.glob("*.html"))
    assert len(pages) == 3
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"(href|src|action)=[\"']\s*(\w+:)?//", text), page.name
        assert not re.search(r"url\(\s*[\"']?\s*(\w+:)?//|@import", text), page.name
        assert "<script" not in text
        assert "default-src 'none'" in text or "Content-Security-Policy" in text
        assert "sample data" in text
        assert page.stat().st_size < 1_000_000


def test_long_names_wrap_on_the_index_page(folder: Path) -> None:
    text = (folder / "index.html").read_text(encoding="utf-8")
    assert "overflow-wrap: anywhere" in text
    assert not re.search(r"\.wb-index td[^{]*\{[^}]*nowrap", text)

"""The printed form: contents with page numbers, running headers, charts as vectors, the same bytes each time."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

from workbook.book import Book
from workbook.charts.style import axes
from workbook.review.execute import run_job
from workbook.review.jobs import Job, Request, result
from workbook.review.pdf import Part, pdf
from workbook.review.render import Page
from workbook.review.session import finish, plan
from workbook.review.storage import Folder
from workbook.show import Table

from .conftest import cell, write_notebook

pytest.importorskip("typst")
PAGE = Page("North · reviews", "Tiny · FY2026 · as of 2026-06-30", sample=True)
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def chart() -> str:
    ax = axes(None, 4, 2)
    ax.bar([0, 1], [1, 2])
    ax.set_title("A chart #of vectors", loc="left")
    return str(ax.figure.svg())  # type: ignore[union-attr]


def part(name: str, **data: str) -> Part:
    """A document with a question, a section, a table of 80 rows (two pages) and an output of ``data``."""
    frame = pd.DataFrame({"name": [f"{name} row {n} <b>" for n in range(80)], "sales_amount": range(80)})
    shown = [{"text/html": Table(frame, limit=80)._repr_html_()}, {k.replace("__", "/"): v for k, v in data.items()}]
    v4 = nbformat.v4
    cells: list[Any] = [v4.new_markdown_cell("# Will it?\n\nProse."), v4.new_markdown_cell("## Where do we stand?")]
    for at, one in enumerate(shown):
        cells.append(v4.new_code_cell("secret code", outputs=[v4.new_output("display_data", data=one)], id=f"c{at}"))
    return Part(name, v4.new_notebook(cells=cells))


def pages(made: bytes, tmp_path: Path) -> list[str]:
    """The text of each page."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not there")
    path = tmp_path / "made.pdf"
    path.write_bytes(made)
    said = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, text=True)
    return said.stdout.replace("\u2060", "").split("\f")[:-1]


def test_one_pdf_of_several_documents_names_each_with_its_page(tmp_path: Path) -> None:
    svg = {"image__svg+xml": chart()}
    texts = pages(pdf(PAGE, [part("North <one>", **svg), part("North two", **svg)]), tmp_path)
    listed = dict(re.findall(r"^(North .+?) *\.[. ]*(\d+)$", texts[0], re.MULTILINE))
    assert list(listed) == ["North <one>", "North two"]
    assert "Will it?" not in texts[0]
    for name, number in listed.items():
        head, *rest = texts[int(number) - 1].strip().splitlines()
        assert head.startswith("sample data")
        assert head.endswith(name)
        assert name in "".join(rest)
        assert rest[-1].split() == [*PAGE.subtitle.split(), f"{number}/{len(texts)}"]
        assert texts[int(number)].strip().splitlines()[0].endswith(name)
    assert "North two row 79 <b>" in "".join(texts)
    assert "secret code" not in "".join(texts)


def test_one_document_lists_its_sections(tmp_path: Path) -> None:
    texts = pages(pdf(PAGE, [part("North", text__plain="words")]), tmp_path)
    assert re.search(r"Where do we stand\? *\.[. ]*2$", texts[0], re.MULTILINE)


def test_charts_are_vectors_and_bytes_do_not_change() -> None:
    parts = [part("North", **{"image__svg+xml": chart()})]
    made = pdf(PAGE, parts)
    assert made.startswith(b"%PDF")
    assert b"/Subtype/Image" not in made
    assert made == pdf(PAGE, parts)
    assert base64.b64decode(DOT).startswith(b"\x89PNG")
    assert b"/Subtype/Image" in pdf(PAGE, [part("North", image__png=DOT)])


def test_a_pdf_is_set_after_typst_ran_in_this_process_and_a_broken_source_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Letters use Typst in this process; its threads live on here, and a forked child would wait for them for ever."""
    import typst

    from workbook.review import pdf as module

    typst.compile(b"= One\n#pagebreak()\n= Two")
    assert pdf(PAGE, [part("North")]).startswith(b"%PDF")
    monkeypatch.setattr(module, "source", lambda *given: "#nothing-of-that-name()")
    with pytest.raises(module.PrintError, match="nothing-of-that-name"):
        pdf(PAGE, [])


def test_typst_that_hangs_is_ended_with_words(monkeypatch: pytest.MonkeyPatch) -> None:
    from workbook.review import pdf as module

    monkeypatch.setattr(module, "PRINT_SECONDS", 0.5)
    monkeypatch.setattr(module, "_TYPST", "import time; time.sleep(1000)")
    with pytest.raises(module.PrintError, match=r"more than 0\.5 seconds"):
        pdf(PAGE, [part("North")])


def test_a_document_that_cannot_be_set_or_written_fails_alone(tmp_path: Path) -> None:
    broken = 'get_ipython().display_pub.publish({"image/svg+xml": "<svg <"})'
    source = write_notebook(tmp_path / "n.ipynb", cell('node = "T"', "parameters"), cell(broken))
    (tmp_path / "file").touch()
    for folder, why in (("out", "the PDF could not be set"), ("file", "file")):
        job = Job("A", "A", "territory", str(source), {}, str(tmp_path), str(tmp_path / folder), "A", pdf=True)
        made = run_job(job)
        assert made.status == "failed"
        assert why in str(made.failure)
        assert (made.html != "", made.pdf) == (folder == "out", "")


def test_a_region_that_cannot_be_bound_is_left_out_of_the_index_and_said(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from workbook.review import pdf as module

    opened = Book.open(book)
    folder = Folder.at(tmp_path / "out")
    source = write_notebook(tmp_path / "n.ipynb", cell("'shown'"))
    request = Request(out=str(tmp_path / "out"), pdf=True)
    planned = plan(opened, request)
    made = []
    for job in planned.jobs:
        folder.write(f"{job.stem}.ipynb", source.read_bytes())
        made.append(result(job))
    folder.write("N-all.pdf", b"%PDF of before")

    def bind(page: Page, parts: list[Part]) -> bytes:
        if page.title.startswith("North"):
            raise module.PrintError("the PDF could not be set: no")
        return b"%PDF"

    monkeypatch.setattr(module, "pdf", bind)
    finish(opened, request, planned, made)
    assert folder.read("S-all.pdf") == b"%PDF"
    assert not folder.has("N-all.pdf")
    index = (folder.read("index.html") or b"").decode()
    assert "S-all.pdf" in index
    assert "N-all.pdf" not in index
    assert "N-all.pdf: the PDF could not be set: no" in capsys.readouterr().err

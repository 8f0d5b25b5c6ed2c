"""Small parts of the review: what is published, what parameters are, what varies and is taken out."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from workbook.checks import Check
from workbook.errors import UsageError
from workbook.review.parameters import Parameter, declared, refuse_unknown, typed
from workbook.review.render import Page, html
from workbook.review.stable import stabilised
from workbook.review.storage import Folder
from workbook.review.summary import MIME, published, summary

from .conftest import cell, write_notebook


def test_missing_values_are_published_as_null_and_verdicts_are_counted() -> None:
    told = summary(checks=[Check("a", "ok", ""), Check("b", "not known", ""), Check("c", "ok", "")], plan_amount=pd.NA)
    assert told == {"plan_amount": None, "ok": 2, "warn": 0, "fail": 0, "not_known": 1}
    assert summary(gap_amount=float("nan"), day=pd.Timestamp("2026-01-02"), n=pd.Series([3]).sum()) == {
        "gap_amount": None,
        "day": "2026-01-02",
        "n": 3,
    }
    with pytest.raises(UsageError):
        summary(frame=pd.DataFrame())


def test_published_numbers_are_found_and_not_shown() -> None:
    output = nbformat.v4.new_output("display_data", {MIME: {"plan_amount": 7}, "text/plain": "HIDDEN"})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=[output])])
    assert published(notebook) == {"plan_amount": 7}
    assert "HIDDEN" not in html(notebook, Page("t"))


def test_declared_parameters_are_what_papermill_reads(tmp_path: Path) -> None:
    source = 'book: str = ""  # the book\nn: int = 3\nplain = [1, 2]  # list\nflag: bool = False  # a # b'
    path = write_notebook(tmp_path / "p.ipynb", cell("x = 1"), cell(source, "parameters"))
    from papermill.inspection import inspect_notebook

    ours = {p.name: (p.kind, p.default, p.help) for p in declared(path).values()}
    theirs = {p["name"]: (p["inferred_type_name"], p["default"], p["help"]) for p in inspect_notebook(path).values()}
    assert ours == theirs


def test_values_fit_the_declared_type_or_are_refused(tmp_path: Path) -> None:
    assert typed(Parameter("a", "bool", "", ""), "true") is True
    assert typed(Parameter("a", "float", "", ""), "1") == 1.0
    assert typed(Parameter("a", "str | None", "", ""), "None") is None
    assert typed(Parameter("a", "str", "", ""), "1") == "1"
    for kind, text in (("int", "x"), ("bool", "1")):
        with pytest.raises(UsageError):
            typed(Parameter("a", kind, "", ""), text)
    with pytest.raises(UsageError, match="did you mean node"):
        refuse_unknown(["nod"], {"node": Parameter("node", "str", "", "")}, tmp_path / "n.ipynb")


def test_data_in_markdown_and_text_outputs_stays_text() -> None:
    attack = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    outputs = [
        nbformat.v4.new_output("display_data", {"text/markdown": f"*name* {attack}"}),
        nbformat.v4.new_output("execute_result", {"text/plain": attack}),
        nbformat.v4.new_output("stream", text=attack),
        nbformat.v4.new_output("error", ename="E", evalue=attack, traceback=[attack]),
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=outputs)])
    text = html(notebook, Page(attack, attack, failure=attack))
    assert "<script" not in text
    assert "<img" not in text
    assert "<em>name</em>" in text


def test_charts_are_drawn_in_the_page_without_addresses() -> None:
    drawing = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://x" width="1"><path d="M0"/></svg>'
    output = nbformat.v4.new_output("display_data", {"image/svg+xml": drawing, "text/plain": "chart"})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=[output])])
    text = html(notebook, Page("t"))
    assert '<svg width="1"><path d="M0"/></svg>' in text
    assert "http:" not in text


def test_what_varies_from_run_to_run_is_taken_out() -> None:
    def run(n: int) -> str:
        code = nbformat.v4.new_code_cell("x", id="fixed")
        code.metadata = {"papermill": {"start_time": str(n), "status": "completed"}, "execution": {"a": str(n)}}
        code.outputs = [
            nbformat.v4.new_output("stream", text=f"<A at 0x7f0000{n:04x}> /tmp/ipykernel_{n}/123.py:1"),
            nbformat.v4.new_output("execute_result", {"text/plain": f"<A at 0x7f0000{n:04x}>"}),
        ]
        made = nbformat.v4.new_code_cell("p", id=f"random{n}", metadata={"tags": ["injected-parameters"]})
        notebook = nbformat.v4.new_notebook(cells=[made, code])
        notebook.metadata.papermill = {"duration": n, "output_path": str(n), "parameters": {"a": 1}}
        return json.dumps(stabilised(notebook), sort_keys=True)

    assert run(1) == run(2)
    assert "completed" in run(1)


def test_a_local_folder_writes_reads_and_forgets(tmp_path: Path) -> None:
    folder = Folder.at(tmp_path / "x")
    assert folder.read("a/b.txt") is None
    folder.write("a/b.txt", b"1")
    assert (folder.read("a/b.txt"), folder.has("a/b.txt")) == (b"1", True)
    folder.remove("a/b.txt")
    assert not folder.has("a/b.txt")

"""What is spared while documents are made changes nothing: the same file, the same outputs as nbformat makes."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import output_from_msg

from workbook.review.lighter import plain_output
from workbook.review.writing import written

TEXT = st.text(max_size=30)
KINDS = st.sampled_from(
    ["text/plain", "text/html", "image/svg+xml", "image/png", "application/json", "application/x+json"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(TEXT, below, max_size=3),
    max_leaves=8,
)
METADATA = st.dictionaries(st.sampled_from(["trusted", "signature", "tags", "é"]), JSON, max_size=3)
BUNDLE = st.dictionaries(KINDS, JSON, max_size=3)
OUTPUT = st.one_of(
    st.fixed_dictionaries({"output_type": st.just("display_data"), "data": BUNDLE, "metadata": METADATA}),
    st.fixed_dictionaries({"output_type": st.just("stream"), "name": st.just("stdout"), "text": TEXT}),
    st.fixed_dictionaries({"output_type": st.just("error"), "ename": TEXT, "evalue": TEXT, "traceback": st.lists(TEXT)}),
)  # fmt: skip
CELL = st.one_of(
    st.fixed_dictionaries(
        {"cell_type": st.just("code"), "source": TEXT, "metadata": METADATA, "outputs": st.lists(OUTPUT, max_size=3)}
    ),
    st.fixed_dictionaries(
        {"cell_type": st.just("markdown"), "source": TEXT, "metadata": METADATA},
        optional={"attachments": st.dictionaries(TEXT, BUNDLE, max_size=2)},
    ),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(CELL, max_size=3), METADATA)
def test_the_file_is_what_nbformat_writes(cells: list[dict[str, Any]], metadata: dict[str, Any]) -> None:
    notebook = nbformat.from_dict({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})
    before = repr(notebook)
    assert written(notebook) == nbformat.v4.writes(notebook)
    assert repr(notebook) == before


def test_keys_that_are_numbers_are_written_as_text() -> None:
    notebook = nbformat.v4.new_notebook(metadata={"a": {2: (1, 2)}, "raw": b"bytes"})
    assert written(notebook) == nbformat.v4.writes(notebook)


def _message(kind: str, **content: Any) -> dict[str, Any]:
    return {"header": {"msg_type": kind}, "content": content}


GOOD = (
    _message("stream", name="stderr", text="careful\n"),
    _message("display_data", data={"text/plain": "a", "image/png": "x"}, metadata={"image/png": {"width": 3}}),
    _message("execute_result", data={"text/html": "<b>"}, metadata={}, execution_count=3),
)
ASKED = (
    _message("stream", name="stdout", text=["a", "b"]),
    _message("display_data", data={"application/json": {"a": 1}}, metadata={}),
    _message("display_data", data={"text/plain": "a"}, metadata=[]),
    _message("execute_result", data={"text/plain": "a"}, metadata={}, execution_count=None),
    _message("execute_result", data={"text/plain": "a"}, metadata={}, execution_count=-1),
    _message("error", ename="E", evalue="v", traceback=[]),
)


@pytest.mark.parametrize("message", GOOD)
def test_a_good_output_is_what_nbformat_makes_of_it(message: dict[str, Any]) -> None:
    ours, theirs = plain_output(message), output_from_msg(message)
    assert repr(ours) == repr(theirs)
    assert [type(value) for value in ours.values()] == [type(value) for value in theirs.values()]


@pytest.mark.parametrize("message", ASKED)
def test_any_other_output_is_left_to_nbformat(message: dict[str, Any]) -> None:
    assert plain_output(message) is None

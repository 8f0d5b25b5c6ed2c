"""The quicker worksheet writes what XlsxWriter's own does, to the byte."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlsxwriter.worksheet

from tests.plans.tiny import outbox
from workbook.sheets import worksheet
from workbook.sheets.templates import write_file


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def test_every_part_of_a_rep_file_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = outbox()
    ours, theirs = tmp_path / "ours.xlsx", tmp_path / "theirs.xlsx"
    write_file(sent.file(sent.reps()[0]), ours)
    monkeypatch.setattr(worksheet, "PlainWorksheet", xlsxwriter.worksheet.Worksheet)
    write_file(sent.file(sent.reps()[0]), theirs)
    assert parts(ours) == parts(theirs)
    assert any(b"SUMIFS" in part for part in parts(ours).values())

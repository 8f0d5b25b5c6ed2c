"""Finance's grid: formulas that equal our numbers, and changes that come back as pins."""

# ruff: noqa: F811 (fixtures of another folder)
from __future__ import annotations

import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from tests.targets.conftest import facts, targets  # noqa: F401 (fixtures)
from workbook.errors import DataError, UsageError
from workbook.sheets.targets_grid import ABOUT, FIRST, LEAD, grid, write_grid
from workbook.sheets.targets_grid_in import read_grid
from workbook.targets import Targets

Stages = Callable[..., Targets]
FAMILIES = pd.DataFrame(
    {"territory_id": "CO", "period": "FY2026", "amount": [700_01, 500_02], "product_family": ["Pumps", "Pipes/Hoses"]}
)


@pytest.fixture
def written(targets: Stages, tmp_path: Path) -> tuple[Targets, Path]:
    stage = targets(
        frames={"targets": FAMILIES}, rules={"season": "history", "basis": {"last_year": 0.8, "potential": 0.2}}
    )
    return stage, write_grid(stage.facts, stage, tmp_path / "grid.xlsx")


def changed(path: Path, sheet: str, node: str, column: int, value: Any) -> Path:
    """The file with one cell changed as a spreadsheet program would save it."""
    book = openpyxl.load_workbook(path)
    page = book[sheet]
    for row in range(FIRST + 1, page.max_row + 1):
        if page.cell(row, 1).value == node:
            page.cell(row, column + 1).value = value
    other = path.with_name("changed.xlsx")
    book.save(other)
    return other


def test_nothing_changed_gives_no_edits(written: tuple[Targets, Path]) -> None:
    stage, path = written
    assert read_grid(stage.facts, stage, path) == []


def test_a_changed_cell_comes_back_as_a_pin(written: tuple[Targets, Path]) -> None:
    stage, path = written
    edits = read_grid(stage.facts, stage, changed(path, "Pipes Hoses", "cyd", LEAD, 12.34))
    assert [(e.action, e.node, e.period, e.family, e.amount) for e in edits] == [
        ("pin", "cyd", "FY2026-M01", "Pipes/Hoses", 1234)
    ]


@pytest.mark.parametrize("value", ["=1+1", "viel", "1.234,50", 0.005, True, "", "#REF!"])
def test_what_is_no_amount_is_named_with_its_cell(written: tuple[Targets, Path], value: Any) -> None:
    stage, path = written
    with pytest.raises(DataError) as refused:
        read_grid(stage.facts, stage, changed(path, "Pumps", "ann", LEAD, value))
    assert refused.value.faults[0].column.startswith("Pumps!D")


def test_missing_doubled_and_unknown_rows_are_named(written: tuple[Targets, Path]) -> None:
    stage, path = written
    for new in ("ben", "zoe"):
        with pytest.raises(DataError) as refused:
            read_grid(stage.facts, stage, changed(path, "Pumps", "ann", 0, new))
        told = " ".join(str(f) for f in refused.value.faults)
        assert "the row is missing" in told
        assert ("twice" if new == "ben" else "no such node") in told


def test_a_grid_of_other_numbers_or_no_grid_is_refused(
    written: tuple[Targets, Path], targets: Stages, tmp_path: Path
) -> None:
    stage, path = written
    other = targets()
    with pytest.raises(DataError, match="other numbers"):
        read_grid(other.facts, other, path)
    junk = tmp_path / "junk.xlsx"
    junk.write_bytes(b"not a zip")
    with pytest.raises(DataError, match="cannot be read"):
        read_grid(stage.facts, stage, junk)
    with zipfile.ZipFile(junk, "w") as archive:
        for name in ("a", "b", "c", "xl/vbaProject.bin"):
            archive.writestr(name, "x")
    with pytest.raises(DataError, match="macros"):
        read_grid(stage.facts, stage, junk)
    empty = targets(frames={"targets": None})
    with pytest.raises(UsageError, match="no target"):
        write_grid(empty.facts, empty, tmp_path / "none.xlsx")
    assert not (tmp_path / "none.xlsx").exists()


def test_names_that_look_like_formulas_stay_text_and_inputs_alone_are_unlocked(targets: Stages, tmp_path: Path) -> None:
    from tests.targets.conftest import tiny_frames

    reps = tiny_frames()["reps"].assign(name="=cmd|' /C calc'!A1")
    stage = targets(frames={"reps": reps})
    page = openpyxl.load_workbook(write_grid(stage.facts, stage, tmp_path / "g.xlsx"))["Targets"]
    row = next(r for r in range(1, page.max_row + 1) if page.cell(r, 1).value == "ann")
    assert page.cell(row, 2).data_type == "s"
    assert not page.cell(row, LEAD + 1).protection.locked
    assert page.cell(row, LEAD + 4).protection.locked  # a quarter
    assert page.cell(FIRST + 1, LEAD + 1).protection.locked  # the company
    assert page.protection.sheet


def test_the_same_targets_give_the_same_bytes(written: tuple[Targets, Path], tmp_path: Path) -> None:
    stage, path = written
    assert write_grid(stage.facts, stage, tmp_path / "again.xlsx").read_bytes() == path.read_bytes()


@pytest.mark.office
def test_libreoffice_recalculates_every_subtotal_to_our_numbers(written: tuple[Targets, Path], tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not there")
    stage, path = written
    # cached values are removed by openpyxl, so every number that comes back was computed by LibreOffice
    bare = tmp_path / "bare.xlsx"
    openpyxl.load_workbook(path).save(bare)
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    subprocess.run(
        [office, home, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "out"), str(bare)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    book = openpyxl.load_workbook(tmp_path / "out" / "bare.xlsx", data_only=True)
    shown = grid(stage.allocated)  # type: ignore[arg-type]
    page, year = book["All products"], LEAD + 17
    for at, node in enumerate(shown.nodes.ids):
        assert page.cell(FIRST + 1 + at, 1).value == node
        assert round(page.cell(FIRST + 1 + at, year).value * 100) == int(shown.amounts[at].sum())
    pumps = book["Pumps"]
    slot = [f for _, f in shown.cells.slots].index("Pumps")
    for at in range(len(shown.nodes)):
        for quarter in range(4):
            cells = slot * 12 + quarter * 3
            value = pumps.cell(FIRST + 1 + at, LEAD + 1 + quarter * 4 + 3).value
            assert round(value * 100) == int(shown.amounts[at, cells : cells + 3].sum())
    assert ABOUT in book.sheetnames


def test_a_cell_far_outside_the_grid_is_refused_before_it_is_read(written: tuple[Targets, Path]) -> None:
    stage, path = written
    book = openpyxl.load_workbook(path)
    book.worksheets[1]["XFD1048576"] = 1
    book.save(path)
    with pytest.raises(DataError, match="XFD1048576"):
        read_grid(stage.facts, stage, path)

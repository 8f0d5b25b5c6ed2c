"""Files are made from what there is: missing tables leave blanks, doubled names get their id, nodes stand for their reps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from tests.plans.tiny import NOON, outbox, tables
from workbook.errors import UsageError
from workbook.facts import Facts
from workbook.sheets.collect import Terms, collect
from workbook.sheets.desk import reps_of, send
from workbook.sheets.layout import TERRITORY
from workbook.sheets.outbox import Outbox


def without(*names: str) -> Outbox:
    """The tiny book's outbox with some inputs empty."""
    whole = outbox()
    known = replace(whole.known, **{name: getattr(whole.known, name)[:0] for name in names})
    return replace(whole, known=known, prefill=replace(whole.prefill, known=known))


@pytest.mark.parametrize(
    "missing",
    ["cadence", "classes", "grades", "targets", "deals", "whitespace", "contacts", "repeat", "key_accounts"],
)
def test_a_file_is_made_and_read_without_any_one_input(tmp_path: Path, missing: str) -> None:
    box = without(missing)
    found = collect(send(box, ["P-1"], tmp_path), box, {}, Terms(NOON))
    assert [str(f) for f in found.faults] == []
    assert len(found.saves) == 3


def test_a_file_is_made_without_all_of_them(tmp_path: Path) -> None:
    box = without(
        "cadence", "classes", "grades", "targets", "deals", "whitespace", "contacts", "repeat", "key_accounts"
    )
    path = send(box, ["P-2"], tmp_path)[0]
    start = load_workbook(path)["Start"]
    texts = {cell.value for row in start.iter_rows() for cell in row}
    assert "not set" in texts  # no quota is known, and none is shown as zero
    assert collect([path], box, {}, Terms(NOON)).ok


def test_two_accounts_of_one_name_are_told_apart(tmp_path: Path) -> None:
    whole = outbox()
    register = whole.known.register.assign(name="Twin")
    known = replace(whole.known, register=register)
    box = replace(whole, known=known, prefill=replace(whole.prefill, known=known))
    assert [h.label for h in box.file("P-1").accounts] == ["Twin (A-1)", "Twin (A-2)"]
    assert collect(send(box, ["P-1"], tmp_path), box, {}, Terms(NOON)).ok


def test_names_that_look_like_formulas_are_written_as_text(tmp_path: Path) -> None:
    whole = outbox()
    register = whole.known.register.assign(name=["=cmd|' /C calc'!A0", "+1", "@x", "-2"])
    known = replace(whole.known, register=register)
    box = replace(whole, known=known, prefill=replace(whole.prefill, known=known))
    path = send(box, ["P-1"], tmp_path)[0]
    cells = [c for row in load_workbook(path)["Accounts"].iter_rows() for c in row if isinstance(c.value, str)]
    assert "=cmd|' /C calc'!A0" in [c.value for c in cells if c.data_type == "s"]
    assert not [c for c in cells if c.data_type == "f" and "cmd" in c.value]


def test_nodes_stand_for_their_reps_and_unknown_ones_are_named() -> None:
    facts, box = Facts(tables(), outbox().facts.rules, outbox().facts.as_of), outbox()
    assert reps_of(facts, box, []) == ["P-1", "P-2"]
    assert reps_of(facts, box, ["T-2", "P-1"]) == ["P-1", "P-2"]
    assert reps_of(facts, box, ["CO"]) == ["P-1", "P-2"]
    with pytest.raises(UsageError, match="no node"):
        reps_of(facts, box, ["T-9"])


def test_files_do_not_escape_their_folder(tmp_path: Path) -> None:
    whole = outbox()
    register = whole.known.register.assign(owner_rep_id="../../P")
    known = replace(whole.known, register=register, targets=whole.known.targets[:0])
    box = replace(whole, known=known, prefill=replace(whole.prefill, known=known))
    (path,) = send(box, box.reps(), tmp_path / "in")
    assert path.parent == tmp_path / "in"
    assert isinstance(register, pd.DataFrame)


def test_the_file_holds_only_its_own_rep(tmp_path: Path) -> None:
    book = load_workbook(send(outbox(), ["P-1"], tmp_path)[0])
    texts = {str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None}
    assert not {t for t in texts if "Crux" in t or "A-3" in t or "Raj" in t or "P-2" in t}
    assert book[TERRITORY].sheet_state == "visible"
    assert book["_stamp"].sheet_state == "veryHidden"
    assert all(sheet.protection.sheet for sheet in book if not sheet.title.startswith("_"))

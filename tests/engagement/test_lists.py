from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.engagement.cadence import Standing, cadence
from workbook.engagement.lists import action, as_list, call_list, chosen, main_contact
from workbook.engagement.log import Log
from workbook.errors import UsageError
from workbook.rules.engagement import EngagementRules
from workbook.sheets.lists import COLUMNS, folded, write_lists
from workbook.tables.frames import shaped
from workbook.tables.schema import TABLES

Make = Callable[[list[dict[str, Any]]], Log]
AS_OF = date(2026, 6, 30)


def contacts() -> pd.DataFrame:
    rows = [
        ("C-1", "A-1", "Kim", 0.2),
        ("C-2", "A-1", "Lee", 0.9),
        ("C-3", "A-2", "Pat", None),
        ("C-4", "A-2", "Sam", None),
    ]
    frame = pd.DataFrame(rows, columns=["contact_id", "account_id", "name", "influence"]).assign(title="Buyer")
    return shaped(TABLES["contacts"], frame)


def test_the_contact_with_influence_then_the_one_seen_last(log_of: Make) -> None:
    log = log_of([{"account_id": "A-2", "contact_id": "C-4", "done_on": "2026-06-01"}])
    assert main_contact(contacts(), log)[["account_id", "contact_name"]].values.tolist() == [
        ["A-1", "Lee"],
        ["A-2", "Sam"],
    ]


def test_what_the_account_prefers_decides_the_action(standing_of: Callable[..., Standing]) -> None:
    standing = standing_of(is_key=[True] + [False] * 8, grade=["B"] * 7 + ["D", "B"])
    said = pd.Series({"A-2": " Visit", "A-3": "e-mail", "A-4": "pigeon"})
    assert action(standing, said).tolist() == [
        "visit",
        "visit",
        "message",
        "call",
        "call",
        "call",
        "call",
        "message",
        "call",
    ]


def test_the_call_list_is_ordered_by_need(
    log_of: Make, standing_of: Callable[..., Standing], rules: EngagementRules
) -> None:
    log = log_of([
        {"account_id": "A-1", "done_on": "2026-06-10"},  # due on 07-10
        {"account_id": "A-2", "done_on": "2026-05-01"},  # overdue
        {"account_id": "A-3", "done_on": "2026-05-01"},
        {"account_id": "A-4", "done_on": "2026-06-29"},  # due after four weeks
    ])  # fmt: skip
    standing = standing_of(is_key=[False, False, True] + [False] * 6)
    frame = cadence(standing, log, rules)
    out = call_list(
        standing,
        frame,
        action(standing, pd.Series(index=pd.Index([], dtype="str"), dtype="str")),
        main_contact(contacts(), log),
        log.today,
    )
    mine = out[out["rep_id"] == "P-1"]
    assert mine["account_id"].tolist() == ["A-3", "A-2", "A-1"]  # key and late, late, coming
    assert mine["due_on"].tolist() == [pd.Timestamp(d) for d in ("2026-06-30", "2026-06-30", "2026-07-10")]
    assert mine["contact_name"].fillna("").tolist() == ["", "Pat", "Lee"]
    assert (
        call_list(
            standing, frame, action(standing, pd.Series(index=pd.Index([], dtype="str"), dtype="str")), None, log.today
        )["contact_id"]
        .isna()
        .all()
    )


def listed(standing: Standing, name: str = "Acme") -> pd.DataFrame:
    rows = pd.DataFrame({"account_id": ["A-1", "A-5"], "sentence": ["=cmd()", "Because; of, this\nand that"]})
    out = as_list(rows, Standing(standing.frame.assign(name=name)), "call", "sentence", None)
    return out.assign(rep_name="Ann", due_on=pd.to_datetime(["2026-07-01", None]))


def test_any_frame_becomes_a_list_and_can_be_narrowed(standing_of: Callable[..., Standing]) -> None:
    out = listed(standing_of())
    assert out["priority"].tolist() == [1, 1]
    assert chosen(out, standing_of().frame, {"rep_id": "P-2", "grade": None})["account_id"].tolist() == ["A-5"]
    assert chosen(out, standing_of().frame, {"class": "divest"}).empty
    assert len(chosen(out, standing_of().frame, {"grade": "B", "action": "call"})) == 2


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\t=1"])
def test_no_cell_becomes_a_formula(tmp_path: Path, standing_of: Callable[..., Standing], name: str) -> None:
    rows = listed(standing_of(), name)
    text = write_lists(rows, tmp_path, "due", "csv", AS_OF)[0].read_text(encoding="utf-8-sig")
    assert f"'{name}" in text
    assert ",'=cmd()," in text
    sheet = openpyxl.load_workbook(write_lists(rows, tmp_path, "due", "xlsx", AS_OF)[0])["List"]
    cells = [cell for line in sheet.iter_rows(min_row=2) for cell in line]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert "=cmd()" in [cell.value for cell in cells]
    assert [cell.value for cell in sheet[1]] == [head for head, _ in COLUMNS.values()]


def test_the_calendar_holds_what_has_a_date(tmp_path: Path, standing_of: Callable[..., Standing]) -> None:
    rows = listed(standing_of(), "Größe, Söhne; & Co " * 6)
    path = write_lists(rows, tmp_path, "a/../b", "ics", AS_OF)[0]
    assert path.parent == tmp_path
    lines = path.read_bytes().split(b"\r\n")
    assert max(map(len, lines)) <= 75
    text = path.read_bytes().decode().replace("\r\n ", "")
    assert text.count("BEGIN:VEVENT") == 1
    assert "DTSTART;VALUE=DATE:20260701\r\nDTEND;VALUE=DATE:20260702\r\n" in text
    assert "SUMMARY:Call: Größe\\, Söhne\\; & Co" in text
    assert path.read_bytes() == write_lists(rows, tmp_path / "again", "b", "ics", AS_OF)[0].read_bytes()


def test_the_same_list_gives_the_same_bytes(tmp_path: Path, standing_of: Callable[..., Standing]) -> None:
    rows = listed(standing_of())
    one, two = (write_lists(rows, tmp_path / n, "due", "xlsx", AS_OF)[0].read_bytes() for n in "ab")
    assert one == two


def test_one_file_per_rep(tmp_path: Path, standing_of: Callable[..., Standing]) -> None:
    paths = write_lists(listed(standing_of()), tmp_path, "due", "csv", AS_OF, by_rep=True)
    assert [p.name for p in paths] == ["due-P-1.csv", "due-P-2.csv"]
    with pytest.raises(UsageError, match="no format"):
        write_lists(listed(standing_of()), tmp_path, "due", "pdf", AS_OF)


@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\n"), max_size=300))
def test_folded_lines_unfold_to_what_they_were(line: str) -> None:
    raw = b"".join(folded(line))
    assert max(map(len, raw.split(b"\r\n"))) <= 75
    assert raw.replace(b"\r\n ", b"").removesuffix(b"\r\n").decode() == line

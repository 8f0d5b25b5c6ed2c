"""``workbook plans``: files out, files in, with faults, a preview, marked copies, states; nothing half."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from workbook.book import Book
from workbook.cli.app import run
from workbook.sample import write_sample
from workbook.store import open_store


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("plans") / "book"
    write_sample(root)
    return root


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WORKBOOK_STORE", "WORKBOOK_REPS"):
        monkeypatch.delenv(name, raising=False)


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    capsys.readouterr()
    code = run([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_plans_go_out_come_in_and_are_approved(
    sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "book"
    shutil.copytree(sample, book)
    where = ("--book", str(book))
    code, out = answer(capsys, "plans", "send", "P-36", "P-33", "--to", str(tmp_path / "out"), *where)
    assert (code, out["summary"]["files"]) == (0, 2)
    files = [Path(row["file"]) for row in out["rows"]]
    (files[0].parent / f"._{files[0].name}").write_bytes(b"a Mac's own")
    code, preview = answer(capsys, "plans", "collect", str(tmp_path / "out"), "--dry-run", *where)
    assert code == 0
    assert not (book / "store.sqlite").exists()
    assert preview["summary"]["would_save"] > 40
    code, taken = answer(capsys, "plans", "collect", str(tmp_path / "out"), *where)
    assert (code, taken["summary"]["saved"]) == (0, preview["summary"]["would_save"])
    code, again = answer(capsys, "plans", "collect", str(tmp_path / "out"), *where)
    assert (code, again["summary"]["saved"], again["summary"]["unchanged"]) == (0, 0, taken["summary"]["saved"])

    spoiled = load_workbook(files[0])
    sheet = spoiled["Accounts"]
    column = [c.value for c in sheet[4]].index("Q3") + 1
    sheet.cell(5, column).value = "plenty"
    spoiled.save(files[0])
    code, bad = answer(capsys, "plans", "collect", str(files[0]), *where)
    assert code == 1
    assert [(r["sheet"], r["fault"]) for r in bad["rows"]] == [("Accounts", "is not a number")]
    assert Path(bad["summary"]["marked"][0]).name.endswith(".faults.xlsx")

    assert run(["plans", "move", "P-36", "--to", "approved", "--by", "Kim", *where]) == 0
    assert run(["plans", "move", "P-36", "--to", "returned", "--by", "Kim", *where]) == 2
    assert run(["plans", "move", "P-99", "--to", "approved", "--by", "Kim", *where]) == 2
    states = {(p.rep_id, p.state) for p in open_store(book).plans()}
    assert states == {("P-36", "approved"), ("P-33", "submitted")}
    code, status = answer(capsys, "plans", "status", *where)
    rows = {row["rep_id"]: row for row in status["rows"]}
    assert rows["P-36"]["sent"] == rows["P-36"]["approved"] == rows["P-36"]["accounts"]
    assert rows["P-09"]["sent"] == 0

    scoped = Book.open(book, node="T-10").plans
    whole = Book.open(book).plans
    assert set(scoped.lines["territory_id"]) == {"T-10"}
    assert {d.rep_id for d in scoped.documents} == {"P-33"}
    assert set(scoped.scores["territory_id"]) == {"T-10"}
    assert len(whole.documents) > len(scoped.documents)
    assert int(scoped.lines["amount"].sum()) == int(
        whole.lines.loc[whole.lines["territory_id"] == "T-10", "amount"].sum()
    )
    top = whole.roll_up[whole.roll_up["node"] == "CO"]["plan_amount"].sum()
    assert int(top) == int(whole.lines["amount"].sum()) == int(whole.amounts["amount"].sum())


def test_wrong_usage_is_said(sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ("--book", str(sample))
    assert run(["plans", "collect", str(tmp_path / "none.xlsx"), *where]) == 2
    assert run(["plans", "collect", str(tmp_path), *where]) == 2
    assert run(["plans", "send", "T-99", "--to", str(tmp_path), *where]) == 2
    assert "there is no node" in capsys.readouterr().err


def test_a_file_saved_in_another_format_is_refused_by_name_and_not_overlooked(
    sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with zipfile.ZipFile(tmp_path / "P-33.numbers", "w") as archive:
        archive.writestr("Index/Document.iwa", "x")
    (tmp_path / ".~lock.P-33.ods#").write_text("open elsewhere", encoding="utf-8")
    code, found = answer(capsys, "plans", "collect", str(tmp_path), "--dry-run", "--book", str(sample))
    assert code == 1
    assert [(r["file"], r["fault"]) for r in found["rows"]] == [("P-33.numbers", "is not an .xlsx or .ods file")]
    assert "save it as .xlsx" in found["rows"][0]["remedy"]


def test_a_book_whose_accounts_nobody_holds_says_why_no_file_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "book"
    assert run(["new", str(book)]) == 0
    for name, rows in {
        "territories": "territory_id,name,parent_id\nCO,Company,\n",
        "reps": "rep_id,name,territory_id\nR,Ann,CO\n",
        "accounts": "account_id,name,territory_id,status\nA,Acme,CO,customer\n",
    }.items():
        (book / "tables" / f"{name}.csv").write_text(rows, encoding="utf-8")
    capsys.readouterr()
    assert run(["plans", "send", "--book", str(book)]) == 0
    assert capsys.readouterr().out == "No file: no rep there holds an account.\n"

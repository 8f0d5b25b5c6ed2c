"""``workbook meet``, ``sign-off`` and ``reconcile`` on a book of two accounts: a talk, an approval, a signature, a change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbook.cli.app import run

TABLES = {
    "territories": "territory_id,name,parent_id\nCO,Co,\nT-12,North,CO\nT-13,South,CO\n",
    "reps": "rep_id,name,territory_id\nP-1,Ann,T-12\nP-2,Bob,T-13\n",
    "accounts": "account_id,name,territory_id,status\n1,One,T-12,customer\n2,Two,T-13,customer\n",
    "ownership": "account_id,rep_id,role,from_on\n1,P-1,owner,2022-01-01\n2,P-2,owner,2022-01-01\n",
    "products": "product_id,name,family\nX,Pump,Pumps\n",
    "targets": "territory_id,period,amount\nCO,FY2026,2400.00\nT-12,FY2026,1200.00\nT-13,FY2026,1200.00\n",
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two territories that each sell 100.00 a month against a target of 1,200.00; accepted without account plans."""
    root = tmp_path_factory.mktemp("sign-off")
    (root / "tables").mkdir()
    for name, text in TABLES.items():
        (root / "tables" / f"{name}.csv").write_text(text)
    days = [f"{y}-{m:02d}-15" for y in (2023, 2024, 2025, 2026) for m in range(1, 13) if (y, m) <= (2026, 6)]
    rows = [f"{a},{d},{100 if a == 1 else 80}.00,X" for a in (1, 2) for d in days]
    (root / "tables" / "sales.csv").write_text("account_id,booked_on,amount,product_id\n" + "\n".join(rows) + "\n")
    rules = "[book]\nas_of = 2026-06-30\n[reconcile.sign_off]\nplans_required = false\n"
    (root / "book.toml").write_text(rules + "[reconcile.odds]\nsimulations = 160\n")
    return root


def test_a_talk_ends_in_a_signature_and_a_change_in_a_request(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = ["--book", str(book)]
    assert run(["meet", "T-13", "propose", "1100.00", "--by", "Kim", *here]) == 0
    assert run(["meet", "T-13", "accept", "--by", "Kim", *here]) == 2  # one's own number
    assert run(["meet", "T-13", "accept", "--by", "Bob", "--side", "rep", *here]) == 0
    capsys.readouterr()
    assert run(["sign-off", "T-13", "--by", "Fin", "--json", *here]) == 1
    refused = json.loads(capsys.readouterr().out)
    assert not refused["ok"]
    assert any("director approves it" in row["reason"] for row in refused["rows"])
    assert run(["sign-off", "T-13", "--approve", "--by", "Ola", "--role", "manager", *here]) == 1
    assert run(["sign-off", "T-13", "--approve", "--by", "Ola", "--role", "finance", *here]) == 0
    assert run(["sign-off", "T-12", "--change", "--by", "Kim", "--reason", "x", *here]) == 1  # nothing was signed
    capsys.readouterr()
    assert run(["sign-off", "T-12", "--by", "Fin", "--lock", *here]) == 0
    assert "T-12 signed off by Fin" in capsys.readouterr().out
    assert run(["meet", "T-12", "propose", "1300.00", "--by", "Kim", *here]) == 2  # signed: a change request is needed
    tables = book / "tables" / "targets.csv"
    tables.write_text(TABLES["targets"].replace("T-12,FY2026,1200.00", "T-12,FY2026,1180.00").replace("T-13,FY2026,1200.00", "T-13,FY2026,1220.00"))  # fmt: skip
    capsys.readouterr()
    assert run(["sign-off", "T-12", "--by", "Fin", *here]) == 1
    assert "--change" in capsys.readouterr().out
    assert run(["sign-off", "T-12", "--change", "--by", "Kim", "--reason", "a customer moved", "--json", *here]) == 0
    differs = json.loads(capsys.readouterr().out)["rows"]
    assert sum(d["after"] - d["before"] for d in differs if d["measure"] == "target") == -2000
    assert run(["sign-off", "T-12", "--by", "Fin", *here]) == 0


def test_wrong_calls_are_named(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = ["--book", str(book)]
    assert run(["sign-off", "nowhere", "--check", *here]) == 2
    assert run(["sign-off", "T-12", "--approve", "--check", *here]) == 2
    assert run(["sign-off", "T-12", "--approve", *here]) == 2  # nobody signs
    capsys.readouterr()
    assert run(["meet", "T-13", "propose", "-5", "--by", "Kim", *here]) == 2
    assert "propose needs an amount of zero or more" in capsys.readouterr().err
    for asked in ([], ["--approve"], ["--return", "--reason", "x"]):
        assert run(["sign-off", "T-12", *asked, "--by", "Kim", "--role", "king", *here]) == 2
        assert "no role 'king'. Use one of manager, director, finance" in capsys.readouterr().err
    assert run(["sign-off", "T-12", "--approve", "--what", "edits", "--by", "Kim", *here]) == 1
    told = capsys.readouterr().out
    assert told == "T-12 cannot be approved:\n  - Nothing waits for an answer: edits of the target.\n"


def test_reconcile_prints_and_answers_as_json(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["reconcile", "--book", str(book), "--node", "T-12", "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert set(answer["rows"][0]) == {"node", "parent", "period", "plan", "target", "street", "projection", "actual", "verdict"}  # fmt: skip
    assert {r["node"] for r in answer["rows"]} <= {"T-12", "P-1"}
    year = [r for r in answer["rows"] if r["node"] == "T-12"]
    assert year[0]["plan"] == sum(r["plan"] for r in year if "-Q" in r["period"])
    assert run(["reconcile", "--book", str(book)]) == 1  # the south is short
    assert "short" in capsys.readouterr().out


def test_a_file_that_is_no_spreadsheet_and_no_folder_is_refused(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["reconcile", "--book", str(book), "--out", str(tmp_path / "finance.xls")]) == 2
    assert "cannot write finance.xls. Name a .xlsx, .csv or .parquet file, or a folder." in capsys.readouterr().err
    assert not list(tmp_path.iterdir())

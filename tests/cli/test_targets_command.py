"""``workbook targets`` as people and programs call it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.targets.conftest import tiny_frames
from workbook.cli.app import run

TOML = """[book]
name = "Tiny"
fiscal_year = 2026
as_of = 2025-12-31
[targets]
basis = { last_year = 1.0 }
basis_by_level = {}
hedge = { territory = 0.1 }
season = "even"
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The tiny book on disk, amounts in major units."""
    folder = tmp_path / "tiny"
    (folder / "tables").mkdir(parents=True)
    (folder / "book.toml").write_text(TOML, encoding="utf-8")
    for name, frame in tiny_frames().items():
        shown = frame.copy()
        for column in shown.columns:
            if column == "amount" or column.endswith("_amount"):
                shown[column] = shown[column].astype("Float64") / 100
        shown.to_csv(folder / "tables" / f"{name}.csv", index=False)
    return folder


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run(["targets", *arguments])
    out = capsys.readouterr()
    return code, out.out, out.err


def test_the_list_shows_every_node_and_writes_a_draft(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = asked(capsys, "--book", str(book))
    assert code == 0
    assert "1,200.00" in out
    assert "T3" in out
    draft = (book / "documents" / "targets" / "allocation.csv").read_text(encoding="utf-8")
    assert "ann,rep,T1,FY2026-M01,,bookings,target,31.25" in draft


def test_json_is_one_object_of_minor_units(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = asked(capsys, "--book", str(book), "--json")
    answer: dict[str, Any] = json.loads(out)
    assert code == 0
    assert (answer["command"], answer["ok"], answer["as_of"]) == ("targets", True, "2025-12-31")
    assert (answer["summary"]["target"], answer["summary"]["street"]) == (120000, 132000)
    assert set(answer["rows"][0]) == {"node", "parent", "period", "family", "layer", "amount"}
    top = [r["amount"] for r in answer["rows"] if r["node"] == "CO" and r["layer"] == "target"]
    assert sum(top) == 120000
    assert answer["rows"][0]["parent"] is None


def test_a_number_is_explained(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = asked(capsys, "--book", str(book), "--node", "ann", "--period", "FY2026-Q1", "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["summary"]["target"] == 9375
    assert answer["summary"]["hedge"] in (937, 938)  # a tenth, within a unit
    assert sum(r["amount"] for r in answer["rows"]) == 9375 + answer["summary"]["hedge"]
    code, out, _ = asked(capsys, "--book", str(book), "--node", "ann")
    assert "= street quota" in out
    assert out.splitlines()[0] == "Ann (ann), FY2026"
    assert "USD" in out.splitlines()[1]
    code, _, err = asked(capsys, "--book", str(book), "--node", "anne")
    assert code == 2
    assert "Did you mean ann" in err


def test_letters_are_one_offline_page_each(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, _ = asked(capsys, "--book", str(book), "--letters")
    assert code == 0
    folder = book / "documents" / "letters"
    pages = sorted(p.name for p in folder.glob("*.html"))
    assert pages == ["quota-ann.html", "quota-ben.html", "quota-cyd.html", "quota-dan.html"]
    text = (folder / "quota-ann.html").read_text(encoding="utf-8")
    assert "412.50 USD" in text
    assert "http" not in text
    for path in folder.glob("*.pdf"):
        content = path.read_bytes()
        assert content.startswith(b"%PDF")
        assert content.count(b"/Type/Page/") + content.count(b"/Type /Page\n") <= 1


def test_letters_go_where_they_are_asked_to_and_a_grid_is_a_spreadsheet(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(capsys, "--book", str(book), "--letters", "--out", str(tmp_path / "letters"))[0] == 0
    assert (tmp_path / "letters" / "quota-ann.html").is_file()
    assert not (book / "documents" / "letters").exists()
    code, _, err = asked(capsys, "--book", str(book), "--out", str(tmp_path / "grid"))
    assert (code, "--out grid.xlsx" in err) == (2, True)
    assert not (tmp_path / "grid").exists()


def test_letters_escape_names(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reps = book / "tables" / "reps.csv"
    reps.write_text(reps.read_text(encoding="utf-8").replace("Ann", "<script>alert(1)</script>"), encoding="utf-8")
    assert asked(capsys, "--book", str(book), "--letters")[0] == 0
    text = (book / "documents" / "letters" / "quota-ann.html").read_text(encoding="utf-8")
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_the_grid_goes_out_and_its_changes_come_back(
    book: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "grid.xlsx"
    assert asked(capsys, "--book", str(book), "--out", str(path))[0] == 0
    sheet = openpyxl.load_workbook(path)
    page = sheet["Targets"]
    row = next(r for r in range(1, page.max_row + 1) if page.cell(r, 1).value == "ann")
    page.cell(row, 4).value = 41.25
    sheet.save(path)
    code, out, _ = asked(capsys, "--book", str(book), "--in", str(path))
    assert code == 0
    assert "1 change, not recorded" in out
    assert "10.00" in out
    code, _, err = asked(capsys, "--book", str(book), "--in", str(path), "--accept")
    assert code == 2
    assert "--by" in err
    code, out, _ = asked(capsys, "--book", str(book), "--in", str(path), "--accept", "--by", "Kim", "--json")
    answer = json.loads(out)
    assert answer["summary"]["recorded"]
    assert {r["node"]: r["change_amount"] for r in answer["rows"]} == {"ann": 1000, "ben": -1000}
    code, out, _ = asked(capsys, "--book", str(book), "--node", "ann", "--json")
    assert json.loads(out)["summary"]["target"] == 38500


def test_no_target_and_faults_of_finance_end_with_one(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = book / "tables" / "targets.csv"
    table.write_text("territory_id,period,amount\nCO,FY2026,100\nR1,FY2026,90\nR2,FY2026,20\n", encoding="utf-8")
    code, out, _ = asked(capsys, "--book", str(book))
    assert code == 1
    assert "Not used: 2 numbers" in out
    table.unlink()
    code, out, _ = asked(capsys, "--book", str(book), "--json")
    assert code == 1
    assert json.loads(out)["summary"]["target"] is None
    for needs_one in (
        ("--accept", "--by", "Kim"), ("--out", str(book / "g.xlsx")), ("--in", str(book / "g.xlsx")),
        ("pin", "ann", "FY2026", "1"), ("undo", "1"),
    ):  # fmt: skip
        code, _, err = asked(capsys, *needs_one, "--book", str(book))
        assert (code, err) == (2, "error: there is no target for FY2026. Give one in targets.csv.\n")


def test_an_allocation_is_accepted_by_name_and_hash(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from workbook.book import Book

    code, out, _ = asked(capsys, "--book", str(book), "--accept", "--by", "Kim", "--reason", "agreed", "--json")
    assert code == 0
    stored = Book.open(book).facts.decisions.log("allocation")
    assert (stored[0].by, stored[0].reason, stored[0].payload["hash"]) == (
        "Kim",
        "agreed",
        json.loads(out)["summary"]["hash"],
    )


def test_a_single_edit_is_shown_first_and_recorded_by_name(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from workbook.book import Book

    where = ("--book", str(book))
    code, out, _ = asked(capsys, "pin", "ann", "FY2026", "400.00", *where)
    assert code == 0
    assert "25.00" in out
    assert "not recorded: add --by" in out
    assert not Book.open(book).facts.decisions.log("target_edit")
    code, out, _ = asked(
        capsys, "pin", "ann", "FY2026", "400.00", *where, "--by", "Kim", "--reason", "agreed", "--json"
    )
    answer = json.loads(out)
    assert (answer["summary"]["recorded"], answer["summary"]["revision"]) == (True, 1)
    assert {r["node"]: r["change_amount"] for r in answer["rows"]} == {"ann": 2500, "ben": -2500}
    stored = Book.open(book).facts.decisions.log("target_edit")[0]
    assert (stored.by, stored.reason, stored.payload["amount"]) == ("Kim", "agreed", 40000)
    code, out, _ = asked(capsys, "edits", *where)
    assert "pin 1 (ann FY2026): 400.00 USD, by Kim on 2025-12-31: agreed" in out
    assert asked(capsys, "undo", "1", *where, "--by", "Kim")[0] == 0
    assert "nobody changed" in asked(capsys, "edits", *where)[1]
    code, _, err = asked(capsys, "undo", "1", *where, "--by", "Kim")
    assert (code, "no edit 1" in err) == (2, True)


@pytest.mark.parametrize(
    ("said", "changes"),
    [
        (("move", "ann", "cyd", "FY2026", "10"), {"ann": -1000, "cyd": 1000}),
        (("scale", "T1", "FY2026", "110%"), {"T1": 6000, "T2": -6000}),
        (("lock", "ben", "FY2026-Q1"), {}),
        (("split", "A2", "FY2026", "ann=1", "ben=0"), {"ann": 2500, "ben": -2500}),
        (("shift", "ann", "FY2026-Q1", "FY2026-Q2", "5"), {"ann": 0}),
    ],
)
def test_every_kind_of_edit(
    said: tuple[str, ...], changes: dict[str, int], book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = asked(capsys, "--book", str(book), *said, "--by", "Kim", "--json")
    assert code == 0
    answer = json.loads(out)
    assert answer["summary"]["recorded"]
    found = {r["node"]: r["change_amount"] for r in answer["rows"]}
    assert changes.items() <= found.items()
    assert bool(found) == bool(changes)


@pytest.mark.parametrize(
    ("said", "changes"),
    [
        (("pin", "ann", "FY2026", "-5"), {"ann": -380_00, "ben": 380_00}),
        (("pin", "ann", "FY2026", "-1,200.50"), {"ann": -1575_50, "ben": 1575_50}),
        (("pin", "ann", "FY2026", "\N{MINUS SIGN}5.00"), {"ann": -380_00, "ben": 380_00}),
        (("move", "cyd", "ann", "FY2026", "-10"), {"ann": -10_00, "cyd": 10_00}),
        (("shift", "ann", "FY2026-Q1", "FY2026-Q2", "-5"), {"ann": 0}),
    ],
)
@pytest.mark.parametrize("dashes", [(), ("--",)])
def test_an_amount_may_be_negative_and_an_option_may_follow_it(
    said: tuple[str, ...],
    changes: dict[str, int],
    dashes: tuple[str, ...],
    book: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """ann has 375.00. Whoever learnt to write ``--`` before it may go on."""
    options = ("--book", str(book), "--by", "Kim", "--reason", "-5 in the old plan", "--json")
    code, out, _ = asked(capsys, said[0], *options, *dashes, *said[1:]) if dashes else asked(capsys, *said, *options)
    assert code == 0
    found = {r["node"]: r["change_amount"] for r in json.loads(out)["rows"]}
    assert changes.items() <= found.items()
    assert "-5 in the old plan" in asked(capsys, "edits", "--book", str(book))[1]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (("pin", "ann", "FY2026", "-5", "--famly", "Pumps"), "No such option: --famly"),
        (("pin", "ann", "FY2026", "-x"), "No such option: -x"),
        (("pin", "ann", "FY2026", "-5k"), "'-5k' is not an amount"),
        (("pin", "ann", "FY2026", "-5", "-6"), "unexpected extra argument"),
        (("scale", "ann", "FY2026", "-5%"), "'-5%' is not a factor"),
    ],
)
def test_what_begins_with_a_minus_and_is_no_amount_is_refused(
    said: tuple[str, ...], message: str, book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = asked(capsys, *said, "--book", str(book))
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (("--period", "FY2026-Q3"), "--period needs --node"),
        (("--family", "Pumps"), "--family needs --node"),
        (("--by", "Kim"), "--by without --accept records nothing"),
        (("--in", "grid.xlsx", "--reason", "why"), "--reason without --accept records nothing"),
        (("--node", "ann", "--accept", "--by", "Kim"), "--node only explains a number"),
        (("--in", "grid.xlsx", "--out", "grid.xlsx"), "--in only reads a grid"),
        (("--in", "grid.xlsx"), "there is no file grid.xlsx. Write one with --out"),
    ],
)
def test_options_that_would_do_nothing_are_refused(
    said: tuple[str, ...], message: str, book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = asked(capsys, "--book", str(book), *said)
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize(
    "before", [("--json",), ("--by", "Kim"), ("--node", "ann"), ("--accept",), ("--out", "x.xlsx")]
)
def test_options_before_a_subcommand_are_refused_not_dropped(
    before: tuple[str, ...], book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from workbook.book import Book

    code, out, err = asked(capsys, "--book", str(book), *before, "pin", "ann", "FY2026", "400.00", "--by", "Kim")
    assert (code, out) == (2, "")
    assert f"{before[0]} before pin" in err
    assert f"workbook targets pin … {before[0]}" in err
    assert not Book.open(book).facts.decisions.rows


@pytest.mark.parametrize(
    ("said", "code", "message"),
    [
        (
            ("pin", "CO", "FY2026", "1"),
            1,
            "they miss by 1,199.00 USD: the company's FY2026; pin (CO FY2026)",
        ),
        (("pin", "ann", "FY2026", "much"), 2, "not an amount"),
        (("pin", "anne", "FY2026", "1"), 2, "Did you mean ann"),
        (("scale", "ann", "FY2026", "more"), 2, "not a factor"),
        (("scale", "ann", "FY2026", "105"), 2, "would be 105 times as much. Write it like 1.05 or 105%"),
        (("scale", "ann", "FY2026", "nan"), 2, "not a factor"),
        (("split", "A2", "FY2026", "ann=x", "ben=1"), 2, "not a share"),
        (("split", "A2", "FY2026", "ann"), 2, "not a share"),
        (("move", "ann", "cyd", "FY2026", "9999999"), 1, "cannot be met, it misses by 9,999,624.00 USD"),
    ],
)
def test_an_edit_that_cannot_be_is_refused_before_anything_changes(
    said: tuple[str, ...], code: int, message: str, book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from workbook.book import Book

    found, _, err = asked(capsys, *said, "--book", str(book), "--by", "Kim")
    assert (found, message in err) == (code, True), err
    assert not Book.open(book).facts.decisions.rows

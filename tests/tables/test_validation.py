"""Every kind of fault is found where it is, with its severity; a sound book has none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from workbook.rules.quality import QualityRules
from workbook.tables.load import assess
from workbook.tables.quality import Quality

Write = Callable[..., Path]


def look(folder: Path) -> Quality:
    return assess(folder, "USD")


def test_a_sound_book_has_no_faults(folder: Write) -> None:
    quality = look(folder())
    assert quality.faults.empty, quality.faults.to_string()
    assert quality.counts["read"].tolist() == [3, 3, 9, 10, 2, 3, 1, 2, 2, 3]
    assert (quality.counts["read"] == quality.counts["used"]).all()


#: change → (table, row, column, words of the fault, severity)
FAULTS = {
    "a required column is missing": (
        {"accounts": ("status", "state")}, ("accounts", 1, "status", "the column is missing", "error")),
    "a required cell is blank": (
        {"reps": ("P3,Mia,B", "P3,,B")}, ("reps", 4, "name", "the cell is blank", "error")),
    "a cell of blanks is blank": (
        {"reps": ("P3,Mia,B", "P3,   ,B")}, ("reps", 4, "name", "the cell is blank", "error")),
    "not a date": (
        {"sales": ("2026-02-05", "05/02/2026")}, ("sales", 3, "booked_on", "not a date", "error")),
    "a day that is not in the calendar": (
        {"sales": ("2026-02-05", "2026-02-30")}, ("sales", 3, "booked_on", "not a date", "error")),
    "a date that cannot be": (
        {"sales": ("2026-02-05", "0226-02-05")}, ("sales", 3, "booked_on", "cannot be", "error")),
    "not an amount": (
        {"sales": ("200.20", '"200,20"')}, ("sales", 3, "amount", "not an amount", "error")),
    "an amount with more digits than the currency": (
        {"sales": ("200.20", "200.205")}, ("sales", 3, "amount", "not an amount", "error")),
    "an optional value that does not fit": (
        {"accounts": ("100.00", "n/a")}, ("accounts", 2, "annual_revenue", "not an amount", "error")),
    "not one of the choices": (
        {"accounts": ("a4,Velvet Press,A,prospect", "a4,Velvet Press,A,lead")}, ("accounts", 5, "status", "customer, prospect", "error")),
    "a share over one": (
        {"ownership": ("a1,P1,owner,2024-01-01,,1", "a1,P1,owner,2024-01-01,,60")}, ("ownership", 2, "share", "from 0 to 1", "error")),
    "a key stands twice": (
        {"accounts": ("a5,Copper", "a4,Copper")}, ("accounts", 6, "account_id", "row 5 already", "error")),
    "a key that points nowhere": (
        {"sales": ("a2,2026", "a99,2026")}, ("sales", 3, "account_id", "not in the accounts", "error")),
    "an optional key that points nowhere": (
        {"sales": ("100.10,X", "100.10,Z")}, ("sales", 2, "product_id", "not in the products", "warning")),
    "an unknown parent node": (
        {"territories": ("B,South,CO", "B,South,XX")}, ("territories", 4, "parent_id", "not in the territories", "error")),
    "two roots": (
        {"territories": ("B,South,CO", "B,South,")}, ("territories", 4, "parent_id", "second root", "error")),
    "no root": (
        {"territories": ("CO,Company,,", "CO,Company,A,")}, ("territories", 0, "parent_id", "no node is the root", "error")),
    "nodes in a circle": (
        {"territories": ("A,North,CO,\nB,South,CO", "A,North,B,\nB,South,A")}, ("territories", 3, "parent_id", "circle", "error")),
    "a family in a circle": (
        {"accounts": ("a1,Norwood Mills,A,customer,,", "a1,Norwood Mills,A,customer,a2,")}, ("accounts", 2, "parent_account_id", "circle", "error")),
    "an account that is its own parent": (
        {"accounts": ("a1,Norwood Mills,A,customer,,", "a1,Norwood Mills,A,customer,a1,")}, ("accounts", 2, "parent_account_id", "own parent", "error")),
    "managers in a circle": (
        {"reps": ("P2,Raj,B,,", "P2,Raj,B,P3,")}, ("reps", 3, "manager_rep_id", "circle", "warning")),
    "two owners at a time": (
        {"ownership": ("2023-12-31", "2024-01-01")}, ("ownership", 10, "from_on", "two owners", "error")),
    "an account without owner": (
        {"ownership": ("a6,P1,owner,2024-01-01,,1\n", "")}, ("accounts", 7, "account_id", "no rep owns", "warning")),
    "an owner who left": (
        {"reps": ("P3,Mia,B,P2,2022-01-01,", "P3,Mia,B,P2,2022-01-01,2025-06-30")}, ("ownership", 10, "rep_id", "left on 2025-06-30", "warning")),
    "shares over the whole": (
        {"ownership": ("b1,P2,owner,2024-01-01,,", "b1,P2,owner,2024-01-01,,0.8\nb1,P3,co_owner,2024-01-01,,0.7")},
        ("ownership", 8, "share", "add up to 1.5", "warning")),
    "a loan that ends before it starts": (
        {"ownership": ("2023-12-31", "2022-12-31")}, ("ownership", 9, "to_on", "ends before", "error")),
    "another currency": (
        {"sales": ("Y,P1,USD", "Y,P1,EUR")}, ("sales", 3, "currency", "another currency", "error")),
    "coordinates at 0, 0": (
        {"accounts": ("50.1,8.6", "0,0.0")}, ("accounts", 2, "latitude", "0, 0", "warning")),
    "a latitude out of range": (
        {"accounts": ("50.1,8.6", "95,8.6")}, ("accounts", 2, "latitude", "-90 to 90", "warning")),
    "a territory without rep or account": (
        {"territories": ("B,South,CO,P2", "B,South,CO,P2\nC,West,CO,")}, ("territories", 5, "territory_id", "no rep works", "warning")),
    "a rep without accounts": (
        {"reps": ("P3,Mia", "P4,Bo,A,,2022-01-01,\nP3,Mia")}, ("reps", 4, "rep_id", "holds no account: Bo", "warning")),
    "an account in a region": (
        {"accounts": ("b3,Granite Peak,B", "b3,Granite Peak,CO")}, ("accounts", 10, "territory_id", "not in a territory", "warning")),
    "the same name twice": (
        {"accounts": ("Granite Peak", "Märble Arch Inc.")}, ("accounts", 10, "name", "the same name: may be the same account as b1", "warning")),
    "nearly the same name": (
        {"accounts": ("Granite Peak", "Marbel Arch")}, ("accounts", 10, "name", "nearly the same name", "warning")),
    "an id of two things": (
        {"accounts": ("b3,Granite", "P1,Granite")}, ("accounts", 10, "account_id", "also one of the reps", "error")),
    "an absurd amount": (
        {"sales": "account_id,booked_on,amount\n" + "a1,2026-01-05,10.00\n" * 200 + "a1,2026-01-05,99999999.00\n"},
        ("sales", 202, "amount", "absurd", "warning")),
    "a negative target": (
        {"targets": ("A,FY2026,200", "A,FY2026,-200")}, ("targets", 3, "amount", "negative target", "error")),
    "not a period": (
        {"targets": ("A,FY2026,200", "A,soon,200")}, ("targets", 3, "period", "not a period", "error")),
    "targets that do not add up": (
        {"targets": ("A,FY2026,200", "A,FY2026,150")}, ("targets", 0, "amount", "250.00 USD, which is 50.00 USD less", "warning")),
    "a target given twice": (
        {"targets": ("B,FY2026,100", "B,FY2026,100\nB,fy26,100")}, ("targets", 5, "territory_id", "row 4 already", "error")),
    "an activity without day": (
        {"activities": ("call,2026-05-01,", "call,,")}, ("activities", 2, "activity_id", "neither done_on nor due_on", "error")),
    "a deal closed before it was created": (
        {"opportunities": ("2025-05-02", "2024-05-02")}, ("opportunities", 3, "closed_on", "closed before", "warning")),
    "an open deal without close date": (
        {"opportunities": ("2026-09-30", "")}, ("opportunities", 2, "close_on", "without an expected close", "warning")),
    "a line with too many cells": (
        {"sales": ("a2,2026-02-05,200.20,Y,P1,USD", "a2,2026-02-05,200.20,Y,P1,USD,more")}, ("sales", 3, "", "7 cells where the header has 6", "error")),
    "a quote that is never closed": (
        {"sales": ("a2,2026-02-05", '"a2,2026-02-05')}, ("sales", 3, "", "never closed", "error")),
    "a column like a canonical one": (
        {"accounts": ("annual_revenue", "anual_revenue")}, ("accounts", 1, "anual_revenue", "looks like annual_revenue", "warning")),
    "two columns of one name": (
        {"products": ("list_price", "Name")}, ("products", 1, "Name", "two columns", "error")),
    "two columns of one name in two spellings": (
        {"products": ("list_price", "Product ID")}, ("products", 1, "Product ID", "two columns", "error")),
    "a table is missing": ({"sales": None}, ("sales", 0, "", "the table is missing", "error")),
    "a table is empty": ({"products": "product_id,name\n"}, ("products", 0, "", "no rows", "warning")),
    "a mandatory field is filled too rarely": (
        {"accounts": ("Hof", "Hof")} | {"opportunities": ("Call,2026-07-01", ",")}, ("reps", 2, "rep_id", "next_step in 0 of 1", "warning")),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_where_it_is(folder: Write, name: str) -> None:
    changes, (table, row, column, words, severity) = FAULTS[name]
    faults = look(folder(**changes)).faults
    mine = faults[(faults["table"] == table) & (faults["row"] == row) & (faults["column"] == column)]
    assert mine["fault"].str.contains(words, regex=False).any(), faults.to_string()
    assert mine.loc[mine["fault"].str.contains(words, regex=False), "severity"].tolist()[0] == severity
    assert (faults["remedy"] != "").all()
    if severity == "warning":
        assert (faults["severity"] == "warning").all(), faults.to_string()


def test_all_faults_of_all_tables_are_listed_at_once(folder: Write) -> None:
    made = folder(
        sales=("200.20", "x"), accounts=("a4,Velvet", ",Velvet"), territories=("B,South,CO", "B,South,"), targets=("A,FY2026", "A,X")
    )  # fmt: skip
    errors = look(made).faults.query("severity == 'error'")
    assert set(errors["table"]) == {"sales", "accounts", "ownership", "territories", "targets"}


def test_a_thousand_of_a_kind_are_listed_and_all_are_counted(folder: Write) -> None:
    made = folder(sales="account_id,booked_on,amount\n" + "a1,2026-01-05,x\n" * 2500)
    quality = look(made)
    assert quality.errors == 2500
    assert quality.counts.set_index("table").loc["sales", ["read", "used", "rejected"]].tolist() == [2500, 0, 2500]
    listed = quality.faults[quality.faults["table"] == "sales"]
    assert len(listed) == 1001
    assert "1,500 more rows" in listed["fault"].tolist()[-1]


def test_what_is_not_listed_counts_for_its_territory(folder: Write) -> None:
    """Sales of unknown products: 1,200 of an account of A, then 300 of one of B, of which none is listed for the company."""
    rows = "a1,2026-01-05,1.00,Z\n" * 1200 + "b1,2026-01-05,1.00,Z\n" * 300
    quality = look(folder(sales=f"account_id,booked_on,amount,product_id\n{rows}"))
    assert quality.warnings == 1500
    a, b = quality.scoped({"A"}), quality.scoped({"B"})
    assert a.topics.query("topic == 'keys'")["count"].tolist() == [1200]
    assert b.topics.query("topic == 'keys'")["count"].tolist() == [300]
    assert a.faults.query("topic == 'keys'")["fault"].tolist()[-1].startswith("the same in 200 more rows: ")
    assert b.faults.query("topic == 'keys'")["row"].tolist() == [0]
    assert "keys that point nowhere or stand twice (300)" in b.sentence
    assert quality.scoped({"A", "B"}).topics.query("topic == 'keys'")["count"].tolist() == [1500]


def test_rows_after_blank_lines_and_quoted_newlines_keep_their_number(folder: Write) -> None:
    text = 'account_id,booked_on,amount,note\na1,2026-01-05,1.00,"two\nlines"\n\na2,2026-01-06,x,\n'
    faults = look(folder(sales=text)).faults
    assert faults.query("table == 'sales' and column == 'amount'")["row"].tolist() == [4]


def test_completeness_is_counted_per_rep(folder: Write) -> None:
    made = folder(accounts=("Paper", ""))
    done = assess(made, "USD", rules=QualityRules(mandatory={"accounts": ("industry",)})).completeness
    assert done[["rep_id", "territory_id", "rows", "filled"]].to_numpy().tolist() == [
        ["P1", "A", 6, 5],
        ["P2", "B", 1, 1],
        ["P3", "B", 2, 2],
    ]


def test_a_territory_sees_its_own_faults_and_nothing_of_others(folder: Write) -> None:
    quality = look(folder(accounts=("Granite Peak", "Tidal Power Ltd")))
    fault = quality.scoped({"B"}).faults
    assert fault["node"].tolist() == ["B"]
    assert "Tidal Power" not in fault.drop(columns="value").to_string()
    assert "a6" not in fault.to_string()
    assert quality.scoped({"A"}).warnings == 0


def test_checks_and_footer_say_what_was_found(folder: Write) -> None:
    quality = look(folder(accounts=("50.1,8.6", "0,0")))
    assert (
        quality.sentence
        == "38 rows read = 38 used + 0 rejected; 1 data warning: accounts without usable coordinates (1)"
    )
    verdicts = {check.name: check.verdict for check in quality.checks}
    assert verdicts["Coordinates"] == "warn"
    assert {v for name, v in verdicts.items() if name != "Coordinates"} == {"ok"}


def test_what_cannot_be_judged_is_not_called_sound(folder: Write) -> None:
    accounts = "account_id,name,territory_id,status\na1,Acme,A,customer\nb1,Bolt,B,customer\n"
    made = folder(accounts=accounts, targets=None, ownership="account_id,rep_id,role,from_on\n", contacts=None)
    checks = {check.name: check for check in look(made).checks}
    assert checks["Targets add up"].sentence == "no targets table: not known."
    assert checks["Coordinates"].sentence == "the accounts table has no latitude and no longitude: not known."
    assert checks["One owner at a time"].verdict == "not known"
    assert checks["Dates"].verdict == "ok"

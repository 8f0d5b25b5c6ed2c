"""What the company's documents and finance's spreadsheets show, to whom: canary values in a tiny company, looked for everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from tests.reconcile.conftest import facts_of, said, tables_of
from tests.review.shown import shown
from workbook import sections
from workbook.book import Book
from workbook.cli.show_reconcile import write
from workbook.errors import UsageError
from workbook.money import format_amount
from workbook.sections.audience import Audience, as_seen_by, audience_of

#: On-target earnings and cost of an hour that stand nowhere else.
PAY = (7_654_321_00, 987_65)


@pytest.fixture(scope="module")
def company() -> Book:
    reps = tables_of().reps.assign(on_target_earnings=PAY[0], cost_per_hour=PAY[1])
    amounts = [437_913, 273_377, 164_536, 131_711, 141_666]  # no axis is marked with these
    targets = tables_of().targets[["territory_id", "period"]].assign(amount=amounts)
    return Book(Path("nowhere"), facts_of(tables_of(reps=reps, targets=targets)))


@pytest.fixture
def text(company: Book, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], str]:
    """A function that gives all that a notebook shows to an audience."""

    def of(notebook: str, audience: str) -> str:
        def opened(_: str, *, audience: str = "manager", **__: object) -> tuple[Book, Audience]:
            return as_seen_by(company, audience_of(audience)), audience_of(audience)

        monkeypatch.setattr(sections, "open_company", opened)
        monkeypatch.setattr(
            sections, "footer", lambda _: None
        )  # it tells of checked files, and these tables come from none
        return re.sub(r"<[^>]+>", " ", shown(notebook, monkeypatch, audience=audience)).replace("&nbsp;", " ")

    return of


def spelled(amount: int) -> set[str]:
    return {format_amount(amount, "USD"), format_amount(amount, "USD", short=True), str(amount), str(amount / 100)}


def targets(company: Book) -> set[str]:
    """Spellings of un-hedged targets that are no spelling of a street quota."""
    rows = company.reconcile.totals
    hidden = set().union(*(spelled(int(a)) for a in rows["target_amount"]))
    return hidden - set().union(*(spelled(int(a)) for a in rows["street_amount"]))


def test_the_boards_copy_for_reps_holds_no_target_under_the_hedge_and_nobodys_pay(
    company: Book, text: Callable[[str, str], str]
) -> None:
    rep, manager = text("09-company-review.ipynb", "rep"), text("09-company-review.ipynb", "manager")
    assert targets(company)
    assert any(t in manager for t in targets(company))
    assert not [t for t in targets(company) if t in rep]
    assert "above what is simulated" not in rep  # the hedge that a chance would need
    assert "leaver" not in rep.lower() or "shown to managers" in rep
    for name in company.tables.reps["name"]:
        assert not re.search(rf"\b{name}\b", rep), name


@pytest.mark.parametrize("notebook", ["07-reconcile.ipynb", "09-company-review.ipynb"])
@pytest.mark.parametrize("audience", ["manager", "finance"])
def test_no_document_of_the_company_shows_pay(notebook: str, audience: str, text: Callable[[str, str], str]) -> None:
    page = text(notebook, audience)
    assert len(page) > 2000
    assert not [t for amount in PAY for t in spelled(amount) if t in page]


def test_the_session_is_not_for_reps() -> None:
    with pytest.raises(UsageError, match="not for the audience 'rep'"):
        sections.open_company("", audience="rep", readers=("manager", "finance"))


def everything(folder: Path) -> str:
    """All cells of all spreadsheets, and all text files, of a folder."""
    parts = [p.read_text(encoding="utf-8") for p in folder.glob("*.csv")]
    parts += [pd.read_parquet(p).to_csv() for p in folder.glob("*.parquet")]
    for path in folder.glob("*.xlsx"):
        book = openpyxl.load_workbook(path, data_only=True)
        parts += [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]
    return "\n".join(parts)


def test_finances_files_hold_no_pay_and_a_nodes_files_nothing_of_other_nodes(company: Book, tmp_path: Path) -> None:
    write(company, tmp_path / "all")
    write(company.scoped("A"), tmp_path / "one")
    whole, one = everything(tmp_path / "all"), everything(tmp_path / "one")
    for page in (whole, one):
        assert not [t for amount in PAY for t in spelled(amount) if t in page]
    assert "Cid" in whole
    assert "Ann" in one
    for other in ("Cid", "Dee", "Account 4", "Account 6", "Account 7"):
        assert other not in one, other
    rows = company.reconcile.totals.set_index("node")
    for node in ("CO", "N", "S", "B"):
        for column in ("target_amount", "street_amount"):
            assert not [t for t in spelled(int(rows.loc[node, column])) if t in one], (node, column)


def test_a_reps_copy_compares_with_the_street_quota_on_every_day() -> None:
    """The company's target of 330,000.00 lies under a quota of more; booked and run-rate come to about 336,000.00."""
    given = pd.DataFrame({"territory_id": ["CO"], "period": "FY2026", "amount": [330_000]})
    book = Book(Path("nowhere"), facts_of(tables_of(targets=given)))
    plain, street = (b.reconcile.replayed.set_index(["node", "known_on"]) for b in (book, book.against_street()))
    quota, target = book.reconcile.totals.loc[0, ["street_amount", "target_amount"]]
    assert quota > target
    least = (plain["target_probability"] - street["target_probability"]).loc["CO"]
    assert (least >= 0).all()
    assert least.max() > 0.1


def test_what_is_signed_is_as_signed_in_every_copy_and_no_change_of_the_target_is_told(company: Book) -> None:
    differs = [{"measure": m, "month": 3, "before": 5_512_311, "after": 6_613_412} for m in ("target", "street")]
    signed = [
        said("sign_off", "CO", "Fin", 20, **company.reconcile.seal_of("CO"), role="finance"),
        said("change_request", "CO", "Kim", 21, "merger", year="FY2026", differences=differs),
    ]
    book = Book(company.root, facts_of(company.tables, signed))
    rep = as_seen_by(book, audience_of("rep"))
    assert book.reconcile.sign_offs["state"].tolist() == rep.reconcile.sign_offs["state"].tolist() == ["signed"]
    told = {a: sections.change_requests(book, audience_of(a)).frame["measure"].tolist() for a in ("rep", "manager")}
    assert told == {"rep": ["street"], "manager": ["target", "street"]}


def test_a_reps_copy_marks_no_past_target_under_the_hedge(company: Book) -> None:
    past = company.tables.targets.assign(period="FY2025-Q3")
    with_past = Book(company.root, facts_of(tables_of(targets=pd.concat([company.tables.targets, past]))))
    without = Book(company.root, facts_of(company.tables))

    def chart(book: Book, audience: str) -> str:
        reader = audience_of(audience)
        return str(sections.sales_against_target(as_seen_by(book, reader), reader).svg())

    assert chart(with_past, "rep") == chart(without, "rep")
    assert chart(with_past, "manager") != chart(without, "manager")

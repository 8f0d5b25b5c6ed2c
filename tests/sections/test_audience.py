"""Who reads a document sees what he may: canary values looked for in everything that notebook 08 shows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from tests.cli.test_targets_command import book  # noqa: F401 (fixture)
from workbook import sections
from workbook.book import Book
from workbook.decisions import Decision
from workbook.money import format_amount
from workbook.sections.audience import as_seen_by, audience_of
from workbook.store.store import open_store

ROOT = Path(__file__).parents[2]
NODE = "T-03"
AT = datetime(2025, 12, 1)


@cache
def shown(whole: Book, audience: str) -> str:
    """All that the code cells of the territory's notebook would show, as text."""
    reader = audience_of(audience)
    view = as_seen_by(whole, reader).scoped(NODE)
    found: list[Any] = []
    names = {"sections": sections, "view": view, "reader": reader}
    for call in calls():
        value = eval(call, names)
        found += value if isinstance(value, list | tuple) else [value]
    parts = []
    for value in found:
        for form in ("_repr_html_", "svg"):
            if hasattr(value, form):
                parts.append(getattr(value, form)())
        parts.append(repr(value))
    return re.sub(r"<[^>]+>", " ", " ".join(map(str, parts))).replace("&nbsp;", " ")


def calls() -> Iterator[str]:
    """The calls of section functions in notebook 08."""
    cells = json.loads((ROOT / "notebooks" / "08-territory-review.ipynb").read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    for match in re.finditer(r"sections\.(?!open_for|show|summary)\w+\([^()]*\)", text):
        yield match.group(0)


def spellings(amount: int, currency: str = "USD") -> set[str]:
    return {format_amount(amount, currency), format_amount(amount, currency, short=True)}


def test_the_notebook_is_read(whole: Book) -> None:
    assert len(list(calls())) > 12


def test_a_reps_copy_shows_the_quota_and_never_the_target_under_the_hedge(whole: Book) -> None:
    row = whole.reconcile.totals.set_index("node").loc[NODE]
    target, street = (int(row[c]) for c in ("target_amount", "street_amount"))
    assert not spellings(target) & spellings(street)
    rep, manager = shown(whole, "rep"), shown(whole, "manager")
    assert any(text in manager for text in spellings(target))
    assert any(text in rep for text in spellings(street))
    for text in spellings(target):
        assert text not in rep, rep[max(rep.find(text) - 200, 0) : rep.find(text) + 60]


def test_no_copy_shows_what_people_earn_or_cost(whole: Book) -> None:
    reps = whole.tables.reps
    pay = {int(v) for c in ("on_target_earnings", "cost_per_hour") for v in reps[c].dropna()}
    for audience in ("rep", "manager"):
        text = shown(whole, audience)
        assert not [p for p in pay if format_amount(p, "USD") in text], audience
        assert "on-target earnings" not in text, audience  # with the quota beside it, the ratio would tell the pay


def test_no_copy_names_a_rep_of_another_territory(whole: Book) -> None:
    others = whole.tables.reps[whole.tables.reps["territory_id"].isin(["T-07", "T-11"])]["name"]
    for audience in ("rep", "manager", "finance"):
        text = shown(whole, audience)
        assert not [name for name in others if name in text], audience


def test_a_reps_copy_holds_no_single_reps_numbers(whole: Book) -> None:
    view = as_seen_by(whole, audience_of("rep")).scoped(NODE)
    table = repr(sections.reconciliation(view, audience_of("rep")))
    reps = whole.tables.reps[(whole.tables.reps["territory_id"] == NODE).to_numpy()]["name"]
    assert not [name for name in reps if name in table]
    assert all(
        name in repr(sections.reconciliation(whole.scoped(NODE), audience_of("manager"))) for name in reps if name
    )


def test_a_reps_copy_shows_no_colleagues_quota_plan_or_coverage(whole: Book) -> None:
    """Where one rep alone has a plan, the territory's plan is that one, and stands in every copy."""
    year = whole.reconcile.standing
    year = year[(year["period"] == whole.facts.year).to_numpy()]
    rows = year[(year["node_kind"] == "rep").to_numpy() & (year["parent"] == NODE).to_numpy()]
    assert len(rows) == 2
    own = set(year.loc[(year["node"] == NODE).to_numpy(), "plan_amount"].dropna())
    amounts = [
        int(a) for c in ("street_amount", "target_amount", "plan_amount") for a in rows[c].dropna() if a not in own
    ]
    assert len(amounts) >= 4
    rep, manager = shown(whole, "rep"), shown(whole, "manager")
    assert not [t for a in amounts for t in spellings(a) if t in rep]
    assert all(any(t in manager for t in spellings(a)) for a in amounts)
    reader, view = audience_of("rep"), as_seen_by(whole, audience_of("rep")).scoped(NODE)
    names = whole.tables.reps.loc[(whole.tables.reps["territory_id"] == NODE).to_numpy(), "name"].tolist()
    text = repr((sections.engagement(view, reader), sections.plan_status(view, reader)))
    assert "Pennsylvania and Upstate" in text
    assert not [name for name in names if name in text]
    told = repr((sections.engagement(view, audience_of("manager")), sections.plan_status(view, audience_of("manager"))))
    assert all(name in told for name in names)


def test_a_book_opened_again_is_the_same_view_for_the_same_reader_with_what_was_decided(book: Path) -> None:  # noqa: F811
    """ann and ben of T1 have 600.00 and, with the tenth that territories hand out more, 660.00: a rep never sees the 600.00."""
    for audience, target in (("manager", 600_00), ("rep", 660_00)):
        view = as_seen_by(Book.open(book), audience_of(audience)).scoped("T1")
        edit = Decision("target_edit", "ann", {"action": "lock", "period": "FY2026", "amount": 1}, "Kim", AT)
        stored = open_store(book).record(edit)
        again = view.reopened()
        assert (again.node, again.as_of, again.scope) == (view.node, view.as_of, view.scope)
        assert stored.revision in [d.revision for d in again.facts.decisions.rows]
        totals = again.reconcile.totals.set_index("node")["target_amount"]
        assert abs(totals["T1"] - target) <= 1, audience

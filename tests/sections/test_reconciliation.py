"""Target and plan in a document: what lies below a node adds up to it, in every column."""

from __future__ import annotations

import pytest

from workbook.book import Book
from workbook.sections import audience_of, reconciliation

AMOUNTS = ["target_amount", "street_amount", "plan_amount", "gap_amount", "projection_amount", "actual_amount"]


@pytest.mark.parametrize(("node", "last"), [("T-03", "with none of these"), ("R-1", "Southeast"), ("CO", "West")])
def test_what_lies_below_adds_up_to_the_node(book: Book, node: str, last: str) -> None:
    """T-03 has four accounts that nobody owns: they carry a target and neither plan nor projection. A gap to a plan that is not
    there is not known, so gaps add up where all plans are there."""
    rows = reconciliation(book.scoped(node), audience_of("manager")).frame
    year = rows["what"].tolist().index(book.facts.year)
    assert rows["what"].iloc[-1] == last
    all_planned = bool(rows["plan_amount"].iloc[year + 1 :].notna().all())
    for name in AMOUNTS if all_planned else set(AMOUNTS) - {"gap_amount"}:
        assert rows[name].iloc[year + 1 :].sum() == rows[name].iloc[year], name

"""One family whole: its tree, who of it buys which product family and where the gap is."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbook.book import Book
from workbook.errors import UsageError
from workbook.money import format_amount
from workbook.show import Note


def one_family(book: Book, family: str = "") -> list[Any]:
    """The family of an id (its head's, or any member's in view), else the one with the largest whitespace: tree, matrix, words."""
    from workbook.charts import portfolio as charts
    from workbook.charts.whitespace import family_matrix

    chosen = chosen_family(book, family)
    if not chosen:
        return []
    stage, currency = book.portfolio, book.facts.currency
    parts: list[Any] = [charts.family_tree(stage.family_members(chosen), currency).figure]
    cells = stage.family_matrix(chosen)
    if not (cells[["bought_amount", "gap_amount"]] > 0).to_numpy().any():
        return [*parts, Note("What its members buy is not known: it needs sales of products with families.", "warn")]
    return [*parts, family_matrix(cells, currency).figure, *_lacking(cells, currency)]


def chosen_family(book: Book, family: str) -> str:
    """The family_id of an id; blank: of the largest whitespace in view, else of the largest sales, blank where there is none.

    Raises :class:`UsageError` for an id of no family in view.
    """
    stage = book.portfolio
    if family:
        rows = stage.families
        found = rows.loc[((rows["family_id"] == family) | (rows["account_id"] == family)).to_numpy(), "family_id"]
        if found.empty:
            known = ", ".join(stage.family_table["family_id"].head(3)) or "another account's id"
            raise UsageError(
                f"there is no family {family!r} in this view", remedy=f"Use the id of a member, such as {known}."
            )
        return str(found.iloc[0])
    plays, table = stage.family_plays, stage.family_table
    if len(plays):
        return str(plays.groupby("family_id", sort=True)["gap_amount"].sum().idxmax())
    return str(table["family_id"].iloc[0]) if len(table) else ""


def _lacking(cells: pd.DataFrame, currency: str, count: int = 3) -> list[Note]:
    """What some members buy and others do not though comparable accounts do, the largest first, in a sentence each."""
    said = []
    for kind, part in cells.groupby("product_family", sort=True):
        buying = int((part["bought_amount"] > 0).sum())
        lacking = part[((part["bought_amount"] == 0) & (part["gap_amount"] > 0)).to_numpy()]
        lacking = lacking.sort_values("gap_amount", ascending=False, kind="stable")
        if not buying or lacking.empty:
            continue
        worth, names = int(lacking["gap_amount"].sum()), lacking["label"].tolist()
        told = " and ".join(filter(None, [", ".join(names[:3]), f"{len(names) - 3} more" if len(names) > 3 else ""]))
        text = f"{kind}: {buying} of {len(part)} members buy it; {told} could, for {format_amount(worth, currency, short=True)} a year (estimate)."
        said.append((-worth, text))
    if not said:
        return [Note("What some of its members buy, no other lacks.")]
    return [Note(" ".join(text for _, text in sorted(said)[:count]))]

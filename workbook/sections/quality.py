"""Data quality: faults, completeness of mandatory fields by table and by rep."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbook.book import Book
from workbook.show import Note, Table


def faults(book: Book, count: int = 40) -> Any:
    """Every fault, errors first, with what to do."""
    rows = book.quality.faults
    if rows.empty:
        return Note(f"No fault was found. {book.quality.sentence}.", "ok")
    keep = ["severity", "table", "row", "column", "value", "fault", "remedy"]
    ordered = rows.sort_values("severity", kind="stable", ignore_index=True)
    return Table(
        ordered[keep], book.facts.currency, "Faults", {"fault": "what is wrong", "remedy": "what to do"}, limit=count
    )


def faults_by_table(book: Book) -> Table:
    """Rows read, used and rejected per table, with errors and warnings."""
    counts, rows = book.quality.counts.drop(columns="columns"), book.quality.faults
    number = pd.crosstab(rows["table"], rows["severity"])
    for severity in ("error", "warning"):
        found = number[severity] if severity in number else pd.Series(dtype="int64")
        counts = counts.assign(**{severity + "s": counts["table"].map(found).fillna(0).astype("int64")})
    return Table(counts, book.facts.currency, book.quality.sentence)


def completeness(book: Book) -> Any:
    """Share of filled mandatory fields, company-wide."""
    rows = book.quality.completeness
    if rows.empty:
        return Note("No mandatory field is named in book.toml ([quality] mandatory): completeness not known.", "warn")
    sums = rows.groupby(["table", "column"], as_index=False)[["rows", "filled"]].sum()
    sums["filled_share"] = sums["filled"] / sums["rows"].where(sums["rows"] > 0)
    return Table(sums, book.facts.currency, "Mandatory fields filled")


def completeness_by_rep(book: Book, count: int = 40) -> Any:
    """Share of filled mandatory fields per rep and table, the lowest rep first; missing where a rep has no row."""
    rows = book.quality.completeness
    if rows.empty:
        return Note("No mandatory field is named in book.toml ([quality] mandatory): completeness not known.", "warn")
    sums = rows.groupby(["rep_id", "table"])[["rows", "filled"]].sum()
    shares = (sums["filled"] / sums["rows"].where(sums["rows"] > 0)).reset_index(name="share")
    cells = shares.pivot_table(index="rep_id", columns="table", values="share")
    whole = sums.groupby("rep_id").sum()
    grid = cells.rename(columns="{}_share".format).rename_axis(columns=None)
    grid = grid.assign(rows=whole["rows"], filled_share=whole["filled"] / whole["rows"].where(whole["rows"] > 0))
    grid = grid.reset_index().sort_values(["filled_share", "rep_id"], ignore_index=True)
    grid.insert(1, "name", grid["rep_id"].map(book.tables.reps.drop_duplicates("rep_id").set_index("rep_id")["name"]))
    labels = {"rows": "rows in all", "filled_share": "all filled"}
    return Table(
        grid, book.facts.currency, "Mandatory fields filled, by rep and table, lowest first", labels, limit=count
    )

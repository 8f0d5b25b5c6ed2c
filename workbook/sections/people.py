"""How people are named in a document: by name where they belong to its node, else by their key and place alone."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbook.book import Book


def names_of(book: Book, rep_ids: pd.Series) -> pd.Series:
    """Each person as the reader of ``book`` may see them (str, missing where nobody is): a name inside the node, ``P-05`` outside.

    A scoped book knows the people who hold an account of its own; the name of one who sits elsewhere is not the node's to print.
    """
    reps = book.tables.reps
    if book.scope is not None:
        reps = reps[reps["territory_id"].isin(book.scope.nodes).to_numpy()]
    known = reps.drop_duplicates("rep_id").set_index("rep_id")["name"]
    return rep_ids.map(known).astype("str").fillna(rep_ids).astype("str")


def name_of(book: Book, rep_id: Any, nobody: str = "nobody") -> str:
    """One person, as :func:`names_of`; ``nobody`` where none is given."""
    return nobody if pd.isna(rep_id) else str(names_of(book, pd.Series([rep_id], dtype="str")).iloc[0])

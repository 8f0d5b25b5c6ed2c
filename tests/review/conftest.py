"""A tiny book to review, and small notebooks named for their trait.

company CO ─┬─ region N ─┬─ territory N1 (rep P1, accounts A1 A2)
            │            └─ territory N2 (rep P2, account A3)
            └─ region S ─── territory S1 (rep P3, account A4)
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

TABLES = {
    "territories": "territory_id,name,parent_id\nCO,Company,\nN,North,CO\nS,South,CO\nN1,North one,N\nN2,North <two>,N\nS1,South one,S\n",
    "reps": "rep_id,name,territory_id\nP1,Ann,N1\nP2,Raj,N2\nP3,Kim,S1\n",
    "accounts": "account_id,name,territory_id,status\nA1,Acme,N1,customer\nA2,Bolt,N1,prospect\nA3,Cole,N2,customer\nA4,Dart,S1,customer\n",
    "ownership": "account_id,rep_id,role,from_on\nA1,P1,owner,2024-01-01\nA2,P1,owner,2024-01-01\nA3,P2,owner,2024-01-01\nA4,P3,owner,2024-01-01\n",
    "products": "product_id,name\nX,Pump\n",
    "sales": "account_id,booked_on,amount\nA1,2026-01-10,100.00\nA1,2026-04-10,50.25\nA3,2026-02-01,70.00\nA4,2026-03-01,30.00\n",
    "targets": "territory_id,period,amount\nCO,FY2026,1000.00\n",
}


def cell(source: str, *tags: str, kind: str = "code") -> dict[str, Any]:
    """One cell of a notebook."""
    made = {
        "cell_type": kind,
        "id": f"c{abs(hash(source)) % 10**8}",
        "metadata": {"tags": list(tags)},
        "source": source,
    }
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def write_notebook(path: Path, *cells: dict[str, Any]) -> Path:
    """A notebook file for the Python kernel."""
    for at, one in enumerate(cells):
        one["id"] = f"cell-{at}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"cells": list(cells), "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5})
    path.write_text(text, encoding="utf-8")
    return path


PARAMETERS = 'book: str = "."  # the book\nas_of: str = ""  # the day\naudience: str = "manager"  # for whom'
SALES = (
    "from workbook import Book\nfrom workbook.review.summary import publish\n"
    "view = Book.open(book, as_of=as_of, node=node)\nsold = int(view.tables.sales['amount'].sum())"
)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The tiny book with two light notebooks of its own."""
    root = tmp_path / "book"
    (root / "tables").mkdir(parents=True)
    for name, text in TABLES.items():
        (root / "tables" / f"{name}.csv").write_text(text, encoding="utf-8")
    (root / "book.toml").write_text('[book]\nname = "Tiny"\nas_of = 2026-06-30\nsample = true\n', encoding="utf-8")
    node = cell(PARAMETERS + '\nnode: str = "N1"  # the node', "parameters")
    write_notebook(
        root / "notebooks" / "08-territory-review.ipynb",
        cell("# How does it stand?", kind="markdown"),
        node,
        cell(SALES),
        cell("view.tables.accounts[['name']]"),
        cell("publish(target_amount=10000, plan_amount=sold, gap_amount=sold - 10000, ok=1, fail=0)"),
    )
    write_notebook(
        root / "notebooks" / "09-company-review.ipynb",
        cell("# The company", kind="markdown"),
        cell(PARAMETERS, "parameters"),
        cell(SALES.replace(", node=node", "")),
        cell("publish(target_amount=100000, plan_amount=sold)\nsold"),
    )
    return root


def set_cells(book: Path, *sources: str) -> None:
    """Give the node's notebook other cells after its parameters."""
    node = cell(PARAMETERS + '\nnode: str = "N1"  # the node', "parameters")
    write_notebook(book / "notebooks" / "08-territory-review.ipynb", node, *(cell(s) for s in sources))

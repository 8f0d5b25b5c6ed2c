"""Borders of territories: a territory cut into even parts, or several as one, in words and tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbook.book import Book
from workbook.errors import UsageError
from workbook.money import format_amount
from workbook.sections.judgements import subject_names
from workbook.show import Note, Table
from workbook.territories.borders import merge, parts_of, split
from workbook.territories.solver import Effort


def borders(book: Book, cut: str = "", join: str = "") -> list[Note | Table]:
    """Parts of a territory (``cut`` such as "T-09=2") and territories as one (``join`` such as "T-01,T-02").

    Without a wish, the fullest territory in halves, where its people have fewer hours than its accounts need.
    """
    shown: list[Note | Table] = []
    if not cut and not join:
        loads = book.territories.scenarios.drop_duplicates("node").set_index("node")
        over = loads["needed_hours"] / loads["available_hours"].where(loads["available_hours"] > 0)
        if not (over > book.rules.territories.health.full_load).any():
            return [
                Note(
                    "No territory needs more hours than it has. Set the parameters split (T-09=2) or merge (T-01,T-02)."
                )
            ]
        cut = f"{over.idxmax()}=2"
    if cut:
        shown += split_up(book, cut)[1]
    if join:
        shown += merged(book, join)[1]
    return shown


def split_up(book: Book, cut: str) -> tuple[pd.DataFrame, list[Note | Table]]:
    """The accounts of a territory with the part they would lie in (account_id, territory_id), and what each part holds.

    ``cut``: the territory and how many parts, such as "T-09=2".
    """
    node, _, count = (part.strip() for part in cut.partition("="))
    if not count.isdecimal():
        raise UsageError(f"{cut!r} is not a territory and a number of parts", remedy="Write it like T-09=2.")
    parts = int(count)
    accounts, places = _of(book, [node])
    found = split(accounts, places, parts, Effort(seconds=1.0, limit=60.0))
    stage, currency = book.territories, book.facts.currency
    size = stage.book_size.set_index("step")["value"]
    hours = float(size.get("hours of a rep", np.nan)) * float(size.get("wanted load", np.nan))
    table = parts_of(accounts, found["part"], hours, subject_names(book))
    apart = "" if np.isnan(places).all() else ", each in one piece of the map"
    if "potential_amount" in table and table["potential_amount"].isna().all():
        table = table.drop(columns="potential_amount")
    text = f"{book.tree.name(node)} ({node}) in {parts} parts of like sales and hours{apart}. Nothing is recorded: the CRM draws borders."
    ids = node + "-" + found["part"].astype("str")
    rows = pd.DataFrame({"account_id": found["account_id"], "territory_id": ids})
    return rows, [
        Note(text),
        Table(
            table.rename(columns={"hours": "needed_hours"}),
            currency,
            f"Parts of {book.tree.name(node)}",
            {"held_by": "held now by"},
        ),
    ]


def merged(book: Book, join: str) -> tuple[pd.DataFrame, list[Note | Table]]:
    """The accounts that would come to the first of several territories (account_id, territory_id), and what all would be as one.

    ``join``: the territories, such as "T-01,T-02".
    """
    nodes = list(dict.fromkeys(node.strip() for node in join.split(",") if node.strip()))
    if len(nodes) < 2:
        raise UsageError(f"{join!r} are not two territories", remedy="Write them like T-01,T-02.")
    accounts, _ = _of(book, nodes)
    coming = accounts.loc[accounts["territory_id"].ne(nodes[0]).to_numpy(), ["account_id"]].assign(
        territory_id=nodes[0]
    )
    capacity = book.territories.capacity
    hours = capacity["available_hours"] * 12 / book.rules.territories.capacity.months
    rows = merge(accounts, nodes, capacity.assign(available_hours=hours))
    names = [book.tree.name(node) for node in nodes]
    rows["name"] = [*names, " and ".join(names)]
    whole, currency = rows.iloc[-1], book.facts.currency
    load = "" if np.isnan(whole["load"]) else f" of {whole['available_hours']:,.0f}"
    text = (
        f"{whole['name']} as one: {whole['accounts']:,} accounts, {format_amount(int(whole['sales_amount']), currency, short=True)} "
        f"of sales, {whole['hours']:,.0f}{load} hours needed a year. Nothing is recorded: the CRM draws borders."
    )
    table = rows[["name", "accounts", "sales_amount", "hours", "available_hours", "load"]]
    return coming.reset_index(drop=True), [
        Note(text),
        Table(
            table.rename(columns={"load": "load_share", "hours": "needed_hours"}),
            currency,
            "Territories apart and as one",
        ),
    ]


def _of(book: Book, nodes: list[str]) -> tuple[pd.DataFrame, np.ndarray]:
    """The live accounts of territories and their places. Raises :class:`UsageError` for a node that is none of the lowest."""
    leaves = set(map(str, book.tree.leaves()))
    for node in nodes:
        if node not in leaves:
            raise UsageError(
                f"{node} is no territory at the lowest level", remedy=f"Name one of {', '.join(sorted(leaves)[:12])}."
            )
    company = book.territories.company
    mine = (company.accounts["territory_id"].isin(nodes) & ~company.accounts["disqualified"].astype(bool)).to_numpy(
        dtype=bool
    )
    return company.accounts[mine].reset_index(drop=True), company.places[mine]

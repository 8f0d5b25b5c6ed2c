"""The targets notebook's sections: chart or table, and what it says here, in a sentence made of the numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from workbook.book import Book
from workbook.charts.unfolding import Unfolding
from workbook.checks import Check, checks_table
from workbook.errors import UsageError
from workbook.money import format_amount
from workbook.sections.audience import Audience, audience_of, seen_by
from workbook.sections.judgements import with_names
from workbook.sections.people import names_of
from workbook.show import Note, Table


def _money(book: Book, amount: Any) -> str:
    return format_amount(amount, book.facts.currency, short=True)


def _none(book: Book) -> list[Any]:
    return [Note(f"No target for {book.facts.year} in the targets table: targets not known.", "warn")]


def open_planning(book: str, *, node: str = "", as_of: str = "", audience: str = "manager") -> tuple[Book, Audience]:
    """The book (of a node where one is named) and the reader. A rep's copy is of one node: quotas, and nobody else's."""
    reader = audience_of(audience)
    if not reader.hedge and not node:
        raise UsageError(f"a copy for {reader.name} is of one territory", remedy='Name it: node = "T-03".')
    return Book.open(book or None, as_of=as_of or None, node=node or None), reader


def _kept(reader: Audience, what: str) -> list[Any] | None:
    """A note in place of what a reader may not see."""
    return None if reader.hedge else [Note(f"{what} shown to managers and finance.", "note")]


def view_of_targets(book: Book, reader: Audience) -> list[Any]:
    """The tree with target, hedge, street quota and last year, unfolded by level; where the target lies."""
    from workbook.charts import targets as charts

    rows = book.targets.by_node
    if rows.empty:
        return _none(book)
    top = rows.iloc[0]
    if not reader.hedge:
        text = f"{top['name']} has a quota of {_money(book, top['street_amount'])} for {book.facts.year}; "
        text += f"last year {_money(book, top['last_year_amount'])} were sold. Each rep's own quota stands in the rep's letter."
        return [Note(text)]
    grown = ""
    if pd.notna(top["last_year_amount"]) and top["last_year_amount"] > 0:
        grown = f", {top['target_amount'] / int(top['last_year_amount']) - 1:+.1%} on last year's sales"
    reading = (
        f"{top['name']} has a target of {_money(book, top['target_amount'])} for {book.facts.year}{grown}; "
        f"{_money(book, top['street_amount'])} are handed out as street quotas, a hedge of {_money(book, top['hedge_amount'])}. "
        "Every number is the sum of those under it, to the minor unit."
    )
    return [Note(reading), charts.tree_map(rows, book.facts.currency).figure, Unfolding(rows, book.facts.currency)]


def bases_in_force(book: Book, reader: Audience) -> list[Any]:
    """What numbers are split by, hedges and season, as published; what stood in where a basis was missing."""
    rules, targets = book.rules.targets, book.targets
    mixes = {"every level": rules.basis, **rules.basis_by_level}
    rows = [
        {"split_to": level, "basis": name, "weight_share": weight / sum(mix.values())}
        for level, mix in mixes.items()
        for name, weight in mix.items()
        if weight
    ]
    hedge = ", ".join(f"{level} {share:.0%}" for level, share in rules.hedge.items() if share) or "none"
    found: list[Any] = [Table(pd.DataFrame(rows), book.facts.currency, "What a number is split by")]
    text = f"Hedge by level: {hedge}. Reserve for leavers: {rules.attrition_share:.1%}." if reader.hedge else ""
    if targets.allocated is not None and book.scope is None:
        text += f" Season: {targets.allocated.draft.season_told}."
    found += [Note(text)] if text else []
    stood = targets.fallbacks
    if len(stood) and reader.people:
        counted = stood.groupby(["basis", "fallback"], as_index=False).agg(nodes=("node", "nunique"))
        found.append(Table(counted, book.facts.currency, "Where something stood in"))
    return found


def why(book: Book, reader: Audience, node: str = "", period: str = "") -> list[Any]:
    """The waterfall and the rows behind one node's number."""
    if kept := _kept(reader, "How a number comes about, and the hedge in it, is"):
        return kept
    from workbook.charts import targets as charts

    if book.targets.by_node.empty:
        return _none(book)
    node = node or _telling(book)
    rows = book.targets.explain_node(node, period or None)
    shown = rows[["layer", "step", "amount", "sentence"]].rename(columns={"amount": "exact_amount"})
    label = f"{node}, {period or book.facts.year}"
    figure = charts.waterfall(rows, book.facts.currency).figure
    return [figure, Table(shown, book.facts.currency, f"The rows that add up: {label}")]


def _telling(book: Book) -> str:
    """The node whose number has the most steps, a rep before a territory: the best example."""
    rows = book.targets.explain
    counted = rows.groupby(["node_kind", "node"], sort=True).size()
    return str(counted.sort_values(ascending=False, kind="stable").index[0][1])


def fairness(book: Book, reader: Audience) -> list[Any]:
    """Each rep's quota against potential, history, hours and pay; outliers; how far they lie apart."""
    if kept := _kept(reader, "Quotas of single reps beside one another are"):
        return kept
    from workbook.charts import targets as charts

    rows = book.targets.fairness
    if rows.empty:
        return [Note("No rep has a quota: fairness not known.", "warn")]
    far = rows[rows["outlier"] & ~rows["is_new"]]
    reading = (
        f"{len(far)} of {len(rows)} reps lie outside the grey bands in one measure or more: beyond "
        f"{book.rules.targets.outlier_factor:g} times the usual, and further than reps lie apart anyway."
    )
    keep = [
        "rep_id",
        "name",
        "quota_amount",
        "potential_index",
        "history_index",
        "capacity_index",
        *(["quota_to_earnings"] if reader.pay else []),
        "sentence",
    ]
    if reader.pay:
        far = far.assign(sentence=(far["sentence"] + " " + far["pay_sentence"]).str.strip())
    shown = far[keep].sort_values("quota_amount", ascending=False, ignore_index=True).head(12)
    found: list[Any] = [charts.quota_spread(rows).figure, Note(reading)]
    if len(shown):
        found.append(Table(shown, book.facts.currency, "Quotas to talk about"))
    spread = book.targets.quota_spread
    words = {"quota_amount": "quota", "quota_to_potential": "per potential", "quota_to_history": "per last year's sales", "amount_per_hour": "per selling hour", "quota_to_earnings": "per on-target earnings"}  # fmt: skip
    known = spread[(spread["n"] > 0) & (reader.pay | (spread["measure"] != "quota_to_earnings"))]
    told = "; ".join(
        f"{words[r.measure]}: Gini {r.gini:.2f}, variation {r.variation:.2f}"
        for r in known.itertuples()
        if not np.isnan(r.gini)
    )
    return [*found, Note(f"Spread over all reps who are not new: {told}." if told else "Spread not known.")]


def overlays(book: Book, reader: Audience, count: int = 12) -> list[Any]:
    """Who helps on accounts of others: the account's target beside the helper's name, in no total (A1)."""
    rows = book.targets.overlays
    if rows.empty:
        return [
            Note(
                "Nobody helps on an account of somebody else (roles overlay and sponsor in the ownership table).",
                "note",
            )
        ]
    shown = rows.assign(
        helper=names_of(book, rows["rep_id"]),
        name=rows["account_id"].map(book.tables.accounts.set_index("account_id")["name"]),
    )
    by = shown.groupby(["helper", "role"], sort=True)["target_amount"].agg(["size", "sum"]).reset_index()
    by = by.rename(columns={"size": "accounts", "sum": "target_amount"})
    text = "Overlay credit stands beside the owner's target and counts in no total: the sums of this notebook hold without it."
    keep = (
        ["helper", "role", "accounts", "target_amount"],
        ["account_id", "name", "role", "helper", "from_on", "target_amount"],
    )
    first, each = (columns if reader.hedge else columns[:-1] for columns in keep)
    labels = (
        {"target_amount": "targets of these accounts"},
        {"from_on": "since", "target_amount": "the account's target"},
    )
    return [
        Note(text),
        Table(by[first], book.facts.currency, "Who helps on accounts of others", labels[0], limit=count),
        Table(shown[each], book.facts.currency, "Overlay and sponsor seats", labels[1], limit=count),
    ]


def scenarios(book: Book, reader: Audience) -> list[Any]:
    """The named scenarios side by side; one is the plan."""
    if kept := _kept(reader, "Scenarios are"):
        return kept
    from workbook.charts import targets as charts

    rows = book.targets.scenarios
    if rows.empty or rows["scenario"].nunique() < 2:
        return [Note("There is one scenario only, the published rules. The session below can keep others.")]
    top = rows[rows["node"] == book.node]
    names = dict(zip(book.targets.by_node["node"], book.targets.by_node["name"], strict=True))
    level = rows[rows["node"].isin(book.tree.children(book.node))]
    figure = charts.scenario_changes(level if len(level) else top, names, book.facts.currency).figure
    keep = ["scenario", "is_plan", "target_amount", "street_amount", "change_amount"]
    return [Table(top[keep], book.facts.currency, "Scenarios"), figure]


def edits(book: Book, reader: Audience) -> list[Any]:
    """What people changed by hand, and accounts that change hands during the year."""
    if kept := _kept(reader, "Targets that people changed by hand are"):
        return kept
    rows, moved = book.targets.edits, book.targets.before_and_after
    found: list[Any] = []
    if len(rows):
        keep = ["revision", "node", "action", "period", "product_family", "amount", "decided_by", "reason"]
        found.append(Table(rows[keep], book.facts.currency, "Edits in force"))
    else:
        found.append(Note("Nobody changed a target by hand."))
    if len(moved):
        text = f"{len(book.targets.moved)} accounts change hands during {book.facts.year}; their targets follow from that day."
        found += [Note(text), Table(moved, book.facts.currency, "Before and after")]
    return found


def against_last_year(book: Book, reader: Audience) -> list[Any]:
    """Targets and street quotas of the territories (in a territory, of its reps) against last year's sales."""
    if kept := _kept(reader, "Targets and street quotas side by side are"):
        return kept
    from workbook.charts import targets as charts

    rows = book.targets.by_node
    shown = rows[rows["level"] == "territory"]
    shown = shown if len(shown) > 1 else rows[rows["node_kind"] == "rep"]
    if shown.empty:
        return _none(book)
    return [charts.against_last_year(shown.head(40), book.facts.currency).figure]


def target_checks(book: Book, reader: Audience) -> Table:
    """The closing checks, as far as the reader may see them."""
    found: list[Check] = [*book.targets.checks, *(c for c in book.targets.fairness_checks if c.verdict != "ok")]
    found = with_names(book, seen_by(found, reader, book))
    return Table(checks_table(found), book.facts.currency, "Checks")


def trial(book: Book) -> list[Any]:
    """Which basis would have come nearest, in years that are over; for the whole company only."""
    from workbook.targets import trial as trying

    if book.scope is not None:
        return [Note("Bases are tried on the whole company: open the book without a node.")]
    made = trying.trial(book.facts)
    if made.empty:
        return [Note("No past year has both a company target and sales before it: bases could not be tried.")]
    rows = trying.scores(made)
    best = rows.iloc[0]
    years = ", ".join(sorted(made["year"].unique()))
    text = (
        f"Territory by territory and quarter by quarter in {years}, {best['basis'].replace('_', ' ')} alone would have been "
        f"nearest to what was then sold, off by {best['wape_to_sales']:.0%} in all."
    )
    given = trying.quota_score(made)
    if not np.isnan(given):
        text += f" Finance's own numbers were off by {given:.0%}."
    names = {"wape_to_quota": "off from quota", "wape_to_sales": "off from sales", "bias_to_sales": "bias to sales"}
    shown = rows.rename(columns={k: f"{v} share" for k, v in names.items()})
    return [Note(text), Table(shown, book.facts.currency, "Each basis alone, known the day before the year")]

"""The parts of one account's page (C1): each takes the book and the account, and gives what answers one question about it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbook.book import Book
from workbook.checks import counted
from workbook.money import format_amount
from workbook.sections.loans import loan_table
from workbook.sections.people import name_of, names_of
from workbook.sections.planning import plan_in_short
from workbook.sections.risks import seconds_in_words
from workbook.show import MISSING, Figures, Note, Table


def row_of(book: Book, account_id: str) -> pd.Series:
    view = book.portfolio.view
    return view[(view["account_id"] == account_id).to_numpy()].iloc[0]


def _of(frame: pd.DataFrame, account_id: str) -> pd.DataFrame:
    return frame[(frame["account_id"] == account_id).to_numpy()].reset_index(drop=True)


def _said(frame: pd.DataFrame, account_id: str, column: str = "sentence") -> str:
    rows = _of(frame, account_id)
    return "" if rows.empty or pd.isna(rows[column].iloc[0]) else str(rows[column].iloc[0])


def standing(book: Book, account_id: str) -> list[Any]:
    """Headline figures; what it is; class, grade and segment with their sentences."""
    row, currency = row_of(book, account_id), book.facts.currency

    def money(amount: Any) -> str:
        return MISSING if pd.isna(amount) else format_amount(int(amount), currency, short=True)

    quota = book.targets.by_node
    mine = quota[((quota["node"] == account_id) & (quota["period"] == book.facts.year)).to_numpy()]
    wallet = "" if pd.isna(row["wallet_share"]) else f"{row['wallet_share']:.0%} of its potential"
    figures = Figures([
        ("Sales of 12 months", money(row["sales_12m_amount"]), f"{money(row['sales_prior_12m_amount'])} before"),
        ("Next 12 months", money(row["projected_amount"]), "projection"),
        ("Open deals", money(row["open_amount"]), counted(int(row["open_deals"]), "deal") if book.tables.has("opportunities") else "no opportunities table"),
        ("Potential", money(row["potential_amount"]), wallet),
        (f"Quota {book.facts.year}", money(mine["street_amount"].iloc[0]) if len(mine) else MISSING, ""),
        ("NPS answer", MISSING if pd.isna(row["nps"]) else f"{row['nps']:.0f}", "" if pd.isna(row["nps_on"]) else f"{row['nps_on']:%Y-%m-%d}"),
    ])  # fmt: skip
    place = " › ".join(map(book.tree.name, book.tree.path(row["territory_id"])[1:]))
    what = [row["status"], row["industry"], row["city"], row["country"]]
    told = f"{account_id}, as of {book.as_of:%Y-%m-%d}: " + ", ".join(str(w) for w in what if not pd.isna(w) and w)
    employees = "" if pd.isna(row["employees"]) else f", {int(row['employees']):,} employees"
    about = Note(f"{told}{employees}. {place}. Customer since {row['first_sale_on']:%Y-%m-%d}." if not pd.isna(row["first_sale_on"]) else f"{told}{employees}. {place}. Never bought.")  # fmt: skip
    segment = _of(book.portfolio.segments, account_id)
    rows = [
        ("class", row["class"], _said(book.portfolio.classes, account_id)),
        ("grade", row["grade"], _said(book.portfolio.grades, account_id)),
        ("key account", "yes" if _said(book.portfolio.key_accounts, account_id, "why") else "no", _said(book.portfolio.key_accounts, account_id, "why")),
    ]  # fmt: skip
    if len(segment):
        one = segment.iloc[0]
        rows.append(("segment", one["segment"], f"Priority {one['priority']}, by {one['channels']}."))
    frame = pd.DataFrame(rows, columns=["what", "is", "why"]).replace("", None)
    return [figures, about, Table(frame, currency, "How it is judged, and by what")]


def bought(book: Book, account_id: str) -> list[Any]:
    """Sales per fiscal year and product family, and the class's history."""
    sales = _of(book.tables.sales, account_id)
    out: list[Any] = []
    if sales.empty:
        out.append(Note("No sale is on record."))
    else:
        families = book.tables.products.drop_duplicates("product_id").set_index("product_id")["family"]
        year = book.facts.calendar.periods_of(sales["booked_on"], "year")
        rows = sales.assign(year=year, family=sales["product_id"].map(families).astype("str").fillna("not told"))
        wide = rows.pivot_table(index="family", columns="year", values="amount", aggfunc="sum", fill_value=0)
        wide.loc["all"] = wide.sum()
        shown = wide.rename(columns=lambda name: f"{name}_amount").reset_index()
        orders = f"{len(sales):,} bookings since {sales['booked_on'].min():%Y-%m-%d}, the last on {sales['booked_on'].max():%Y-%m-%d}"
        out.append(Table(shown, book.facts.currency, orders, {"family": "product family"}))
    past = _of(book.portfolio.class_history, account_id)
    if len(past):
        keep = ["at", "from", "to", "trigger", "by", "reason"]
        out.append(Table(past[keep], book.facts.currency, "Changes of class that people recorded"))
    return out


def contacts(book: Book, account_id: str) -> list[Any]:
    """Whom we know there, most influential first, and whether it hangs on one thread."""
    if not book.tables.has("contacts"):
        return [Note(book.tables.lacks("contacts", "whom we know"), "warn")]
    rows = _of(book.tables.contacts, account_id).sort_values(["influence", "contact_id"], ascending=[False, True])
    rows = rows.assign(known_by=names_of(book, rows["owner_rep_id"]))
    keep = ["name", "title", "role", "influence", "support", "last_contact_on", "known_by"]
    shown = rows[[c for c in keep if c == "name" or rows[c].notna().any()]].reset_index(drop=True)
    table = Table(shown, book.facts.currency, counted(len(rows), "contact"), {"known_by": "known by"})
    thread = _of(book.engagement.single_threaded, account_id)
    if thread.empty:
        return [table]
    told = " ".join(seconds_in_words(book, thread)[:1])
    return [Note(f"{thread['sentence'].iloc[0]} {told}", str(thread["verdict"].iloc[0])), table]


def worked(book: Book, account_id: str, count: int = 10) -> list[Any]:
    """The cadence it asks for, and its last real touches."""
    stage, tables = book.engagement, book.tables
    if not tables.has("activities", "done_on"):
        return [Note(tables.lacks("activities", "cadence and touches"), "warn")]
    cadence, out = _of(stage.cadence, account_id), []
    if len(cadence):
        verdict = str(cadence["verdict"].iloc[0])
        out.append(Note(str(cadence["sentence"].iloc[0]), verdict if verdict in ("ok", "warn", "fail") else "note"))
    touches = _of(stage.touches, account_id).sort_values(["done_on", "activity_id"], ascending=False)
    flagged = int((_of(stage.integrity, account_id)["level"] != "none").sum())
    people = tables.contacts.drop_duplicates("contact_id").set_index("contact_id")["name"]
    told = tables.activities.drop_duplicates("activity_id").set_index("activity_id")
    rows = touches.head(count).assign(
        by=names_of(book, touches["rep_id"]).head(count),
        contact=touches["contact_id"].map(people),
        subject=touches["activity_id"].map(told["subject"]),
        outcome=touches["activity_id"].map(told["outcome"]),
    )
    keep = [c for c in ("done_on", "kind", "by", "contact", "minutes", "subject", "outcome") if rows[c].notna().any()]
    caption = f"Last real touches, of {len(touches):,}" + (
        f"; {flagged:,} recorded activities do not count" if flagged else ""
    )
    return [
        *out,
        Table(
            rows[keep].reset_index(drop=True),
            book.facts.currency,
            caption,
            {"done_on": "on", "minutes": "minutes"},
            limit=count,
        ),
    ]


def deals(book: Book, account_id: str, count: int = 8) -> list[Any]:
    """Open deals with their chance and next step, and the last closed ones."""
    if not book.tables.has("opportunities"):
        return [Note(book.tables.lacks("opportunities", "deals"), "warn")]
    rows = _of(book.tables.opportunities, account_id)
    odds = _of(book.portfolio.deal_odds, account_id).set_index("opportunity_id")
    open_ = rows[(rows["status"] == "open").to_numpy()]
    open_ = open_.assign(chance_share=open_["opportunity_id"].map(odds["win_probability"]), product_family=open_["opportunity_id"].map(odds["product_family"]))  # fmt: skip
    closed = rows[(rows["status"] != "open").to_numpy()]
    closed = closed.assign(closed_on=closed["closed_on"].fillna(closed["close_on"]))
    closed = closed.sort_values(["closed_on", "opportunity_id"], ascending=False, ignore_index=True)
    first = [
        "opportunity_id",
        "product_family",
        "stage",
        "amount",
        "chance_share",
        "close_on",
        "next_step",
        "next_step_on",
        "pushes",
    ]
    first = [c for c in first if open_.empty or open_[c].notna().any()]
    won = int((closed["status"] == "won").sum())
    labels = {"opportunity_id": "deal", "chance_share": "chance", "close_on": "closes", "next_step_on": "step on"}
    return [
        Table(open_.sort_values("close_on", ignore_index=True)[first], book.facts.currency, "Open deals", labels),
        Table(closed[["opportunity_id", "status", "stage", "amount", "closed_on"]], book.facts.currency,
              f"Closed deals: {won} won of {len(closed)}", labels, limit=count),
    ]  # fmt: skip


def whitespace(book: Book, account_id: str) -> list[Any]:
    """What comparable accounts buy and it does not, or less of."""
    rows = _of(book.portfolio.whitespace, account_id).sort_values("rank", ignore_index=True)
    keep = ["product_family", "kind", "bought_amount", "gap_amount", "sentence"]
    labels = {"gap_amount": "gap (estimate)", "bought_amount": "bought", "sentence": "why"}
    return [Table(rows[keep], book.facts.currency, "Whitespace, sized from comparable accounts", labels)]


def family(book: Book, account_id: str) -> list[Any]:
    """Its family's members in view, those elsewhere as far as the rules tell, and what they did lately that can open it."""
    stage, currency = book.portfolio, book.facts.currency
    own = _of(stage.families, account_id)
    if own.empty or int(own["members"].iloc[0]) < 2:
        return []
    head = str(own["family_id"].iloc[0])
    members = stage.family_members(head)
    shown = members.assign(
        name=["\u2003" * int(d) + n for d, n in zip(members["depth"], members["name"], strict=True)],
        territory=members["territory_id"].map(book.tree.name),
        owner=names_of(book, members["owner_rep_id"]),
    )
    keep = ["account_id", "name", "territory", "owner", "sales_12m_amount", "open_amount", "contacts"]
    name = str(own["family_name"].iloc[0]) if pd.notna(own["family_name"].iloc[0]) else head
    out: list[Any] = [Table(shown[keep], currency, f"Family {name}: {len(members)} of {int(own['members'].iloc[0])} members in view", {"open_amount": "open deals"}, limit=25)]  # fmt: skip
    if book.scope is not None:
        rest = stage.family_elsewhere
        rest = rest[(rest["family_id"] == head).to_numpy()].drop(columns="family_id").dropna(axis="columns", how="all")
        if len(rest):
            out.append(
                Table(
                    rest,
                    currency,
                    "Members elsewhere, as the rules allow",
                    {"lies_in": "territory", "held_by": "owner"},
                )
            )
    signs = _of(book.engagement.sight, account_id)
    return [
        *out,
        *(
            [Table(signs[["on", "sentence"]], currency, "Openings by its family", {"sentence": "what"})]
            if len(signs)
            else []
        ),
    ]


def plan(book: Book, account_id: str) -> list[Any]:
    """The account plan: its state and scores, what it rests on, its words, and what changed."""
    scores = _of(book.plans.scores, account_id)
    if scores.empty:
        return [
            Note("No account plan yet: `workbook plans send` makes its template, filled in with what is known.", "warn")
        ]
    one, currency = scores.iloc[0], book.facts.currency
    out: list[Any] = [Note(f"Plan {one['state']}: {format_amount(int(one['planned_amount']), currency, short=True)} in {book.facts.year}, complete {one['completeness']:.0%}. {one['reasons'] or ''}".strip())]  # fmt: skip
    if words := plan_in_short(book, account_id):
        out.append(Table(pd.DataFrame(words, columns=["section", "what"]), currency, "The plan in short"))
    lines = _of(book.plans.lines, account_id)
    if len(lines):
        by = lines.groupby(["planned_in", "source", "product_family"], sort=True)["amount"].sum().reset_index()
        by = by.assign(source=by["source"].str.replace("_", " "))
        out.append(
            Table(by, currency, "What the plan rests on", {"planned_in": "period", "source": "rests on"}, limit=20)
        )
    actions = _of(book.plans.actions, account_id)
    if len(actions):
        out.append(
            Table(actions[["action", "owner", "due_on", "done_on", "overdue_days"]], currency, "Actions", limit=15)
        )
    return out


def loans(book: Book, account_id: str) -> list[Any]:
    """Who holds it in which role and who did before; whether it stays by the keep rule."""
    if not book.tables.has("ownership"):
        return [Note(book.tables.lacks("ownership", "who holds it"), "warn")]
    rows = _of(book.territories.loans, account_id)
    out: list[Any] = [loan_table(book, rows, "On loan to", named=False)]
    keep = _of(book.engagement.keep, account_id)
    if len(keep):
        stays = "Stays by the keep rule" if bool(keep["keep"].fillna(False).iloc[0]) else "May rotate"
        held = name_of(book, keep["rep_id"].iloc[0])
        out.append(Note(f"{stays} ({held}): {keep['reason'].iloc[0]}.", "ok" if stays.startswith("Stays") else "warn"))
    return out


def judged(book: Book, account_id: str) -> list[Any]:
    """What changed since the last touch and the last review, and what reviews answered."""
    stage, rows = book.engagement, []
    for words, frame in (("last review", stage.since_review), ("touch before the last", stage.since_touch)):
        if said := _said(frame, account_id):
            rows.append((words, said))
    rows += [(f"review: {r.topic}", r.sentence) for r in _of(stage.review_answers, account_id).itertuples()]
    return [Table(pd.DataFrame(rows, columns=["since", "what"]), book.facts.currency, "What changed")] if rows else []

"""Portfolio mix, engagement, key accounts and whitespace of a node."""

from __future__ import annotations

from html import escape
from typing import Any

from workbook.book import Book
from workbook.charts import portfolio as portfolio_charts
from workbook.money import format_amount
from workbook.portfolio.classes import CLASSES
from workbook.sections.audience import AUDIENCES, Audience
from workbook.sections.people import name_of
from workbook.sections.sales import reaches_back
from workbook.show import MISSING, Note, Table, words


def class_mix(book: Book) -> Any:
    """Chart: classes of the node's accounts against the target mix."""
    mix = book.portfolio.class_mix
    own = mix[(mix["node"] == book.node).to_numpy()]
    if own["accounts"].sum() == 0:
        return Note("No accounts lie in this node.", "warn")
    return portfolio_charts.class_mix(own).figure


def portfolio_table(book: Book) -> Any:
    """Accounts, sales and projection of the node by class and grade."""
    if book.portfolio.register.empty:
        return Note("No accounts lie in this node.", "warn")
    register = book.portfolio.register
    rows = register[["account_id", "sales_12m_amount"]]
    rows = rows.merge(book.portfolio.classes[["account_id", "class"]], on="account_id", how="left")
    rows = rows.merge(book.portfolio.grades[["account_id", "grade"]], on="account_id", how="left")
    rows = rows.merge(book.portfolio.projection[["account_id", "projected_amount"]], on="account_id", how="left")
    rows[["class", "grade"]] = rows[["class", "grade"]].fillna("not known")
    counts = rows.pivot_table(index="class", columns="grade", values="account_id", aggfunc="count", fill_value=0)
    sums = rows.groupby("class")[["sales_12m_amount", "projected_amount"]].sum().astype("int64")
    order = [name for name in (*CLASSES, "not known") if name in counts.index]
    out = counts.join(sums).loc[order].reset_index()
    out.insert(1, "accounts", counts.sum(axis=1).loc[order].to_numpy())
    gone = int(register["disqualified"].sum())
    caption = "Accounts by class and grade" + (
        f"; {gone:,} of them disqualified, which count in no mix" if gone else ""
    )
    return Table(out, book.facts.currency, caption, {c: f"grade {c}" for c in counts.columns})


def engagement(book: Book, audience: Audience = AUDIENCES["manager"]) -> Any:
    """How the node's accounts are worked: coverage of nodes, and of who holds accounts where single reps may be read of."""
    facts = book.facts
    if not facts.tables.has("activities"):
        return Note(facts.tables.lacks("activities", "cadence and integrity"), "warn")
    coverage = book.engagement.coverage
    nodes = coverage["node"].isin(book.tree.ids)
    coverage = coverage[(nodes | ((coverage["accounts"] > 0) & audience.people)).to_numpy()]
    rows = coverage.assign(name=coverage["node"].map(facts.names))
    keep = [c for c in ("node", "name", "accounts", "touched", "on_time", "share") if c in rows]
    days = book.rules.engagement.coverage_days
    caption = f"Coverage: accounts touched in {days} days, and those within their cadence"
    return Table(rows[keep], facts.currency, caption, {"share": "share on time"})


def overdue(book: Book, count: int = 12) -> Any:
    """The accounts most overdue, key accounts first, with the reason."""
    facts = book.facts
    if not facts.tables.has("activities"):
        return Note(facts.tables.lacks("activities", "cadence and integrity"), "warn")
    rows = book.engagement.cadence
    late = rows[(rows["verdict"].isin(["fail", "warn"])).to_numpy()]
    if late.empty:
        return Note("Every account was touched in time.", "ok")
    late = late.sort_values(["is_key", "overdue_days", "account_id"], ascending=[False, False, True], ignore_index=True)
    names = facts.tables.accounts.set_index("account_id")["name"]
    late = late.assign(name=late["account_id"].map(names))
    keep = ["account_id", "name", "class", "grade", "last_touch_on", "due_on", "overdue_days", "verdict"]
    return Table(late[keep], facts.currency, "Touches overdue, key accounts first", limit=count)


def whitespace(book: Book, count: int = 10) -> Any:
    """What the node's accounts could buy and do not, best first, and among equals what others of their family buy."""
    top = book.portfolio.whitespace_family_first
    if top.empty:
        return Note("No whitespace known: it needs sales with products and families.", "warn")
    names = book.tables.accounts.set_index("account_id")["name"]
    top = top.assign(name=top["account_id"].map(names))
    keep = ["account_id", "name", "product_family", "gap_amount", "peers", "sentence"]
    told = (
        "Whitespace, sized from comparable accounts, best first: gap × share of peers that buy; among about equal ones, what "
        "others of the family buy"
    )
    labels = {"gap_amount": "gap (estimate)", "sentence": "why"}
    return Table(top[keep], book.facts.currency, told, labels, limit=count)


class Cards:
    """Key account cards, one block each: label and text pairs."""

    def __init__(self, cards: list[tuple[str, str, list[tuple[str, str]]]]) -> None:
        self.cards = cards

    def _repr_html_(self) -> str:
        out = []
        for title, subtitle, rows in self.cards:
            lines = "".join(f"<dt>{escape(a)}</dt><dd>{words(b)}</dd>" for a, b in rows)
            out.append(
                f'<section class="wb-card"><h4>{escape(title)}</h4><p class="wb-sub">{escape(subtitle)}</p>'
                f"<dl>{lines}</dl></section>"
            )
        return f'<div class="wb-cards">{"".join(out)}</div>'

    def __repr__(self) -> str:
        return "\n\n".join(
            f"{title} ({subtitle})\n" + "\n".join(f"  {a}: {b}" for a, b in rows)
            for title, subtitle, rows in self.cards
        )


def key_account_cards(book: Book, count: int = 8) -> Any:
    """One card per key account: why it is key, history, deals, contacts, cadence, whitespace, plan."""
    keys = book.portfolio.key_accounts.sort_values("rank").head(count)
    if keys.empty:
        return Note("No key account lies in this node.", "note")
    facts, currency = book.facts, book.facts.currency

    def money(value: Any) -> str:
        return format_amount(value, currency, short=True)

    register = book.portfolio.register.set_index("account_id")
    cadence = book.engagement.cadence.drop_duplicates("account_id").set_index("account_id")
    classes = book.portfolio.classes.set_index("account_id")
    white = book.portfolio.whitespace.sort_values(["rank", "product_family"]).groupby("account_id", sort=False).head(3)
    planned = _planned(book)
    contacts = _contacts(book)
    compared = reaches_back(book)
    nobody = "no owner known" if facts.tables.has("ownership") else facts.tables.lacks("ownership", "owner")
    cards = []
    for row in keys.itertuples():
        account = register.loc[row.account_id]
        owner = name_of(book, account["owner_rep_id"], nobody)
        pieces = white[(white["account_id"] == row.account_id).to_numpy()]
        rows = [
            ("Why key", str(row.why)),
            (
                "History",
                f"{money(account['sales_12m_amount'])} in 12 months, {money(account['sales_prior_12m_amount'])} before"
                if compared
                else f"{money(account['sales_12m_amount'])} in 12 months, no sales on record before",
            ),
            ("Class", str(classes["sentence"].get(row.account_id, "not known"))),
            (
                "Whom we know",
                contacts.get(row.account_id, "no contacts table" if not facts.tables.has("contacts") else "nobody"),
            ),
            ("Engagement", str(cadence["sentence"].get(row.account_id, facts.tables.lacks("activities", "cadence")))),
            (
                "Open deals",
                money(account["open_amount"]) if facts.tables.has("opportunities") else "no opportunities table",
            ),
            (
                "What else",
                "; ".join(f"{p.product_family} {money(p.gap_amount)}" for p in pieces.itertuples()) or MISSING,
            ),
            ("Planned", planned.get(row.account_id, "no account plan yet")),
        ]
        cards.append((str(account["name"]), f"{row.account_id} · grade {row.grade} · {owner}", rows))
    return Cards(cards)


def _planned(book: Book) -> dict[str, str]:
    """Per account: the planned amount of the year, the plan's state and its scores, in words."""
    rows = book.plans.scores
    out = {}
    for row in rows.itertuples():
        focus = "" if row.customer_focus != row.customer_focus else f", customer focus {row.customer_focus:.0%}"
        amount = format_amount(row.planned_amount, book.facts.currency, short=True)
        out[row.account_id] = f"{amount} in {book.facts.year}; plan {row.state}, complete {row.completeness:.0%}{focus}"
    return out


def _contacts(book: Book) -> dict[str, str]:
    people = book.tables.contacts
    if people.empty:
        return {}
    who = people["name"] + (", " + people["title"]).fillna("")
    order = people.assign(who=who).sort_values(["influence", "contact_id"], ascending=[False, True])
    top = order.groupby("account_id")["who"].agg(
        lambda names: "; ".join(names.iloc[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    )
    return {str(k): str(v) for k, v in top.items()}

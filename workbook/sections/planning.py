"""Account plans in documents: who has sent, what plans rest on, how good they are, what is due, what changed, card by card."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbook.book import Book
from workbook.charts import plans as charts
from workbook.money import format_amount
from workbook.plans.behaviour import QUESTIONS
from workbook.plans.document import COMMITTED, SECTIONS, SOURCES, AccountPlan, Outcome
from workbook.sections.accounts import Cards
from workbook.sections.audience import AUDIENCES, Audience
from workbook.sections.judgements import with_names
from workbook.sections.people import names_of
from workbook.show import Note, Table, checks

NONE_YET = "No account plan is in the store yet: send templates by `workbook plans send`, read them by `workbook plans collect`."
#: Columns of scores and their headings.
SCORES = {
    "completeness": "complete", "freshness": "fresh", "customer_focus": "customer's view", "evidence": "rests on evidence",
    "actions_done": "actions done",
}  # fmt: skip
_WORDS = {
    "exists": "a plan exists", "on_template": "on the template, by hand", "measured": "measured: dated action and amount",
    "revised": "revised", "cross_functional": "cross-functional",
    "tied": "tied to a strategy objective", "sent": "sent to the manager", "approved": "approved",
}  # fmt: skip


def plan_status(book: Book, audience: Audience = AUDIENCES["manager"]) -> list[Any]:
    """Who has sent plans, what is late, and whether the plan exceeds the quota; rep by rep for who may read of single ones."""
    rows = book.plans.status
    if rows.empty:
        if not book.tables.has("ownership"):
            return [Note(book.tables.lacks("ownership", "who owes account plans"), "warn")]
        return [Note("Nobody owns accounts here: no plan is asked for.", "warn")]
    sent = rows["sent"] >= rows["accounts"]
    judged = [c for c in book.plans.checks if c.name == "plan exceeds target" and c.verdict != "not known"]
    text = (
        f"{int(sent.sum())} of {len(rows)} reps have sent all their plans, {int((rows['days_late'] > 0).sum())} late. "
    )
    if judged:
        text += f"{sum(c.verdict == 'ok' for c in judged)} of {len(judged)} plans exceed the rep's quota."
    late = rows[(rows["verdict"] != "ok").to_numpy()]
    keep = ["rep_id", "name", "sent", "accounts", "sent_at", "days_late", "planned_amount", "street_amount", "verdict"]
    out: list[Any] = [Note(text.strip())]
    if not audience.people:
        return out
    if rows["planned_amount"].notna().any():
        out.append(charts.plan_against_quota(rows, book.facts.currency).figure)
    if not late.empty:
        table = late[keep].rename(
            columns={"sent_at": "sent_on", "days_late": "late_days", "street_amount": "quota_amount"}
        )
        out.append(
            Table(
                table,
                book.facts.currency,
                "Plans that are late or missing",
                {"sent": "plans sent", "accounts": "of", "sent_on": "sent on"},
            )
        )
    return out


def plan_sources(book: Book) -> list[Any]:
    """What planned amounts rest on, by period, and how much of them rests on nothing yet."""
    rows = book.plans.amounts
    if rows.empty:
        return [Note(NONE_YET, "warn")]
    year = book.facts.year
    this = rows[rows["planned_in"].str.startswith(year).to_numpy()]
    ahead = this[(this["reference"] != "booked").to_numpy()]
    open_, total = int(ahead.loc[ahead["source"] == "not_identified", "amount"].sum()), int(ahead["amount"].sum())
    share = (
        f"{open_ / total:.0%} of what is still to come in {year} is not identified yet."
        if total > 0
        else "Nothing is planned ahead."
    )
    table = (
        rows.assign(period=rows["planned_in"], rests_on=rows["source"].map(SOURCES))
        .groupby(["period", "rests_on"], as_index=False)["amount"]
        .sum()
    )
    wide = table.pivot_table(
        index="rests_on", columns="period", values="amount", aggfunc="sum", fill_value=0
    ).reset_index()
    periods = [c for c in wide.columns if c != "rests_on"]
    wide.columns = ["rests on", *(f"{p}_amount" for p in periods)]
    chart = charts.rests_on(this.assign(period=this["planned_in"]), SOURCES, book.facts.currency).figure
    labels = {f"{p}_amount": str(p) for p in periods}
    caption = " ".join(["Planned, by what it rests on.", book.plans.horizon.carried_over]).strip()
    return [Note(share), chart, Table(wide, book.facts.currency, caption, labels)]


def plan_behaviour(book: Book) -> list[Any]:
    """How planning is really done in this node."""
    frame = book.plans.behaviour
    own = frame[(frame["node"] == book.node).to_numpy()]
    if own.empty:
        return [Note("No accounts here: planning behaviour not known.", "warn")]
    row = own.iloc[0]
    return [charts.how_planned({_WORDS[q]: float(row[q]) for q in QUESTIONS}).figure]


def plan_quality(book: Book, audience: Audience = AUDIENCES["manager"], count: int = 10) -> list[Any]:
    """Scores beside the approval: mean by rep for who may read of single ones, and the weakest plans with their reasons."""
    rows = book.plans.scores
    if rows.empty:
        return [Note(NONE_YET, "warn")]
    means = rows.groupby("rep_id")[list(SCORES)].mean().reset_index()
    means["name"] = names_of(book, means["rep_id"])
    approved = rows["state"].isin(["approved", "locked"])
    weak = rows[approved & ((rows["completeness"] < 0.5) | (rows["evidence"] < 0.5))]
    text = f"{len(rows):,} plans, {int(approved.sum()):,} approved; {len(weak):,} of the approved are less than half complete "
    text += "or rest less than half on evidence. An approval says that a plan was accepted, not that it is good."
    worst = rows.sort_values(["depth", "completeness", "account_id"], ignore_index=True)
    worst = worst.assign(account=_accounts(book).reindex(worst["account_id"]).to_numpy())
    weakness = ["completeness", "customer_focus", "evidence"]
    shown = worst[["account", "state", *weakness, "planned_amount", "reasons"]]
    table = Table(
        shown.rename(columns={s: f"{s}_share" for s in weakness}),
        book.facts.currency,
        "Weakest plans, key accounts first",
        {f"{s}_share": SCORES[s] for s in weakness},
        limit=count,
    )
    return [Note(text), charts.score_board(means, SCORES).figure, table] if audience.people else [Note(text), table]


def actions_due(book: Book, days: int = 45, count: int = 15) -> list[Any]:
    """Actions of the plans that are overdue or due within ``days``, soonest first, with whom they wait for."""
    rows = book.plans.actions
    if rows.empty:
        return [Note("No plan holds an action yet." if book.plans.documents else NONE_YET, "warn")]
    open_ = rows[rows["done_on"].isna() & rows["due_on"].notna()]
    soon = open_[open_["due_on"] <= pd.Timestamp(book.as_of) + pd.Timedelta(days=days)]
    if soon.empty:
        return [Note(f"No action is due within {days} days.", "ok")]
    late = int(soon["overdue_days"].notna().sum())
    soon = soon.assign(account=_accounts(book).reindex(soon["account_id"]).to_numpy())
    keep = ["due_on", "account", "action", "owner", "function", "channel", "overdue_days"]
    return [
        Note(f"{len(soon):,} actions are due within {days} days or overdue ({late:,})."),
        Table(soon[keep], book.facts.currency, "Actions due", limit=count),
    ]


def plan_changes(book: Book, count: int = 15) -> list[Any]:
    """What changed in the plans since their last different version, amounts first."""
    rows = book.plans.changes
    if rows.empty:
        return [Note("No plan was revised since it was first written." if book.plans.documents else NONE_YET, "note")]
    rows = rows.assign(
        account=_accounts(book).reindex(rows["account_id"]).fillna("territory plan").to_numpy(),
        amounts=~rows["what"].str.startswith("planned in"),
    ).sort_values(["amounts", "changed_at", "account_id"], ascending=[True, False, True], kind="stable")
    keep = ["account", "what", "before", "after", "changed_at"]
    table = rows[keep].rename(columns={"changed_at": "changed_on"})
    plans = rows[["account_id", "rep_id"]].drop_duplicates()
    return [
        Note(f"{len(plans):,} plans were revised, {len(rows):,} things in them changed."),
        Table(table, book.facts.currency, "What changed in the plans", limit=count),
    ]


def deals_committed(book: Book, count: int = 12) -> list[Any]:
    """Open deals, those into which the customer has put most time, money and people of its own first."""
    if not book.tables.has("opportunities"):
        return [Note(book.tables.lacks("opportunities", "what customers put into deals") + ".", "warn")]
    rows = book.plans.commitment
    if rows.empty:
        return [Note("No deal is open here.", "note")]
    asked = rows[rows["in_plan"].to_numpy()]
    if asked.empty:
        return [Note("What customers put into their deals is said in account plans; there is none yet.", "warn")]
    marked = asked[(asked["marks"] > 0).to_numpy()]
    bare = asked[((asked["marks"] == 0) & (asked["planned_amount"] > 0)).to_numpy()]
    text = f"Customers have put time, money or people of their own into {len(marked):,} of {len(asked):,} open deals; those come first."
    if len(bare):
        planned = format_amount(int(bare["planned_amount"].sum()), book.facts.currency, short=True)
        text += f" The plans of {book.facts.year} count {planned} on {len(bare):,} deals into which nothing is marked: what would the customer do next?"
    counted = rows["planned_amount"].astype("Int64")
    shown = rows.assign(
        account=_accounts(book).reindex(rows["account_id"]).to_numpy(), planned_amount=counted.where(counted != 0)
    )
    gave = {name: f"their {name}" for name in COMMITTED}
    keep = ["opportunity_id", "account", "stage", "amount", "planned_amount", "expected_close_on", *COMMITTED]
    labels = gave | {"opportunity_id": "deal", "planned_amount": f"planned {book.facts.year}"}
    table = shown[keep].assign(**{name: shown[name].map({True: "✓", False: ""}) for name in COMMITTED})
    return [
        Note(text),
        Table(table, book.facts.currency, "Open deals, the customer's own commitment first", labels, limit=count),
    ]


def plan_judged(book: Book) -> Any:
    """Checks of the plans, worst first."""
    return checks(with_names(book, book.plans.checks), limit=25)


def plan_cards(book: Book, count: int = 6) -> Any:
    """One card per key account with a full plan: the seven sections in short, in both views."""
    plans, scores = {doc.account_id: doc for doc in _full_plans(book)}, book.plans.scores.set_index("account_id")
    ranks = book.portfolio.key_accounts.sort_values("rank")["account_id"]
    names = _accounts(book)
    chosen = [plans[a] for a in ranks if a in plans][:count]
    found = [(str(names.get(d.account_id, d.account_id)), d.account_id, _in_short(d, scores)) for d in chosen]
    return Cards(found) if found else Note("No key account of this node has a full plan yet.", "warn")


def plan_in_short(book: Book, account_id: str) -> list[tuple[str, str]]:
    """An account's plan in short, as titled lines for a card; empty where it has no full one."""
    mine = [doc for doc in _full_plans(book) if doc.account_id == account_id]
    return _in_short(mine[-1], book.plans.scores.set_index("account_id")) if mine else []


def _full_plans(book: Book) -> list[AccountPlan]:
    return [doc for doc in book.plans.documents if isinstance(doc, AccountPlan) and doc.depth == "full"]


def _in_short(doc: AccountPlan, scores: pd.DataFrame) -> list[tuple[str, str]]:
    """The titled lines of a plan; ``scores`` by account_id."""
    rows = [("Objective", doc.objective or "none written"), ("Serves", doc.strategy or "no strategy objective")]
    rows.append(("What they want", "; ".join(map(_wanted, doc.outcomes)) or "nothing written"))
    for key, (title, *_) in SECTIONS.items():
        view = doc.sections.get(key)
        said = [("We", view.ours), ("They", view.theirs)] if view else []
        rows.append((title, " · ".join(f"{who}: {words}" for who, words in said if words) or "nothing written"))
    given = [f"{c.deal}: their {c.words}" for c in sorted(doc.commitments, key=lambda c: (-c.marks, c.deal))]
    rows.append(("What they put in", "; ".join(given) or "nothing marked"))
    due = sorted((a for a in doc.actions if a.due_on and not a.done_on), key=lambda a: (str(a.due_on), a.action))
    next_action = f"{due[0].due_on:%Y-%m-%d}: {due[0].action} ({due[0].owner or 'no owner'})" if due else "none"
    rows.append(("Next action", next_action))
    verified = max(doc.verified, key=lambda v: v.on, default=None)
    rows.append(("Verified", f"by {verified.by} on {verified.on:%Y-%m-%d}" if verified else "not with the customer"))
    if doc.account_id in scores.index:
        rows.append(("Scores", _scored(scores.loc[doc.account_id])))
    return rows


def _wanted(outcome: Outcome) -> str:
    """An outcome with its time-frame, priority and risk tolerance."""
    told = [
        f"by {outcome.by_on:%Y-%m-%d}" if outcome.by_on else "",
        f"priority {outcome.priority}" if outcome.priority else "",
    ]
    told.append(f"{outcome.risk_tolerance} risk tolerance" if outcome.risk_tolerance else "")
    words = ", ".join(t for t in told if t)
    return f"{outcome.outcome} ({words})" if words else outcome.outcome


def _scored(row: pd.Series) -> str:
    said = [f"{words} {row[name]:.0%}" for name, words in SCORES.items() if row[name] == row[name]]
    return f"{row['state']}; " + ", ".join(said)


def _accounts(book: Book) -> pd.Series:
    return book.tables.accounts.drop_duplicates("account_id").set_index("account_id")["name"]

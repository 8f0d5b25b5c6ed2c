"""Sales history, pipeline, product mix and top accounts of a node."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbook.book import Book
from workbook.charts import history as charts
from workbook.portfolio import history
from workbook.sections.audience import AUDIENCES, Audience
from workbook.show import Note, Table


def sales_against_target(book: Book, audience: Audience = AUDIENCES["manager"], quarters: int = 12) -> Any:
    """Chart: sales by quarter (the running one pale) against the node's target; past targets for who sees them under the hedge."""
    facts = book.facts
    sold = history.sales_by_period(facts.tables.sales, facts.calendar, "quarter").tail(quarters)
    if sold.empty:
        return Note("No sales are known for this node: history not known.", "warn")
    targets = _quarter_targets(book, audience)
    ahead = targets[
        (targets["period"] > sold["period"].iloc[-1]).to_numpy()
        & targets["period"].str.startswith(facts.year).to_numpy()
    ]
    sold = pd.concat([sold, ahead[["period"]].sort_values("period").assign(amount=0)], ignore_index=True)
    frame = sold.merge(targets.rename(columns={"amount": "target_amount"}), on="period", how="left")
    frame["target_amount"] = frame["target_amount"].astype("Int64")
    frame["running"] = [facts.calendar.bounds(p)[1] > facts.as_of for p in frame["period"]]
    return charts.sales_against_target(frame, facts.currency).figure


def _quarter_targets(book: Book, audience: Audience) -> pd.DataFrame:
    """Finance's numbers by quarter, which carry no hedge; for the planned year those of the allocation, where there is one."""
    facts = book.facts
    given = history.given_targets(facts.tables.targets, book.node, "quarter")
    rows = book.reconcile.standing
    own = rows[(rows["node"] == book.node).to_numpy() & rows["period"].str.contains("-Q").to_numpy()]
    own = own[own["target_amount"].notna().to_numpy()]
    allocated = pd.DataFrame({"period": own["period"], "amount": own["target_amount"].astype("int64")})
    if not audience.hedge:
        return allocated
    return pd.concat([allocated, given[~given["period"].isin(allocated["period"])]], ignore_index=True)


def pipeline(book: Book) -> Any:
    """Chart: open deals by quarter and stage, with what is overdue in words."""
    facts = book.facts
    if not facts.tables.has("opportunities"):
        return Note(facts.tables.lacks("opportunities", "open pipeline"), "warn")
    frame = history.open_pipeline(facts.tables.opportunities, facts.calendar, facts.as_of)
    if frame.empty:
        return Note("No open deals: every plan beyond the run-rate has yet to be found.", "warn")
    return charts.pipeline(history.pipeline_by_quarter(frame, book.portfolio.stages), facts.currency).figure


def pipeline_table(book: Book) -> Any:
    """Open deals of this fiscal year and of later years by stage; overdue closes counted."""
    facts = book.facts
    if not facts.tables.has("opportunities"):
        return Note(facts.tables.lacks("opportunities", "open pipeline"), "warn")
    frame = history.open_pipeline(facts.tables.opportunities, facts.calendar, facts.as_of)
    when = frame["period"].map(
        lambda p: "this year" if p.startswith(facts.year) else "later" if p > facts.year else "earlier"
    )
    frame = frame.assign(when=when.where(frame["period"] != history.NO_DATE, history.NO_DATE))
    out = frame.groupby(["when", "stage"], as_index=False)[["deals", "amount", "overdue"]].sum()
    order = ["earlier", "this year", "later", history.NO_DATE, *book.portfolio.stages]
    out = out.sort_values(["when", "stage"], key=lambda column: column.map(order.index), ignore_index=True)
    return Table(out, facts.currency, "Open pipeline, this year and later", {"overdue": "close date passed"})


def product_mix(book: Book) -> Any:
    """Chart: product families, last twelve months beside the twelve before."""
    facts = book.facts
    mix = history.product_mix(facts.tables.sales, facts.tables.products, facts.as_of)
    if mix.empty:
        return Note("No sales in the last two years: product mix not known.", "warn")
    return charts.product_mix(mix, facts.currency).figure


def top_accounts(book: Book, count: int = 15) -> Any:
    """The largest accounts of the last twelve months with trend, open pipeline and last touch."""
    facts = book.facts
    if book.portfolio.register.empty:
        return Note("No accounts lie in this node.", "warn")
    rows = book.portfolio.register.sort_values(
        ["sales_12m_amount", "account_id"], ascending=[False, True], ignore_index=True
    ).head(count)
    prior = rows["sales_prior_12m_amount"]
    now = rows["sales_12m_amount"].astype("float64")
    change = pd.Series(now / prior.where(prior > 0) - 1, dtype="float64")
    rows = rows.assign(trend=[_trend(c, p) for c, p in zip(change, prior, strict=True)])
    keep = ["account_id", "name", "sales_12m_amount", "sales_prior_12m_amount", "trend", "open_amount"]
    if facts.tables.has("activities", "done_on"):
        touched = book.engagement.cadence.drop_duplicates("account_id").set_index("account_id")["last_touch_on"]
        rows = rows.assign(last_touch_on=touched.reindex(rows["account_id"]).to_numpy())
        keep.append("last_touch_on")
    if not facts.tables.has("opportunities"):
        keep.remove("open_amount")
    caption = f"Top {len(rows)} accounts by sales of the last 12 months"
    if not facts.tables.has("activities", "done_on"):
        caption += f" ({facts.tables.lacks('activities', 'last touch')})"
    first = facts.tables.sales["booked_on"].min()
    if not reaches_back(book):
        keep = [k for k in keep if k not in ("sales_prior_12m_amount", "trend")]
        caption += (
            f"; no sale is on record here{'' if pd.isna(first) else f' before {first:%Y-%m-%d}'}: trend not known"
        )
    return Table(rows[keep], facts.currency, caption, _LABELS)


_LABELS = {
    "open_amount": "open deals", "account_id": "account", "sales_12m_amount": "sales of 12 months",
    "sales_prior_12m_amount": "12 months before",
}  # fmt: skip


def reaches_back(book: Book) -> bool:
    """Whether any sale is on record here from before the last 12 months: else there is nothing to compare with."""
    return bool(book.tables.sales["booked_on"].min() <= pd.Timestamp(book.as_of) - pd.DateOffset(months=12))


def _trend(change: float, prior: int) -> str:
    if change != change:
        return "none before" if prior == 0 else "–"
    if change >= 9:
        return f"▲ {change + 1:,.0f} times"
    arrow = "▲" if change > 0.05 else "▼" if change < -0.05 else "●"
    return f"{arrow} {change:+.0%}"

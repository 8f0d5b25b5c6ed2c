"""What was sold and what is open, by period, product family and account: plain sums of the tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from workbook.periods import Calendar, Grain, children, parent, parse

NO_FAMILY = "no family"
NO_DATE = "no date"
#: Quarters that an outlook shows one by one, empty ones too; beyond these only those with deals.
_QUARTERS = 16


def families_of(product_ids: pd.Series, products: pd.DataFrame) -> pd.Series:
    """Product family of each product id, ``no family`` where the product or its family is not known; same index."""
    family = products.drop_duplicates("product_id").set_index("product_id")["family"]
    return product_ids.map(family).astype("str").fillna(NO_FAMILY)


def sales_by_period(sales: pd.DataFrame, calendar: Calendar, grain: Grain) -> pd.DataFrame:
    """Booked amount per period, in order of time, without gaps between the first and the last period.

    In: booked_on, amount. Out: period, amount (int64).
    """
    if sales.empty:
        return pd.DataFrame({"period": pd.Series(dtype="str"), "amount": pd.Series(dtype="int64")})
    period = calendar.periods_of(sales["booked_on"], grain)
    sums = sales["amount"].groupby(period.to_numpy()).sum()
    first, last = (calendar.period_of(d.date(), grain) for d in (sales["booked_on"].min(), sales["booked_on"].max()))
    names = _between(first, last, grain)
    out = sums.reindex(names, fill_value=0).astype("int64")
    return pd.DataFrame({"period": pd.Series(names, dtype="str"), "amount": out.to_numpy()})


def _between(first: str, last: str, grain: Grain) -> list[str]:
    """The periods of a grain from the first to the last."""
    names = [p for year in range(parse(first)[0], parse(last)[0] + 1) for p in children(f"FY{year}", grain)]
    return names[names.index(first) : names.index(last) + 1]


def given_targets(targets: pd.DataFrame, node: str, grain: Grain) -> pd.DataFrame:
    """Finance's numbers of one node by period of a grain: rows given at that grain or finer, added up; families too.

    A row for all families counts; where there is none, the families are added. Out: period, amount (int64).
    """
    own = targets[(targets["territory_id"] == node).to_numpy()]
    measure = own["measure"].fillna("bookings")
    own = own[(measure == measure.iloc[0]).to_numpy()] if len(own) else own
    rows: dict[str, int] = {}
    for period, part in own.groupby("period", sort=True):
        whole = part[part["product_family"].isna().to_numpy()]
        rows[str(period)] = int((whole if len(whole) else part)["amount"].sum())
    out: dict[str, int] = {}
    order = ("year", "half", "quarter", "month")
    for wanted in sorted(
        {p for p in rows if order.index(parse(p)[1]) >= order.index(grain)}, key=lambda p: order.index(parse(p)[1])
    ):
        up = parent(wanted, grain)
        if up in rows and up != wanted:
            continue
        out[up] = out.get(up, 0) + rows[wanted]
    names = sorted(out, key=parse)
    return pd.DataFrame(
        {"period": pd.Series(names, dtype="str"), "amount": pd.Series([out[n] for n in names], dtype="int64")}
    )


def open_pipeline(opportunities: pd.DataFrame, calendar: Calendar, as_of: date) -> pd.DataFrame:
    """Open deals by stage and expected quarter. Overdue closes count in the quarter of ``as_of``, marked ``overdue``.

    Out: stage, period, deals, amount, overdue.
    """
    deals = opportunities[(opportunities["status"] == "open").to_numpy()]
    late = (deals["close_on"] < pd.Timestamp(as_of)).to_numpy()
    close = deals["close_on"].where(~late, pd.Timestamp(as_of))
    period = calendar.periods_of(close, "quarter").fillna(NO_DATE)
    frame = pd.DataFrame({"stage": deals["stage"], "period": period, "amount": deals["amount"], "late": late})
    out = frame.groupby(["stage", "period"], as_index=False, observed=True).agg(
        deals=("amount", "size"), amount=("amount", "sum"), overdue=("late", "sum")
    )
    return out.astype({"deals": "int64", "overdue": "int64"})


def stages(opportunities: pd.DataFrame) -> list[str]:
    """The stages in which deals are open, as they follow each other: by the mean probability on record where every stage has one,
    else by age, for deals come to the late ones last.
    """
    rows = opportunities[(opportunities["status"] == "open").to_numpy()]
    by = rows.assign(probability=rows["probability"].astype("float64")).groupby("stage", observed=True)
    found = pd.DataFrame({"probability": by["probability"].mean(), "created_on": by["created_on"].mean()}).reset_index()
    keys = ["probability"] if found["probability"].notna().all() else []
    ordered = found.sort_values([*keys, "created_on", "stage"], ascending=[*(True for _ in keys), False, True])
    return [str(stage) for stage in ordered["stage"]]


def pipeline_by_quarter(pipeline: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    """Open amounts by expected quarter (index, in order of time without gaps, last those without a date) and stage (columns, as
    in ``order``). ``pipeline`` from :func:`open_pipeline`.
    """
    wide = pipeline.pivot_table(index="period", columns="stage", values="amount", aggfunc="sum", fill_value=0)
    dated = sorted(p for p in wide.index if p != NO_DATE)
    every = _between(dated[0], dated[-1], "quarter") if dated else []
    rows = (every if len(every) <= _QUARTERS else dated) + [p for p in wide.index if p == NO_DATE]
    return wide.reindex(index=rows, columns=list(order), fill_value=0)


def product_mix(sales: pd.DataFrame, products: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Sales of the last twelve months and of the twelve before, by product family, largest first.

    Out: product_family, sales_12m_amount, sales_prior_12m_amount, sales_12m_share.
    """
    now, prior = twelve_months(sales, as_of)
    parts = {
        name: part["amount"].groupby(families_of(part["product_id"], products).to_numpy()).sum()
        for name, part in (("sales_12m_amount", now), ("sales_prior_12m_amount", prior))
    }
    out = pd.DataFrame(parts).fillna(0).astype("int64")
    out.index.name = "product_family"
    out = out.reset_index().sort_values(
        ["sales_12m_amount", "product_family"], ascending=[False, True], ignore_index=True
    )
    whole = int(out["sales_12m_amount"].sum())
    out["sales_12m_share"] = out["sales_12m_amount"] / whole if whole else float("nan")
    return out


def twelve_months(sales: pd.DataFrame, as_of: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The sales lines of the twelve months up to ``as_of``, and of the twelve months before those."""
    end = pd.Timestamp(as_of)
    start, before = end - pd.DateOffset(years=1), end - pd.DateOffset(years=2)
    booked = sales["booked_on"]
    return sales[((booked > start) & (booked <= end)).to_numpy()], sales[
        ((booked > before) & (booked <= start)).to_numpy()
    ]

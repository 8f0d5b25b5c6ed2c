"""A trial of the bases on years that are over: what each would have handed out, against what finance gave and what was sold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pandas as pd

from workbook import periods
from workbook.facts import Facts
from workbook.portfolio import Portfolio
from workbook.rules.targets import TargetsRules
from workbook.targets.bases import Sources, known_sales
from workbook.targets.draft import drafted, prepared
from workbook.targets.method import Method

BASES = ("even", "headcount", "last_year", "trailing_12m", "projection", "potential")
COLUMNS = ["year", "basis", "node", "period", "cascaded_amount", "quota_amount", "sold_amount"]
SCORES = ["basis", "years", "n", "wape_to_quota", "wape_to_sales", "bias_to_sales"]


def trial(facts: Facts, bases: Sequence[str] = BASES) -> pd.DataFrame:
    """Per fiscal year with quarterly numbers of finance, basis, territory and quarter: columns ``COLUMNS``.

    Each year's company numbers are cascaded as of the day before the year began, with that basis alone at every level and
    nothing that finance said of lower nodes. ``quota_amount``: finance's number of the territory (missing where it gave
    none). ``sold_amount``: what its accounts then bought (missing for quarters not over on the as-of day). Potential is
    as it stands today: no history of it is kept.
    """
    rows: list[pd.DataFrame] = []
    for year in _years(facts):
        past = _as_planned(facts, year)
        if past is None:
            continue
        sources = Sources(known_sales(past), Portfolio(past).projection_months if "projection" in bases else None)
        for basis in bases:
            rules = TargetsRules(
                basis={basis: 1.0}, basis_by_level={}, hedge={}, depth="territory", season=facts.rules.targets.season
            )
            method = Method(rules)
            ready = prepared(past, sources, method)
            if ready is None or not len(past.tables.sales):
                continue
            draft = drafted(ready, method)
            if basis in draft.bases.silent:
                continue
            nodes, cells = draft.nodes, draft.prepared.cells
            sums = nodes.branches.roll_up(draft.amounts)
            for quarter in periods.children(year, "quarter"):
                columns = cells.mask(quarter)
                if (draft.prepared.given.column_class[columns] < 0).any():
                    continue
                at = nodes.branches.leaves
                rows.append(pd.DataFrame({"year": year, "basis": basis, "node": nodes.ids[at], "period": quarter, "cascaded_amount": sums[at][:, columns].sum(axis=1)}))  # fmt: skip
    if not rows:
        return pd.DataFrame(columns=COLUMNS)
    made = pd.concat(rows, ignore_index=True)
    key = ["node", "period"]
    made = made.merge(_quotas(facts), on=key, how="left").merge(_sold(facts), on=key, how="left")
    over = {p: facts.calendar.bounds(p)[1] <= facts.as_of for p in made["period"].unique()}
    done = made["period"].map(over)
    made["sold_amount"] = made["sold_amount"].fillna(0).where(done).astype("Int64")
    return made[COLUMNS]


def scores(made: pd.DataFrame) -> pd.DataFrame:
    """How far each basis was off, best for sales first: columns ``SCORES``. WAPE is the sum of misses over the sum of what was."""
    rows = []
    for basis, part in made.groupby("basis", sort=True):
        quota, sold = part[part["quota_amount"].notna()], part[part["sold_amount"].notna()]
        rows.append(
            (
                basis,
                part["year"].nunique(),
                len(part),
                _wape(quota["cascaded_amount"], quota["quota_amount"]),
                _wape(sold["cascaded_amount"], sold["sold_amount"]),
                _bias(sold["cascaded_amount"], sold["sold_amount"]),
            )
        )
    frame = pd.DataFrame(rows, columns=SCORES)
    return frame.sort_values(["wape_to_sales", "basis"], kind="stable", ignore_index=True)


def quota_score(made: pd.DataFrame) -> float:
    """How far finance's own quotas were from what was sold (WAPE); NaN where there are none."""
    one = made[made["basis"] == made["basis"].iloc[0]] if len(made) else made
    known = one[one["quota_amount"].notna() & one["sold_amount"].notna()]
    return _wape(known["quota_amount"], known["sold_amount"])


def _wape(guess: pd.Series, real: pd.Series) -> float:
    whole = float(real.astype("float64").abs().sum())
    return float((guess.astype("float64") - real.astype("float64")).abs().sum()) / whole if whole else float("nan")


def _bias(guess: pd.Series, real: pd.Series) -> float:
    whole = float(real.astype("float64").sum())
    return float((guess.astype("float64") - real.astype("float64")).sum()) / whole if whole else float("nan")


def _years(facts: Facts) -> list[str]:
    """Fiscal years with company numbers that began by the as-of day, and sales before them to learn from."""
    root = facts.tables.targets[facts.tables.targets["territory_id"] == facts.tree.root]
    years = sorted(set(root["period"].str.upper().str.extract(r"^(FY\d{4})", expand=False).dropna()))
    first = facts.tables.sales["booked_on"].min()
    return [
        y
        for y in years
        if pd.notna(first)
        and pd.Timestamp(facts.calendar.bounds(y)[0]) > first
        and facts.calendar.bounds(y)[0] <= facts.as_of
    ]


def _as_planned(facts: Facts, year: str) -> Facts | None:
    """The facts as they were known the day before a fiscal year, with the company's numbers only."""
    eve = facts.calendar.bounds(year)[0] - timedelta(days=1)
    tables = facts.tables.known_at(eve)
    own = tables.targets[(tables.targets["territory_id"] == facts.tree.root)]
    if own.empty or tables.sales.empty:
        return None
    rules = replace(facts.rules, book=replace(facts.rules.book, fiscal_year=int(year[2:])))
    return Facts(replace(tables, targets=own.reset_index(drop=True)), rules, eve)


def _quotas(facts: Facts) -> pd.DataFrame:
    """Finance's numbers by node and quarter, summed over families where there are any."""
    table = facts.tables.targets
    family = table["product_family"].fillna("")
    split = table.assign(family=family).groupby(["territory_id", "period"])["family"].transform("nunique") > 1
    rows = table[~(split & (family == ""))]
    found = rows.groupby(["territory_id", "period"], as_index=False)["amount"].sum()
    return found.rename(columns={"territory_id": "node", "amount": "quota_amount"}).astype({"quota_amount": "Int64"})


def _sold(facts: Facts) -> pd.DataFrame:
    where = facts.tables.accounts.set_index("account_id")["territory_id"]
    sales = facts.tables.sales
    frame = pd.DataFrame(
        {
            "node": sales["account_id"].map(where),
            "period": facts.calendar.periods_of(sales["booked_on"], "quarter"),
            "sold_amount": sales["amount"],
        }
    )
    return frame.groupby(["node", "period"], as_index=False)["sold_amount"].sum()

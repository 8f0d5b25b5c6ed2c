"""What closed deals teach about open ones: win rates by stage, customer and product, and how long deals take.

Rates are shrunk towards the wider group (empirical Bayes with a Beta prior; Gelman et al., Bayesian Data Analysis, ch. 2 and 5):
product family within stage and segment, towards stage and segment, towards stage, towards all deals.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betaincinv

from workbook.money import round_amounts
from workbook.portfolio.bookings import Booked, product_families
from workbook.rules.portfolio import ProjectionRules
from workbook.tables.frames import Tables

#: Names of stages that are an end.
_FINAL = r"\b(?:closed|won|lost|dead|disqualified|abandoned)\b"
Floats = npt.NDArray[np.float64]
ANY_STAGE = "any stage"
#: Segment of a deal: the account had bought before the deal was created, or not.
PRESENT, NEW = "present customer", "new customer"
NEVER = np.datetime64("NaT", "D")


def deals(tables: Tables, booked: Booked, as_of: date) -> pd.DataFrame:
    """All deals that ``tables`` know, with what is needed to learn from them: opportunity_id, account_id, territory_id, rep_id, product_family,
    stage, segment, status, amount, probability, created_on, close_on, pushes, cycle_days (closed) or age (open).
    """
    rows = tables.opportunities
    frame = rows[["opportunity_id", "account_id", "stage", "status", "amount", "probability", "close_on"]].copy()
    at = tables.account_at("opportunities")
    frame["territory_id"] = tables.accounts["territory_id"].array.take(at, allow_fill=True)
    frame["rep_id"] = rows["rep_id"]
    frame["product_family"] = product_families(rows, tables.products)
    first = np.where(at >= 0, booked.first_day[np.maximum(at, 0)] if booked.size else NEVER, NEVER)
    bought = first < rows["created_on"].to_numpy().astype("datetime64[D]")
    frame["segment"] = pd.Categorical.from_codes(
        bought.astype(np.int8), categories=pd.Index([NEW, PRESENT], dtype="str")
    )
    closed = rows["closed_on"].fillna(rows["close_on"]).where(rows["status"] != "open", pd.Timestamp(as_of))
    frame["cycle_days"] = np.maximum((closed - rows["created_on"]).dt.days.to_numpy(np.float64), 0.0)
    frame["slip_days"] = (rows["closed_on"] - rows["close_on"]).dt.days.to_numpy(np.float64)
    return frame


@dataclass(frozen=True, eq=False)
class DealModel:
    """What was learned: ``rates`` (product_family, segment, stage, n, won, rate, low, high, cycle_days), the sorted cycles of
    won deals, by age in days the chance to be won still and the number of deals that came to that age, the typical slip,
    and whether lost deals tell the stage they were lost in.
    """

    rates: pd.DataFrame
    won_days: Floats
    chance: Floats
    at_risk: Floats
    slip_days: float
    by_stage: bool
    rules: ProjectionRules

    def odds(self, opened: pd.DataFrame, as_of: date) -> pd.DataFrame:
        """Open deals with win_probability, basis, expected_close_on and weighted_amount.

        The rate of the deal's group is corrected for its age in odds: × odds of being won at this age ÷ odds at the start
        (Aalen–Johansen: won and lost as competing ends, open deals censored). Where lost deals do not tell their stage, a stated probability is pooled with the rate (mean of log odds).
        """
        frame = opened.drop(columns=["slip_days"]).rename(columns={"cycle_days": "age_days"}).reset_index(drop=True)
        rate = self._rate(frame)
        stated = frame["probability"].to_numpy(np.float64)
        learned = np.isfinite(rate)
        known = np.isfinite(stated)
        pooled = _pool(rate, stated)
        use = np.where(learned & known & (not self.by_stage), pooled, rate)
        use = np.where(learned, use, np.where(known, stated, self.rules.unlearned_win_rate))
        aged = np.where(learned, self._aged(use, frame["age_days"].to_numpy()), use)
        basis = np.where(learned, "learned", np.where(known, "stated", "published rule"))
        frame["win_probability"] = aged
        frame["basis"] = np.where(learned & known & (not self.by_stage), "learned and stated", basis)
        frame["expected_close_on"] = self._expected(frame, as_of)
        frame["weighted_amount"] = round_amounts(frame["amount"].to_numpy(np.float64) * aged)
        frame["product_family"] = frame["product_family"].astype("str")
        frame["segment"] = frame["segment"].astype("str")
        order = [
            "opportunity_id", "account_id", "territory_id", "rep_id", "product_family", "stage", "amount",
            "win_probability", "expected_close_on", "weighted_amount", "basis", "age_days", "segment",
        ]  # fmt: skip
        return frame[order]

    def _rate(self, frame: pd.DataFrame) -> Floats:
        if self.rates.empty:
            return np.full(len(frame), np.nan)
        keys = ["product_family", "segment", "stage"]
        wanted = frame[keys].astype("str")
        learned = wanted["stage"].isin(self.rates["stage"].unique())
        wanted["stage"] = wanted["stage"].where(learned, ANY_STAGE)
        table = self.rates.set_index(keys)["rate"]
        rate = table.reindex(pd.MultiIndex.from_frame(wanted)).to_numpy(np.float64)
        wider = wanted.assign(product_family="all")
        rate = np.where(np.isfinite(rate), rate, table.reindex(pd.MultiIndex.from_frame(wider)).to_numpy(np.float64))
        whole = float(table.loc[("all", "all", ANY_STAGE)])
        return np.where(np.isfinite(rate), rate, whole)

    def _aged(self, rate: Floats, age: Floats) -> Floats:
        day = np.minimum(age, len(self.chance) - 1).astype(np.intp)
        start, prior = self.chance[:1], self.rules.deal_prior
        shrunk = (self.at_risk[day] * self.chance[day] + prior * start) / (self.at_risk[day] + prior)
        odds = _odds(rate) * _odds(shrunk) / _odds(start)
        return odds / (1 + odds)

    def _expected(self, frame: pd.DataFrame, as_of: date) -> pd.Series:
        today = pd.Timestamp(as_of)
        stated = frame["close_on"] + pd.Timedelta(days=self.slip_days)
        age = frame["age_days"].to_numpy()
        left = np.searchsorted(self.won_days, age, side="right")
        count = len(self.won_days)
        middle = np.median(self.won_days) if count else 90.0
        longer = self.won_days[np.minimum((left + count) // 2, count - 1)] - age if count else middle - age
        further = np.where(left < count, longer, middle)
        guess = today + pd.to_timedelta(np.maximum(np.ceil(further), 1.0), unit="D")
        late = (stated.isna() | (stated <= today)).to_numpy()
        return stated.where(~late, pd.Series(guess, index=frame.index)).astype("datetime64[us]")


def learn(rows: pd.DataFrame, rules: ProjectionRules) -> DealModel:
    """What the closed deals among ``rows`` (see :func:`deals`) teach."""
    closed = rows[rows["status"].isin(["won", "lost"])]
    won = (closed["status"] == "won").to_numpy()
    days = closed["cycle_days"].to_numpy(np.float64)
    known = np.isfinite(days)
    slip = closed["slip_days"].dropna()
    typical = float(max(np.median(slip), 0.0)) if len(slip) else 0.0
    order = _stage_order(rows)
    rates = _rates(closed, order, rules.deal_prior)
    chance, at_risk = _chances(rows)
    return DealModel(rates, np.sort(days[won & known]), chance, at_risk, typical, bool(order), rules)


def _chances(rows: pd.DataFrame) -> tuple[Floats, Floats]:
    """By age in whole days: the chance that a deal still open then is won in the end, and how many came to that age (after the
    last event: to the last event).

    Aalen–Johansen (1978): with daily hazards of being won and lost among those still open, the chance at age a is
    the sum over later days of surviving until then and being won on it. Nobody is known to close after the last event.
    """
    day = rows["cycle_days"].fillna(0.0).to_numpy().astype(np.intp)
    size = int(day.max(initial=0)) + 2
    ends = {s: np.bincount(day[rows["status"].eq(s).to_numpy()], minlength=size) for s in ("won", "lost", "open")}
    count = ends["won"] + ends["lost"] + ends["open"]
    at_risk = count[::-1].cumsum()[::-1].astype(np.float64)
    hazard = ends["won"] / np.maximum(at_risk, 1.0)
    stays = np.clip(1 - (ends["won"] + ends["lost"]) / np.maximum(at_risk, 1.0), 0.0, 1.0)
    chance = np.zeros(size)
    for at in range(size - 2, -1, -1):
        chance[at] = hazard[at] + stays[at] * chance[at + 1]
    last = int(np.flatnonzero(ends["won"] + ends["lost"]).max(initial=-1)) + 1
    at_risk[last:] = at_risk[min(last, size - 1)]
    return chance, at_risk


def _odds(share: Floats) -> Floats:
    kept = np.clip(share, 1e-4, 1 - 1e-4)
    odds: Floats = kept / (1 - kept)
    return odds


def _stage_order(rows: pd.DataFrame) -> list[str]:
    """Working stages from early to late, where lost deals tell them: by mean stated probability, else by age.

    A stage that won deals stand in, or that names an end, is no working stage (on a past day, deals closed since then are
    open again but keep the stage of the export).
    """
    stage = rows["stage"].str.strip()
    final = stage.isin(stage[rows["status"] == "won"].unique()) | stage.str.contains(_FINAL, case=False, na=True)
    opened = rows[(rows["status"] == "open") & ~final]
    lost = stage[rows["status"] == "lost"]
    working = opened["stage"].dropna().unique()
    if not len(lost) or not lost.isin(working).mean() >= 0.5:
        return []
    by = "probability" if opened["probability"].notna().mean() > 0.5 else "cycle_days"
    means = opened.groupby("stage")[by].mean().reset_index().sort_values([by, "stage"])
    return [str(stage) for stage in means["stage"]]


def _rates(closed: pd.DataFrame, order: list[str], prior: float) -> pd.DataFrame:
    columns = ["product_family", "segment", "stage", "n", "won", "rate", "low", "high", "cycle_days"]
    if closed.empty:
        return pd.DataFrame(columns=columns)
    rows = closed[["segment", "cycle_days"]].assign(
        family=closed["product_family"], won=(closed["status"] == "won").astype("int64")
    )
    place = pd.Index(order).get_indexer(pd.Index(closed["stage"]))
    place = np.where(closed["status"].eq("won"), len(order), place)
    tables = [_shrunk(rows, ANY_STAGE, prior)]
    tables += [_shrunk(rows[place >= at], stage, prior) for at, stage in enumerate(order) if (place >= at).any()]
    frame = pd.concat(tables, ignore_index=True)
    a, b = frame["alpha"].to_numpy(np.float64), frame["beta"].to_numpy(np.float64)
    frame["low"], frame["high"] = betaincinv(a, b, 0.05), betaincinv(a, b, 0.95)
    return frame[columns]


def _shrunk(rows: pd.DataFrame, stage: str, prior: float) -> pd.DataFrame:
    """Rates of deals that reached a stage: all, per segment, per segment and family, each shrunk to the one before."""
    whole = _beta(rows.assign(segment="all", family="all"), pd.Series({"all": 0.5}), ["segment"], 2.0)
    base = whole.set_index("segment")["rate"]
    per_segment = _beta(rows.assign(family="all", up="all"), base, ["up"], prior)
    inner = per_segment.set_index("segment")["rate"]
    per_family = _beta(rows, inner, ["segment"], prior)
    return pd.concat([whole, per_segment, per_family], ignore_index=True).assign(stage=stage)


def _beta(rows: pd.DataFrame, above: pd.Series, key: list[str], prior: float) -> pd.DataFrame:
    groups = ["family", "segment", *[k for k in key if k not in ("family", "segment")]]
    won = rows[rows["won"] == 1].groupby(groups, observed=True)["cycle_days"].median().rename("cycle_days")
    frame = rows.groupby(groups, observed=True)["won"].agg(n="size", won="sum").join(won).reset_index()
    frame[groups] = frame[groups].astype("str")
    mean = above.reindex(frame[key[0]]).to_numpy(np.float64)
    frame["alpha"] = frame["won"] + prior * mean
    frame["beta"] = frame["n"] - frame["won"] + prior * (1 - mean)
    frame["rate"] = frame["alpha"] / (frame["alpha"] + frame["beta"])
    return frame.rename(columns={"family": "product_family"})


def _pool(one: Floats, other: Floats) -> Floats:
    def logit(p: Floats) -> Floats:
        kept = np.clip(p, 0.01, 0.99)
        return np.log(kept / (1 - kept))

    mean = (logit(one) + logit(other)) / 2
    return 1 / (1 + np.exp(-mean))

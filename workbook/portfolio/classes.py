"""The class of an account: core, invest, opportunistic or divest, by published rules, with overrides and history (C4, C5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.keys import coded, positions
from workbook.money import format_amount, round_amounts
from workbook.portfolio.bookings import History
from workbook.rules.portfolio import ClassRules
from workbook.tables.frames import Tables

CLASSES = ("core", "invest", "opportunistic", "divest")

#: Why an account has its class, by the rule that decided.
REASONS = {
    "disqualified": "divest: it is disqualified",
    "small": "divest: its projected revenue and its potential are both under {divest}",
    "costly": "divest: selling to it costs more than {cost_share:.0%} of its projected revenue",
    "competitor": "invest: a competitor holds it and its potential is large (from {large})",
    "growing": "invest: it grew by {growth:.0%} or more over the 12 months before, with {wallet:.0%} of its potential or "
    "less ours",
    "growing unmeasured": "invest: it grew by {growth:.0%} or more over the 12 months before; its potential is not known",
    "regular": "core: it bought in {quarters} or more of the last four quarters",
    "open": "opportunistic: no regular purchases yet, worth watching",
}


def bought_quarters(past: History, size: int) -> npt.NDArray[np.int64]:
    """Of the last four rolling quarters, in how many each of ``size`` accounts bought (size,)."""
    quarters = past.months[:, :12].reshape(len(past), 4, 3).sum(2) > 0
    counts = np.zeros(size, dtype=np.int64)
    counts[past.accounts] = quarters.sum(1)
    return counts


def class_facts(accounts: pd.DataFrame, projected: pd.Series, past: History, costs: pd.Series) -> pd.DataFrame:
    """What classes are decided on: account_id, territory_id, disqualified, incumbent (bool), potential_amount (Int64),
    projected_amount, sales_12m_amount, sales_prior_12m_amount, quarters, cost_amount (Int64, missing where not known); as
    known on the day of ``past``.
    """
    frame = accounts[["account_id", "territory_id", "potential_amount"]].copy()
    frame["disqualified"] = (accounts["disqualified_on"] <= pd.Timestamp(past.as_of)).to_numpy()
    frame["incumbent"] = accounts["incumbent"].notna().to_numpy()
    frame["projected_amount"] = projected.to_numpy()
    for name, first in (("sales_12m_amount", 0), ("sales_prior_12m_amount", 12)):
        sums = np.zeros(len(accounts), dtype=np.int64)
        sums[past.accounts] = np.rint(past.months[:, first : first + 12].sum(1)).astype(np.int64)
        frame[name] = sums
    frame["quarters"] = bought_quarters(past, len(accounts))
    frame["cost_amount"] = costs.array
    return frame


@dataclass(frozen=True, eq=False)
class Touches:
    """Done touches by people, with their cost: ``at`` positions in the accounts table, ``day``, ``cost`` in minor units."""

    at: npt.NDArray[np.intp]
    day: npt.NDArray[np.datetime64]
    cost: npt.NDArray[np.float64]
    size: int

    @classmethod
    def of(cls, tables: Tables, since: date, rules: ClassRules) -> Touches:
        """The done activities later than ``since`` with minutes, at the rep's cost per hour (else the rule's)."""
        table = tables.activities
        timed = (table["done_on"] > pd.Timestamp(since)).to_numpy() & table["minutes"].notna().to_numpy()
        taken = np.flatnonzero(timed & ~(table["source"] == "system").to_numpy(dtype=bool, na_value=False))
        rows = table[["done_on", "minutes"]].take(taken)
        people = tables.reps.drop_duplicates("rep_id")
        hour = people["cost_per_hour"].astype("Float64").fillna(rules.touch_cost_amount).to_numpy(np.float64)
        who = positions(table["rep_id"], people["rep_id"])[taken]
        rate = np.append(hour, rules.touch_cost_amount)[who]
        at = tables.account_at("activities")[taken]
        known = at >= 0
        day = rows["done_on"].to_numpy().astype("datetime64[D]")
        cost = rows["minutes"].to_numpy(np.float64) / 60 * rate
        return cls(at[known], day[known], cost[known], len(tables.accounts))

    def costs(self, as_of: date) -> pd.Series:
        """Cost of selling per account over the 365 days up to ``as_of``: Int64 minor units, missing where no minutes are."""
        last = np.datetime64(as_of)
        inside = (self.day <= last) & (self.day > last - 365)
        at = self.at[inside]
        costs = pd.array(round_amounts(np.bincount(at, self.cost[inside], self.size)), dtype="Int64")
        costs[np.bincount(at, minlength=self.size) == 0] = pd.NA
        return pd.Series(costs)


@dataclass(frozen=True)
class Bounds:
    """The thresholds of the rules in numbers: amounts in minor units, shares, quarters of the last four."""

    small: float
    cost_share: float
    large: float
    growth: float
    wallet_share: float
    quarters: int

    @classmethod
    def of(cls, facts: pd.DataFrame, rules: ClassRules) -> Bounds:
        """The rules' own; what they leave out is taken from the accounts: the top fifth of potentials, four touches' cost."""
        potential = facts["potential_amount"].to_numpy(np.float64, na_value=np.nan)
        known = potential[np.isfinite(potential) & (potential > 0)]
        large = rules.invest_potential_amount
        if large is None:
            large = int(np.quantile(known, 0.8)) if len(known) else 0
        small = rules.divest_amount
        if small is None:
            small = round(4 * rules.touch_hours * rules.touch_cost_amount)
        return cls(small, rules.divest_cost_share, large, rules.invest_growth, rules.invest_wallet_share, rules.core_quarters)  # fmt: skip

    def in_favour_of(self, kept: str, rules: ClassRules) -> Bounds:
        """Every threshold moved by the rules' margin so that an account stays ``kept`` more easily."""
        easier, harder = 1 - rules.keep_margin, 1 + rules.keep_margin
        divest, invest = kept == "divest", kept == "invest"
        return Bounds(
            self.small * (harder if divest else easier),
            self.cost_share * (easier if divest else harder),
            self.large * (easier if invest else harder),
            self.growth * (easier if invest else harder),
            self.wallet_share * (harder if invest else easier),
            rules.core_keep_quarters if kept == "core" else self.quarters,
        )


def _deciding(facts: pd.DataFrame, bounds: Bounds) -> npt.NDArray[np.intp]:
    """The first rule that fits each account (n,), as its place in :data:`REASONS`."""
    potential = facts["potential_amount"].to_numpy(np.float64, na_value=np.nan)
    projected = facts["projected_amount"].to_numpy(np.float64)
    last, prior = facts["sales_12m_amount"].to_numpy(np.float64), facts["sales_prior_12m_amount"].to_numpy(np.float64)
    wallet = np.divide(last, potential, out=np.full(len(last), np.nan), where=potential > 0)
    growth = np.divide(last - prior, prior, out=np.full(len(last), np.nan), where=prior > 0)
    cost = facts["cost_amount"].to_numpy(np.float64, na_value=np.nan)
    room, b = ~(wallet > bounds.wallet_share), bounds
    with np.errstate(invalid="ignore"):
        conditions = {
            "disqualified": facts["disqualified"].to_numpy(),
            "small": (projected < b.small) & (potential < b.small),
            "costly": (cost > b.cost_share * projected) & (last > 0) & (growth <= 0) & ~(potential >= b.large),
            "competitor": facts["incumbent"].to_numpy() & (potential >= b.large) & room & bool(b.large),
            "growing": (grows := (growth >= b.growth) & room & (projected >= b.small)) & ~np.isnan(wallet),
            "growing unmeasured": grows,
            "regular": facts["quarters"].to_numpy() >= b.quarters,
        }
    names = list(REASONS)
    return np.select(list(conditions.values()), [names.index(name) for name in conditions], names.index("open"))


def ruled_classes(
    facts: pd.DataFrame, rules: ClassRules, currency: str, before: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The class by rules alone: account_id, territory_id, class, rule, sentence. The first rule that fits decides.

    ``before`` (account_id, class: those at the last review) damps: an account keeps the class that it had, rule "kept", while the
    rules would still give it with every threshold moved by ``keep_margin`` in its favour.
    """
    bounds = Bounds.of(facts, rules)
    words = {
        "divest": format_amount(bounds.small, currency, short=True), "cost_share": rules.divest_cost_share,
        "large": format_amount(bounds.large, currency, short=True), "growth": rules.invest_growth,
        "wallet": rules.invest_wallet_share, "quarters": rules.core_quarters,
    }  # fmt: skip
    said = [text.format(**words).split(": ", 1) for text in REASONS.values()]
    class_of = np.array([CLASSES.index(to) for to, _ in said])
    code = _deciding(facts, bounds)
    given = class_of[code]
    kept = given if before is None else _kept(facts, given, (before, bounds, rules), class_of)
    stays = kept != given
    rule = np.where(stays, len(said), code)
    texts = [f"{to.capitalize()}: {why}." for to, why in said]
    texts += [
        f"{to.capitalize()}: as at the last review; the plain rules say {now[0]} ({now[1]}), but by less than the published "
        f"margin of {rules.keep_margin:.0%} or a quarter."
        for to in CLASSES
        for now in said
    ]
    sentence = np.where(stays, len(said) * (1 + kept) + code, code)
    return pd.DataFrame(
        {
            "account_id": facts["account_id"],
            "territory_id": facts["territory_id"],
            "class": pd.Series(CLASSES, dtype="str").take(kept).array,
            "rule": coded([*REASONS, "kept"], rule),
            "sentence": coded(texts, sentence),
        }
    )


def class_then(accounts: pd.Series, earlier: pd.DataFrame) -> npt.NDArray[np.int64]:
    """The class that each account had in ``earlier`` (account_id, class), as its place in :data:`CLASSES`; -1 where it had none.

    >>> earlier = pd.DataFrame({"account_id": ["a", "b"], "class": ["divest", "core"]})
    >>> class_then(pd.Series(["b", "new", "a"]), earlier).tolist()
    [0, -1, 3]
    """
    place = positions(earlier["class"], pd.Index(CLASSES))
    return np.append(place, -1)[positions(accounts, earlier["account_id"])]


def _kept(
    facts: pd.DataFrame,
    given: npt.NDArray[np.intp],
    damping: tuple[pd.DataFrame, Bounds, ClassRules],
    class_of: npt.NDArray[np.intp],
) -> npt.NDArray[np.intp]:
    """``given`` classes (n,), but the one before where the account is past a threshold by less than the margin."""
    before, bounds, rules = damping
    then = class_then(facts["account_id"], before)
    out = given.copy()
    for place, name in enumerate(CLASSES):
        at = np.flatnonzero((then == place) & (given != place))
        stays = class_of[_deciding(facts.iloc[at], bounds.in_favour_of(name, rules))] == place
        out[at[stays]] = place
    return out

"""Are the quotas fair? Against potential, history, capacity and tenure; outliers; spread; pay."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.checks import Check
from workbook.facts import Facts
from workbook.money import format_amount
from workbook.rules.targets import TargetsRules

Floats = npt.NDArray[np.float64]

#: measure -> what a rep's quota is divided by, in words
MEASURES = {
    "potential_amount": "potential of the rep's accounts",
    "last_year_amount": "last year's sales of the rep's accounts",
    "capacity_hours": "selling hours in the year, ramped",
}
COLUMNS = [
    "rep_id",
    "territory_id",
    "name",
    "quota_amount",
    "target_amount",
    "potential_amount",
    "last_year_amount",
    "capacity_hours",
    "tenure_months",
    "is_new",
    "quota_to_potential",
    "quota_to_history",
    "amount_per_hour",
    "potential_index",
    "history_index",
    "capacity_index",
    "potential_bound",
    "history_bound",
    "capacity_bound",
    "on_target_earnings_amount",
    "quota_to_earnings",
    "outlier",
    "sentence",
    "pay_sentence",
]
#: Of fewer reps no spread can be told.
FEW = 5
#: The name of the check that speaks of pay: only who may see pay sees it.
PAY_CHECK = "quota to pay"


def fairness(facts: Facts, reps: pd.DataFrame) -> pd.DataFrame:
    """Per rep the quota against what bears it; columns in ``COLUMNS``, missing where the tables do not say.

    ``reps``: rep_id, territory_id, name, quota_amount (street), target_amount, potential_amount, last_year_amount,
    capacity_hours (floats, NaN where not known). ``sentence`` says nothing of pay, ``pay_sentence`` what is unusual of it. An index is the rep's ratio over the median of all reps who are not new:
    1 is usual, above the measure's bound (:func:`bound`) or below its inverse is an outlier.
    """
    rules = facts.rules.targets
    frame = reps.copy()
    people = facts.tables.reps.set_index("rep_id")
    hired = people["hired_on"].reindex(frame["rep_id"]).set_axis(frame.index)
    today = pd.Timestamp(facts.as_of)
    frame["tenure_months"] = ((today - hired).dt.days / 30.4375).round(1)
    frame["is_new"] = (frame["tenure_months"] < rules.newcomer_months).fillna(False).astype(bool)
    quota = frame["quota_amount"].astype("float64")
    for ratio, index, base in (
        ("quota_to_potential", "potential_index", "potential_amount"),
        ("quota_to_history", "history_index", "last_year_amount"),
        ("amount_per_hour", "capacity_index", "capacity_hours"),
    ):
        size = frame[base].astype("float64")
        frame[ratio] = quota / size.where(size > 0)
        usual = frame.loc[~frame["is_new"], ratio].median()
        frame[index] = frame[ratio] / usual if usual and not np.isnan(usual) else np.nan
    if "on_target_earnings" in people:
        pay = people["on_target_earnings"].reindex(frame["rep_id"]).set_axis(frame.index).astype("float64")
    else:
        pay = pd.Series(np.nan, index=frame.index)
    frame["on_target_earnings_amount"] = pay
    frame["quota_to_earnings"] = quota / pay.where(pay > 0)
    frame["outlier"] = False
    for measure in ("potential", "history", "capacity"):
        index = frame[f"{measure}_index"]
        frame[f"{measure}_bound"] = limit = bound(index[~frame["is_new"]].to_numpy(), rules)
        frame["outlier"] |= (index > limit) | (index < 1 / limit)
    frame["sentence"] = _sentences(frame, facts.currency)
    frame["pay_sentence"] = _of_pay(frame, rules)
    return frame[COLUMNS].sort_values("rep_id", kind="stable").reset_index(drop=True)


def bound(indexes: Floats, rules: TargetsRules) -> float:
    """How many times the usual a measure may be: ``outlier_factor``, or more where reps lie that far apart anyway.

    ``outlier_spreads`` robust standard deviations of the logarithm (the interquartile range over 1.349, as of a normal one), so
    that a few far ones do not hide one another, and what half of all reps are is no outlier.
    """
    known = indexes[indexes > 0]  # missing ones are no larger
    if len(known) < FEW:
        return rules.outlier_factor
    logs = np.log(known)
    spread = float(np.quantile(logs, 0.75) - np.quantile(logs, 0.25)) / 1.349
    return max(rules.outlier_factor, float(np.exp(rules.outlier_spreads * spread)))


def _sentences(frame: pd.DataFrame, currency: str) -> list[str]:
    told = []
    names = {"potential_index": "potential", "history_index": "history", "capacity_index": "capacity"}
    for row in frame.itertuples():
        quota = format_amount(int(row.quota_amount), currency, short=True)
        known = {what: getattr(row, column) for column, what in names.items() if not np.isnan(getattr(row, column))}
        off = []
        for what, value in known.items():
            limit = getattr(row, f"{what}_bound")
            if value > limit or value < 1 / limit:
                off.append(f"{value:.1f} times the usual for the {what}")
        text = f"Quota {quota}: " + (
            " and ".join(off) if off else "in the usual range" if known else "nothing to compare it with"
        )
        if row.is_new:
            text += (
                f"; hired {max(row.tenure_months, 0):.0f} months ago"
                if row.tenure_months >= 0
                else "; still to be hired"
            )
        told.append(text + ".")
    return told


def _of_pay(frame: pd.DataFrame, rules: TargetsRules) -> list[str]:
    """What a quota is beside the pay, in words; blank where it is usual or not known."""
    told = []
    for ratio in frame["quota_to_earnings"]:
        if ratio > rules.ote_ratio_high:
            told.append(f"{ratio:.1f} times on-target earnings is hard to believe.")
        else:
            told.append(f"Only {ratio:.1f} times on-target earnings." if ratio < rules.ote_ratio_low else "")
    return told


def spread(frame: pd.DataFrame) -> pd.DataFrame:
    """How far quotas lie apart: measure, n, median, p10, p90, variation (standard deviation over mean), gini. Names nobody.

    Gini as in Sen, On Economic Inequality (1973), by sorted ranks.
    """
    rows = []
    usual = frame[~frame["is_new"]]
    for column in ("quota_amount", "quota_to_potential", "quota_to_history", "amount_per_hour", "quota_to_earnings"):
        values = usual[column].dropna().to_numpy(dtype=np.float64)
        if not len(values):
            rows.append((column, 0, *([np.nan] * 5)))
            continue
        mean = values.mean()
        rows.append(
            (
                column,
                len(values),
                float(np.median(values)),
                float(np.quantile(values, 0.1)),
                float(np.quantile(values, 0.9)),
                float(values.std() / mean) if mean else np.nan,
                gini(values),
            )
        )
    return pd.DataFrame(rows, columns=["measure", "n", "median", "p10", "p90", "variation", "gini"])


def gini(values: Floats) -> float:
    """0 when all are equal, towards 1 when one has everything.

    >>> gini(np.array([1.0, 1.0, 1.0])), gini(np.array([0.0, 1.0]))
    (0.0, 0.5)
    """
    ordered = np.sort(values)
    n, total = len(ordered), ordered.sum()
    if not n or total <= 0:
        return float("nan")
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * total)) + 0.0


def fairness_checks(frame: pd.DataFrame, rules: TargetsRules) -> list[Check]:
    """One check per rep, and per rep one on pay where it is known."""
    found = []
    for row in frame.itertuples():
        known = not all(np.isnan(v) for v in (row.potential_index, row.history_index, row.capacity_index))
        verdict = "not known" if not known else "warn" if row.outlier and not row.is_new else "ok"
        numbers = {
            "potential_index": row.potential_index,
            "history_index": row.history_index,
            "capacity_index": row.capacity_index,
        }
        found.append(Check("fair quota", verdict, row.sentence, numbers, subject=row.rep_id))  # type: ignore[arg-type]
        ratio = row.quota_to_earnings
        if not np.isnan(ratio) and not row.is_new:
            fits = rules.ote_ratio_low <= ratio <= rules.ote_ratio_high
            found.append(Check(PAY_CHECK, "ok" if fits else "warn", f"Quota is {ratio:.1f} times on-target earnings; usual is {rules.ote_ratio_low:g} to {rules.ote_ratio_high:g}.", {"ratio": ratio}, subject=row.rep_id))  # fmt: skip
    return found

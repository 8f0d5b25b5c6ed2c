"""Published activity criteria of the top accounts, and who meets them (A3); mandatory fields and who fills them (A4)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from workbook.engagement.cadence import Standing
from workbook.engagement.log import Ints, Log, positions
from workbook.rules.engagement import EngagementRules


def top_criteria(standing: Standing, real: Log, steps: Ints | None, rules: EngagementRules) -> pd.DataFrame:
    """The top accounts by projected revenue against the published criteria.

    ``steps`` as in :func:`workbook.engagement.keep.keep`. Columns account_id, territory_id, rep_id, rank, touches, contacts,
    in_person, longest_gap_days (within the last 12 months, up to today), next_step (boolean, missing where not known), met,
    of, verdict, sentence.
    """
    own, frame = rules.top, standing.frame
    order = np.argsort(-frame["projected_amount"].to_numpy(), kind="stable")
    order = order[(frame["projected_amount"].to_numpy()[order] > 0)][: own.top_accounts]
    lately = real.since(own.contacts_days)
    values = {
        "touches": real.count(real.since(own.touches_days)),
        "contacts": real.different(real.contact, lately),
        "in_person": real.count(lately & real.is_kind(rules.in_person_kinds)),
        "longest_gap_days": longest_gap(real, order, rules.window_days),
    }
    out = frame[["account_id", "territory_id", "owner_rep_id"]].rename(columns={"owner_rep_id": "rep_id"})
    out = out.assign(**values).iloc[order].reset_index(drop=True)
    out.insert(3, "rank", np.arange(1, len(out) + 1))
    next_step = pd.array([pd.NA] * len(out), dtype="boolean")
    if steps is not None:
        next_step = pd.array(steps[order] != np.iinfo(np.int64).max, dtype="boolean")
    out["next_step"] = next_step
    met = {
        f"{own.touches} touches in {own.touches_days} days": out["touches"] >= own.touches,
        f"{own.contacts} contacts in {own.contacts_days} days": out["contacts"] >= own.contacts,
        f"{own.in_person} meeting in {own.contacts_days} days": out["in_person"] >= own.in_person,
        f"no gap over {own.longest_gap_days} days": out["longest_gap_days"] <= own.longest_gap_days,
    }
    if steps is not None:
        met["a next step"] = out["next_step"].astype("bool")
    passed = (
        np.column_stack([values.to_numpy() for values in met.values()]) if len(out) else np.zeros((0, len(met)), bool)
    )
    out["met"], out["of"] = passed.sum(axis=1), len(met)
    missing = [", ".join(name for name, ok in zip(met, row, strict=True) if not ok) for row in passed.tolist()]
    out["verdict"] = pd.Series(
        np.where(out["met"] == out["of"], "ok", np.where(out["met"] * 2 >= out["of"], "warn", "fail"))
    )
    out["verdict"] = out["verdict"].astype("str")
    told = [f"Meets {m} of {len(met)} criteria" for m in out["met"]]
    out["sentence"] = pd.Series(
        [t + (f"; not: {x}." if x else ".") for t, x in zip(told, missing, strict=True)], dtype="str"
    )
    return out


def longest_gap(real: Log, wanted: Ints, window_days: int) -> Ints:
    """Per account (of those ``wanted``, else 0): the longest time between real touches in the window, its ends included."""
    out = np.zeros(len(real.accounts), dtype=np.int64)
    asked = np.zeros(len(real.accounts) + 1, dtype=bool)
    asked[wanted] = True
    rows = np.flatnonzero(asked[real.account] & real.since(window_days))
    edges = np.concatenate([wanted, wanted]), np.repeat([real.today - window_days, real.today], len(wanted))
    account = np.concatenate([real.account[rows], edges[0]])
    day = np.concatenate([real.done[rows].astype(np.int64), edges[1]])
    order = np.lexsort((day, account))
    account, day = account[order], day[order]
    same = account[1:] == account[:-1]
    np.maximum.at(out, account[1:][same], (day[1:] - day[:-1])[same])
    return out


def completeness(
    tables: Mapping[str, pd.DataFrame], standing: Standing, log: Log, clean: pd.Series, rules: EngagementRules
) -> pd.DataFrame:
    """How far each rep fills the mandatory fields (A4), per table; and activity in key accounts with all its evidence.

    ``tables``: the given tables by name; ``clean``: which activities are not flagged. A field that no row of the company
    fills is not in the export and is not judged; it is named in ``not_given``. Columns rep_id, table, rows, filled_share (of
    all mandatory values), worst_field, worst_share, not_given.
    """
    frame = standing.frame
    owner = pd.Series(frame["owner_rep_id"].to_numpy(dtype=object), index=frame["account_id"])
    reps = pd.Index(pd.unique(pd.concat([frame["owner_rep_id"].dropna(), pd.Series(log.reps)]))).sort_values()
    found = []
    for name, fields in rules.mandatory.items():
        if name not in tables or tables[name].empty:
            continue
        table = tables[name]
        who = reps.get_indexer(log.reps)[log.rep] if name == "activities" else positions(_who(table, owner), reps)
        found.append(_filled(name, table, fields, who, reps))
        if name == "activities":
            key = np.append(frame["is_key"].to_numpy(dtype=bool), False)[log.account] & log.is_done
            own = {name: table[name][key] for name in fields if name in table}
            table = pd.DataFrame(own | {"counts as real": clean[key].where(clean[key], pd.NA)})
            more = (*fields, "counts as real")
            found.append(_filled("activities in key accounts", table, more, who[key], reps))
    if not found:
        return pd.DataFrame(
            columns=["rep_id", "table", "rows", "filled_share", "worst_field", "worst_share", "not_given"]
        )
    return pd.concat(found, ignore_index=True)


def _who(table: pd.DataFrame, owner: pd.Series) -> pd.Series:
    held = table["account_id"].map(owner)
    return table["rep_id"].fillna(held) if "rep_id" in table else held


def _filled(name: str, table: pd.DataFrame, fields: tuple[str, ...], who: Ints, reps: pd.Index) -> pd.DataFrame:
    size, known = len(reps), who >= 0
    rows = np.bincount(who[known], minlength=size)
    hits = {}
    for field in fields:
        if field in table and table[field].notna().any():
            hits[field] = np.bincount(who[known & table[field].notna().to_numpy()], minlength=size)
    has = rows > 0
    out = pd.DataFrame({"rep_id": pd.Series(reps[has], dtype="str"), "table": name, "rows": rows[has]})
    shares = np.column_stack([h[has] / rows[has] for h in hits.values()]) if hits else np.zeros((len(out), 0))
    out["filled_share"] = shares.mean(axis=1) if hits else np.nan
    worst = shares.argmin(axis=1) if hits else np.zeros(len(out), int)
    out["worst_field"] = pd.Series(np.array([*hits, ""], dtype=object)[worst], dtype="str")
    out["worst_share"] = shares.min(axis=1) if hits else np.nan
    out["not_given"] = ", ".join(field for field in fields if field not in hits)
    return out

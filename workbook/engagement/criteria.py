"""Published activity criteria of the top accounts and who meets them (A3); how activity in key accounts is reported (A4)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbook.engagement.cadence import Standing
from workbook.engagement.evidence import Evidence
from workbook.engagement.log import Ints, Log
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
    names_contacts = len(real.contact_ids) > 0
    if not names_contacts:
        out["contacts"] = pd.array([pd.NA] * len(out), dtype="Int64")
    met = {
        f"{own.touches} touches in {own.touches_days} days": out["touches"] >= own.touches,
        f"{own.in_person} meeting in {own.contacts_days} days": out["in_person"] >= own.in_person,
        f"no gap over {own.longest_gap_days} days": out["longest_gap_days"] <= own.longest_gap_days,
    }
    if names_contacts:
        met[f"{own.contacts} contacts in {own.contacts_days} days"] = out["contacts"] >= own.contacts
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
    """Per account (of those ``wanted``, else 0): the longest time between real touches in the window, its ends included; the
    window begins no earlier than the company's first touch on record."""
    if len(real):
        window_days = min(window_days, real.today - int(real.done.min()))
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


def reporting(
    standing: Standing, log: Log, evidence: Evidence, clean: pd.Series, rules: EngagementRules
) -> pd.DataFrame:
    """How far activity in key accounts is reported so that others can rely on it (A4), per rep, for the window.

    ``clean``: which activities are not flagged. Columns rep_id, activities (done in key accounts, by people), with_contact,
    with_outcome, with_minutes, real_share (with some evidence and not flagged), sentence. A field that no activity of the
    company fills is not in the export: its column is missing values.
    """
    key = np.append(standing.frame["is_key"].to_numpy(dtype=bool), False)[log.account]
    rows = key & log.is_done & ~log.by_system & log.since(rules.window_days)
    size, rep = len(log.reps), log.rep
    count = np.bincount(rep[rows], minlength=size)
    out = pd.DataFrame({"rep_id": pd.Series(log.reps, dtype="str"), "activities": count})
    fields = {"with_contact": log.contact >= 0, "with_outcome": log.has_outcome, "with_minutes": log.minutes > 0}
    for name, filled in fields.items():
        share = np.bincount(rep[rows & filled], minlength=size) / np.maximum(count, 1)
        out[f"{name}_share"] = share if filled.any() else np.nan
    good = rows & clean.to_numpy(dtype=bool) & ~evidence.empty
    out["real_share"] = np.bincount(rep[good], minlength=size) / np.maximum(count, 1)
    percent = (out["real_share"] * 100).round().astype("int64").astype("str")
    told = (
        out["activities"].astype("str") + " activities in key accounts, " + percent + " % of them hold as real touches."
    )
    out["sentence"] = told.astype("str")
    return out[count > 0].reset_index(drop=True)

"""The keep rule (D7): an account stays with a rep who has real touches and a next step on it; else it may rotate."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from workbook.engagement.cadence import Standing
from workbook.engagement.log import NO_DAY, Bools, Ints, Log, dates, day_text, days
from workbook.keys import positions, said
from workbook.rules.engagement import EngagementRules

_FAR = np.iinfo(np.int64).max


def next_steps(log: Log, judged: pd.DataFrame, opportunities: pd.DataFrame, rules: EngagementRules) -> Ints:
    """Per account of the log: the day of its next real step, the largest int64 where it has none.

    A step is an open activity that is not flagged, or the named and dated next step of an open deal that was not pushed too
    often; dated from late_days ago to next_step_days ahead.
    """
    keep = rules.keep
    out = np.full(len(log.accounts), _FAR, dtype=np.int64)
    first, last = log.today - keep.late_days, log.today + keep.next_step_days
    clean = (judged["level"] == "none").to_numpy(dtype=bool) & ~log.by_system
    steps = ~log.is_done & clean & (log.due >= first) & (log.due <= last) & (log.account >= 0)
    np.minimum.at(out, log.account[steps], log.due[steps].astype(np.int64))
    day = days(opportunities["next_step_on"])
    real = opportunities["next_step"].fillna("").str.strip().ne("") & opportunities["status"].eq("open")
    real &= ~(opportunities["pushes"].fillna(0) > keep.most_pushes)
    at = positions(opportunities["account_id"], log.accounts)
    held = real.to_numpy(dtype=bool) & (day >= first) & (day <= last) & (at >= 0)
    np.minimum.at(out, at[held], day[held].astype(np.int64))
    return out


def by_owner(real: Log, owners: pd.Series) -> Bools:
    """Which real touches were made by the rep who owns the account."""
    owner = positions(owners, real.reps)
    owner = np.append(np.where(owner < 0, -2, owner), -2)
    return real.rep == owner[real.account]


def keep(
    standing: Standing, real: Log, steps: Ints | None, rules: EngagementRules, locked: Collection[str] = ()
) -> pd.DataFrame:
    """Which held accounts stay with their rep, and why.

    ``steps`` comes from :func:`next_steps`; None where no table tells next steps: then touches alone decide, and the reason
    says so. ``locked`` accounts stay by decision. Columns account_id, territory_id, rep_id, keep (bool), reason,
    rep_touch_on (last real touch by the rep), others_touch_on (by anybody else of us), next_step_on.
    """
    frame, own, today = standing.frame, rules.keep, real.today
    mine = by_owner(real, frame["owner_rep_id"])
    last, others = real.last(mine).astype(np.int64), real.last(~mine).astype(np.int64)
    cold = frame["class"].isin(["opportunistic", "divest"]).to_numpy(dtype=bool)
    limit = np.where(cold, own.cold_touch_days, own.touch_days)
    touched = last >= today - limit
    since = standing.days("owner_since").astype(np.int64)
    new = (since != NO_DAY) & (since > today - own.new_owner_days)
    lock = frame["account_id"].isin(list(locked)).to_numpy(dtype=bool)
    known = steps is not None
    next_on = np.full(len(frame), _FAR) if steps is None else steps
    step = next_on != _FAR
    fresh = last >= today - own.fresh_days
    stays = lock | new | (touched & (step | cold | fresh | (not known) | (not own.needs_next_step)))
    out = frame[["account_id", "territory_id", "owner_rep_id"]].rename(columns={"owner_rep_id": "rep_id"})
    out["keep"] = stays
    next_on = np.where(step, next_on, NO_DAY)
    told = {
        "touch": last, "step": next_on, "other": np.where((others > last) & ~touched, others, NO_DAY),
        "since": np.where(new, since, NO_DAY), "lock": lock,
    }  # fmt: skip
    out["reason"] = said(pd.DataFrame(told), lambda different: _reasons(different, known))
    out["rep_touch_on"], out["others_touch_on"], out["next_step_on"] = dates(last), dates(others), dates(next_on)
    held = frame["owner_rep_id"].notna() & ~frame["disqualified"]
    return out[held].reset_index(drop=True)


def _reasons(rows: pd.DataFrame, known: bool) -> pd.Series:
    """ "Last real touch by the rep 2026-05-04, no next step." ``rows`` hold the days that are told, ``known``: of next steps."""
    touch = ("last real touch by the rep " + day_text(rows["touch"])).fillna("no real touch by the rep on record")
    reason = (
        touch
        + ", "
        + ("next step " + day_text(rows["step"])).fillna("no next step" if known else "next steps not known")
    )
    reason = reason + ("; others of us touched it last on " + day_text(rows["other"])).fillna("")
    new = ("new to the rep since " + day_text(rows["since"])).fillna(reason)
    return new.where(~rows["lock"], "locked by decision").astype("str")


def keep_not_known(standing: Standing, why: str) -> pd.DataFrame:
    """The frame of :func:`keep` without activities: every account stays, and the reason says why nothing is judged."""
    frame = standing.frame
    out = frame[["account_id", "territory_id", "owner_rep_id"]].rename(columns={"owner_rep_id": "rep_id"})
    none = dates(np.full(len(out), NO_DAY))
    out = out.assign(keep=True, reason=why, rep_touch_on=none, others_touch_on=none, next_step_on=none)
    return out[frame["owner_rep_id"].notna() & ~frame["disqualified"]].reset_index(drop=True)

"""Cadence (A5): how often each account is to be touched, when it was, and who is late."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbook.engagement.log import NO_DAY, Days, Ints, Log, dates, day_text, days
from workbook.keys import positions, said, same
from workbook.rules.engagement import CadenceRules, EngagementRules
from workbook.tree import Tree

#: What people call a step of the ladder.
STEPS = {
    1: "daily",
    7: "weekly",
    14: "every two weeks",
    30: "monthly",
    91: "quarterly",
    182: "twice a year",
    365: "yearly",
}


@dataclass(frozen=True, eq=False)
class Standing:
    """The portfolio's judgement of every account, as one frame in the order of the register.

    Columns account_id, territory_id, status, owner_rep_id, owner_since, sales_12m_amount, projected_amount, open_amount,
    last_sale_on, potential_amount, name, class, grade, segment_days, is_key, nps, nps_on, and disqualified (bool).
    """

    frame: pd.DataFrame

    @classmethod
    def of(cls, register: pd.DataFrame, **parts: pd.DataFrame) -> Standing:
        """From ``portfolio.register`` and the frames ``classes``, ``grades``, ``projection``, ``segments`` (account_id,
        segment_days), ``key_accounts`` and the table ``accounts``; what an account is missing in is left missing.
        """
        index = pd.Index(register["account_id"])
        frame = register.reset_index(drop=True)
        wanted = {
            "classes": "class",
            "grades": "grade",
            "projection": "projected_amount",
            "segments": "segment_days",
            "accounts": "disqualified_on nps nps_on",
        }
        for name, columns in wanted.items():
            for column in columns.split():
                frame[column] = _aligned(parts[name], column, index)
        frame["segment_days"] = frame["segment_days"].fillna(0).astype("int64")
        frame["projected_amount"] = frame["projected_amount"].fillna(0).astype("int64")
        frame["is_key"] = positions(frame["account_id"], parts["key_accounts"]["account_id"]) >= 0
        frame["disqualified"] = frame["disqualified_on"].notna()
        return cls(frame.drop(columns="disqualified_on"))

    def days(self, column: str) -> Days:
        return days(self.frame[column])


def _aligned(frame: pd.DataFrame, column: str, index: pd.Index) -> pd.Series:
    """A column of a frame with account_id in the order of ``index``; missing where the frame has no row."""
    values = frame[column]
    if same(frame["account_id"], index):
        return values.reset_index(drop=True)
    return values.set_axis(pd.Index(frame["account_id"])).reindex(index).reset_index(drop=True)


def cadence_days(standing: pd.DataFrame, rules: CadenceRules, today: int) -> pd.DataFrame:
    """Days between touches for each account, by class (or segment, as the rules say), grade and how active the client is.

    Columns cadence_days (int64) and client (active, quiet, or blank). An account without class is taken as opportunistic.
    """
    ladder = np.array(rules.ladder_days)
    classes = standing["class"].astype("object").where(standing["class"].notna(), "opportunistic")
    start = classes.map(rules.class_days).fillna(max(rules.class_days.values(), default=ladder[-1])).to_numpy(np.int64)
    if rules.start != "class":
        segment = standing["segment_days"].to_numpy(np.int64)
        start = segment if rules.start == "segment" else np.minimum(start, segment)
    base = np.searchsorted(ladder, np.minimum(start, ladder[-1]), side="right") - 1
    base = np.maximum(base, 0)
    moved = standing["grade"].astype("object").map(rules.grade_steps).fillna(0).to_numpy(np.int64)
    sold = days(standing["last_sale_on"]).astype(np.int64)
    active = sold >= today - rules.active_days
    quiet = (sold < today - rules.quiet_days) & ~(standing["open_amount"].fillna(0).to_numpy() > 0)
    moved = np.clip(
        moved + rules.active_steps * active + rules.quiet_steps * quiet, -rules.most_steps, rules.most_steps
    )
    step = base + moved
    wanted = np.maximum(ladder[np.clip(step, 0, len(ladder) - 1)], rules.floor_days)
    wanted = np.where(standing["is_key"], np.minimum(wanted, rules.key_gap_days), wanted)
    client = np.where(active, "active", np.where(quiet, "quiet", ""))
    return pd.DataFrame({"cadence_days": wanted, "client": pd.Series(client, dtype="str")})


def cadence(standing: Standing, real: Log, rules: EngagementRules, known: str = "") -> pd.DataFrame:
    """Where each account that is not disqualified stands against its cadence.

    ``known`` says why nothing is known of touches ("no activities table: cadence not known"), blank when it is.
    Columns account_id, territory_id, rep_id, class, grade, is_key, client, cadence_days, last_touch_on, due_on, overdue_days
    (Int64, 0 when not overdue), verdict, sentence. Without a touch, the days count from when the owner got the account, but not from before
    the first touch on record in the company.
    """
    frame, own = standing.frame, rules.cadence
    wanted = cadence_days(frame, own, real.today)
    step = wanted["cadence_days"].to_numpy(np.int64)
    last, since = real.last().astype(np.int64), standing.days("owner_since").astype(np.int64)
    opened = int(real.done.min()) if len(real) else NO_DAY
    held = np.where((since != NO_DAY) & (since <= real.today), np.maximum(since, opened), opened)
    start = np.where(last != NO_DAY, last, held)
    due = np.where(start != NO_DAY, start + step, NO_DAY)
    late = np.where(due != NO_DAY, np.maximum(real.today - due, 0), 0)
    gap = np.where(start != NO_DAY, real.today - start, np.iinfo(np.int32).max)
    key = frame["is_key"].to_numpy(dtype=bool)
    verdict = np.where(late == 0, "ok", np.where(late <= step * own.warn_share, "warn", "fail"))
    verdict = np.where((start == NO_DAY) | (key & (gap > own.key_gap_days)), "fail", verdict)
    out = frame[["account_id", "territory_id", "owner_rep_id", "class", "grade", "is_key"]].rename(
        columns={"owner_rep_id": "rep_id"}
    )
    out = out.assign(**wanted[["client", "cadence_days"]])
    out["last_touch_on"], out["due_on"] = dates(last), dates(due)
    out["overdue_days"] = pd.Series(late, dtype="Int64").where(pd.Series(start != NO_DAY))
    out["verdict"] = pd.Series(verdict, dtype="str")
    if known:
        out["due_on"], out["overdue_days"] = (
            dates(np.full(len(out), NO_DAY)),
            pd.Series(pd.NA, range(len(out)), "Int64"),
        )
        out["verdict"], out["sentence"] = "not known", known
    else:
        told = ["class", "grade", "client", "is_key", "cadence_days", "last_touch_on", "overdue_days"]
        rows = out[told].assign(gap_fails=key & (gap > own.key_gap_days))
        out["sentence"] = said(rows, lambda different: _sentences(different, own))
    return out[~frame["disqualified"]].reset_index(drop=True)


def _sentences(out: pd.DataFrame, rules: CadenceRules) -> pd.Series:
    """ "Weekly (core, grade A, active client): last real touch 2026-05-04, 12 days overdue." """
    grade = (", grade " + out["grade"]).where(out["grade"].notna(), "")
    client = (", " + out["client"] + " client").where(out["client"] != "", "")
    key = pd.Series(np.where(out["is_key"], ", key account", ""), dtype="str")
    why = out["class"].fillna("no class") + grade + client + key
    names = out["cadence_days"].map(
        {d: STEPS.get(d, f"every {d} days").capitalize() for d in out["cadence_days"].unique()}
    )
    touched = "last real touch " + day_text(days(out["last_touch_on"]))
    last = touched.where(touched.notna(), "no real touch on record")
    late = out["overdue_days"].fillna(0).astype("int64")
    since = late.astype("str") + np.where(late == 1, " day overdue", " days overdue")
    state = pd.Series(np.where(late > 0, since, "on time"), dtype="str")
    state = state.where(out["overdue_days"].notna(), "overdue")
    month = pd.Series(
        np.where(out["gap_fails"], f"; a key account fails after {rules.key_gap_days} days without one", "")
    )
    return (names.astype("str") + " (" + why + "): " + last + ", " + state + month.astype("str") + ".").astype("str")


def coverage(cadence: pd.DataFrame, tree: Tree, reps: pd.DataFrame, today: int, rules: EngagementRules) -> pd.DataFrame:
    """Held accounts touched lately and on time, per node and rep.

    Columns node, node_kind (company, region, team, territory, rep), accounts, touched (within coverage_days), on_time,
    share (on_time / accounts; NaN without accounts or when touches are not known).
    """
    known = bool((cadence["verdict"] != "not known").any()) if len(cadence) else False
    touched = days(cadence["last_touch_on"]).astype(np.int64) >= today - rules.coverage_days
    values = np.column_stack([np.ones(len(cadence)), touched, (cadence["verdict"] == "ok").to_numpy()]).astype(np.int64)
    leaf = pd.Index(tree.ids).get_indexer(cadence["territory_id"])
    nodes = tree.roll_up(_grouped(values, leaf, len(tree)))
    ids = pd.Index(reps["rep_id"])
    people = _grouped(values, ids.get_indexer(cadence["rep_id"]), len(ids))
    out = pd.DataFrame(np.vstack([nodes, people]), columns=["accounts", "touched", "on_time"])
    out.insert(0, "node", [*map(str, tree.ids), *ids])
    out.insert(1, "node_kind", [tree.level(str(n)) for n in tree.ids] + ["rep"] * len(ids))
    out["share"] = np.where(known & (out["accounts"] > 0), out["on_time"] / out["accounts"].clip(lower=1), np.nan)
    if not known:
        out[["touched", "on_time"]] = out[["touched", "on_time"]].astype("Int64").mask(np.full((len(out), 2), True))
    return out


def _grouped(values: Ints, at: Ints, size: int) -> Ints:
    """Rows of ``values`` summed by position; position -1 is left out."""
    known = at >= 0
    return np.column_stack([np.bincount(at[known], v[known], minlength=size) for v in values.T]).astype(np.int64)


def board(cadence: pd.DataFrame, by: str, names: pd.Series) -> pd.DataFrame:
    """Accounts by verdict for each value of the column ``by``. Columns label (its name), ok, warn, fail, not_known."""
    rows = cadence[cadence[by].notna()]
    counts = pd.crosstab(rows[by], rows["verdict"]).reindex(columns=["ok", "warn", "fail", "not known"], fill_value=0)
    counts.columns = pd.Index(["ok", "warn", "fail", "not_known"])
    label = pd.Series(counts.index, index=counts.index)
    counts.insert(0, "label", label.map(names).fillna(label).astype("str"))
    return counts.reset_index(drop=True)

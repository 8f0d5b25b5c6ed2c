"""Large accounts that hang on one contact or one of our people (A19), and who could be the second."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from workbook.checks import Check, Verdict
from workbook.engagement.cadence import Standing
from workbook.engagement.depth import account_value, high_value
from workbook.engagement.log import Bools, Ints, Log, distinct
from workbook.keys import positions
from workbook.money import format_amount
from workbook.rules.engagement import EngagementRules
from workbook.tree import Tree


def people_on(real: Log, roles: pd.DataFrame, rules: EngagementRules) -> Ints:
    """Per account of the log: how many of our people hold one of ``roles`` (:func:`roles_today`) or touched it in the window."""
    rep_ids = real.reps.union(roles["rep_id"].dropna().unique())
    held = positions(roles["account_id"], real.accounts), positions(roles["rep_id"], rep_ids)
    lately = real.since(rules.window_days)
    touched = real.account[lately], rep_ids.get_indexer(real.reps)[real.rep[lately]]
    account, rep = (np.concatenate(both) for both in zip(held, touched, strict=True))
    seen = distinct((account * len(rep_ids) + rep)[(account >= 0) & (rep >= 0)])
    return np.bincount(seen // max(len(rep_ids), 1), minlength=len(real.accounts))


def roles_today(ownership: pd.DataFrame, today: int) -> pd.DataFrame:
    """The rows of ownership in force on a day (days since 1970)."""
    day = np.datetime64(today, "D")
    return ownership[(ownership["from_on"] <= day) & ~(ownership["to_on"] < day)]


def held_large(frame: pd.DataFrame, rules: EngagementRules) -> pd.Series:
    """Large accounts that somebody holds and nobody disqualified: those whose threads are judged.

    Large are key accounts, and the top ``large_share`` by value (:func:`~workbook.engagement.depth.high_value`).
    """
    large = pd.Series(high_value(frame, rules.large_share) | frame["is_key"].to_numpy(dtype=bool))
    return large & frame["owner_rep_id"].notna() & ~frame["disqualified"]


def single_threaded(
    standing: Standing, real: Log, contacts: pd.DataFrame | None, roles: pd.DataFrame, rules: EngagementRules
) -> pd.DataFrame:
    """Large accounts that hang on one contact or one of our people (A19), failing ones first, then by value.

    ``roles``: ownership in force today (:func:`roles_today`). Columns account_id, territory_id, rep_id, is_key, contacts (Int64: known there), active_contacts (touched in the window),
    people (ours), has_sponsor, has_specialist, value_amount (the greatest of sales, projection and potential), verdict (fail:
    one contact and one person; warn: either), sentence.
    """
    frame = standing.frame
    at = np.flatnonzero(held_large(frame, rules).to_numpy())
    frame = frame.iloc[at].reset_index(drop=True)
    out = frame[["account_id", "territory_id", "owner_rep_id", "is_key"]].rename(columns={"owner_rep_id": "rep_id"})
    known = frame["contacts"].astype("Int64") if contacts is not None else pd.Series(pd.NA, frame.index, "Int64")
    out["contacts"] = known
    out["active_contacts"] = real.different(real.contact, real.since(rules.window_days))[at]
    out["people"] = people_on(real, roles, rules)[at]
    for column, role in (("has_sponsor", "sponsor"), ("has_specialist", "overlay")):
        out[column] = out["account_id"].isin(roles.loc[roles["role"] == role, "account_id"])
    out["value_amount"] = account_value(frame)
    one_contact = (known <= 1).fillna(False).to_numpy(dtype=bool)
    one_person = (out["people"] <= 1).to_numpy()
    out["verdict"] = pd.Series(np.where(one_contact & one_person, "fail", "warn"), dtype="str")
    out["sentence"] = _sentences(out, known, one_contact, one_person)
    kept = out[one_contact | one_person]
    return kept.sort_values(["verdict", "value_amount"], ascending=[True, False], kind="stable").reset_index(drop=True)


def _sentences(out: pd.DataFrame, known: pd.Series, one_contact: Bools, one_person: Bools) -> pd.Series:
    contact = known.astype("str").where(known != 1, "one") + " contact" + pd.Series(np.where(one_contact, "", "s"))
    contact = contact.where(known.notna().to_numpy(), "contacts not known").where(
        (known != 0).fillna(True), "no contact"
    )
    people = (out["people"].astype("str") + " of us").where(out["people"] > 1, "one of us")
    lead = np.where(out["has_sponsor"], "", " Name a senior lead.")
    helper = np.where(out["has_specialist"] | ~one_person, "", " Name a specialist or second manager.")
    return ("Large account, " + contact + ", " + people + " on it." + pd.Series(lead + helper)).astype("str")


def seconds(single: pd.DataFrame, tree: Tree, territories: pd.DataFrame, roles: pd.DataFrame) -> pd.DataFrame:
    """Who could be the second on each account of ``single``: candidates for people to decide on.

    The lead is the sponsor there is, else the manager of the territory or of the nearest node above who does not own the
    account; the specialist is the overlay there is, else whoever is overlay on most other accounts of the territory. ``roles``:
    ownership in force today with territory_id. Columns lead_rep_id, lead_node (whose manager; missing for a sponsor), specialist_rep_id,
    specialist_accounts (Int64: overlay on so many accounts of the territory); missing where nobody is on record.
    """
    leads = dict(zip(territories["territory_id"], territories["manager_rep_id"], strict=True))
    paths = {t: tree.path(t)[::-1] for t in single["territory_id"].unique()}
    sponsor = (
        roles[roles["role"] == "sponsor"].drop_duplicates("account_id").set_index("account_id")["rep_id"].to_dict()
    )
    overlay = roles[roles["role"] == "overlay"]
    own = overlay.drop_duplicates("account_id").set_index("account_id")["rep_id"].to_dict()
    held = overlay.groupby(["territory_id", "rep_id"]).size()
    order = held.rename("n").reset_index().sort_values(["territory_id", "n", "rep_id"], ascending=[True, False, True])
    usual = order.drop_duplicates("territory_id").set_index("territory_id")["rep_id"].to_dict()
    counts = held.to_dict()
    rows = []
    for row in single.itertuples():
        lead, node = sponsor.get(row.account_id), None
        if lead is None:
            found = ((n, leads.get(n)) for n in paths[row.territory_id])
            node, lead = next(((n, r) for n, r in found if isinstance(r, str) and r != row.rep_id), (None, None))
        helper = own.get(row.account_id)
        if helper is None and usual.get(row.territory_id, row.rep_id) != row.rep_id:
            helper = usual[row.territory_id]
        times = counts.get((row.territory_id, helper), pd.NA) if helper is not None else pd.NA
        rows.append((lead, node, helper, times))
    out = pd.DataFrame(rows, columns=["lead_rep_id", "lead_node", "specialist_rep_id", "specialist_accounts"])
    text = dict.fromkeys(["lead_rep_id", "lead_node", "specialist_rep_id"], "str")
    return out.astype({**text, "specialist_accounts": "Int64"}).set_axis(single.index)


def thread_checks(single: pd.DataFrame, names: pd.Series, counts: Ints, tree: Tree, currency: str) -> Iterator[Check]:
    """Per node with large accounts: how many hang on one thread (A19). Fails where a key account has one contact and one of us.

    ``names``: of accounts, by id. ``counts``: shape (nodes,), large accounts at and below each node.
    """
    up = {t: tree.path(t) for t in single["territory_id"].unique()}
    spread = single.assign(node=single["territory_id"].map(up)).explode("node")
    below = {str(node): part.drop(columns="node") for node, part in spread.groupby("node")}
    for node, many in zip(tree.ids, counts.tolist(), strict=True):
        if not many:
            continue
        mine = below.get(str(node), single.iloc[:0])
        numbers = {"large": int(many), "single_threaded": len(mine), "value_amount": int(mine["value_amount"].sum())}
        if mine.empty:
            yield Check("single-threaded accounts", "ok", f"None of {many:,} large accounts hangs on one contact or one of us.", numbers, subject=str(node))  # fmt: skip
            continue
        both = mine["verdict"] == "fail"
        verdict: Verdict = "fail" if (both & mine["is_key"]).any() else "warn"
        top = mine.loc[mine["value_amount"].idxmax()]
        text = (
            f"{len(mine):,} of {many:,} large accounts hang on one contact or one of us, {int(both.sum()):,} of them on both: "
            f"{format_amount(numbers['value_amount'], currency, short=True)} of value. The largest is "
            f"{names.get(top['account_id'], top['account_id'])}. Who is the second?"
        )
        yield Check("single-threaded accounts", verdict, text, numbers, mine.reset_index(drop=True), str(node))

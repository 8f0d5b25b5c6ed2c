"""Large accounts that hang on one contact or one of our people (A19), and who could be the second."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from workbook.checks import Check, Verdict
from workbook.engagement.cadence import Standing
from workbook.engagement.depth import account_value, high_value
from workbook.engagement.log import Bools, Ints, Log, distinct
from workbook.keys import beside, positions
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
    sponsors = roles[roles["role"] == "sponsor"].drop_duplicates("account_id")
    overlay = roles[roles["role"] == "overlay"]
    own = overlay.drop_duplicates("account_id")
    held = overlay.groupby(["territory_id", "rep_id"]).size()
    order = held.rename("n").reset_index().sort_values(["territory_id", "n", "rep_id"], ascending=[True, False, True])
    usual = order.drop_duplicates("territory_id")
    account, home, rep = single["account_id"], single["territory_id"], single["rep_id"]
    sponsor = beside(account, sponsors["account_id"], sponsors["rep_id"])
    node, manager = _managers(home, rep, tree, territories)
    often = beside(home, usual["territory_id"], usual["rep_id"])
    helper = beside(account, own["account_id"], own["rep_id"])
    helper = helper.where(helper.notna(), often.where(often != rep))
    times = held.reindex(pd.MultiIndex.from_arrays([home, helper])).astype("Int64")
    return pd.DataFrame(
        {
            "lead_rep_id": sponsor.where(sponsor.notna(), manager),
            "lead_node": node.where(sponsor.isna()),
            "specialist_rep_id": helper,
            "specialist_accounts": times.array,
        }
    )


def _managers(home: pd.Series, rep: pd.Series, tree: Tree, territories: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """For each account (its territory and rep) the nearest node upwards whose manager is not the rep, and that manager."""
    leads = dict(zip(territories["territory_id"], territories["manager_rep_id"], strict=True))
    place, places = pd.factorize(home)
    paths = [tree.path(territory)[::-1] for territory in places]
    node, manager = (pd.Series(None, index=home.index, dtype="str") for _ in range(2))
    for step in range(max(map(len, paths), default=0)):
        above = pd.Series([path[step] if step < len(path) else None for path in paths], dtype="str")
        asked = above.take(place).set_axis(home.index)
        leader = above.map(leads).astype("str").take(place).set_axis(home.index)
        first = manager.isna() & leader.notna() & (leader != rep)
        node, manager = node.where(~first, asked), manager.where(~first, leader)
    return node, manager


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

"""Sign-off: a hash over all numbers of a node, what must be so before, and what changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd

from workbook.checks import counted
from workbook.decisions import Decisions
from workbook.money import format_amount
from workbook.reconcile.cube import Cube
from workbook.reconcile.rounds import Table
from workbook.reconcile.totals import PLANS
from workbook.rules.reconcile import SignOffRules

#: What is signed. The projection and the actuals move by themselves; the plan is signed where account plans make it.
SIGNED = ("plan", "target", "street")


def inside(cube: Cube, node: str) -> np.ndarray:
    """Positions of a node and of everything under it."""
    under = np.zeros(len(cube.nodes), dtype=bool)
    under[int(pd.Index(cube.nodes.ids).get_loc(node))] = True
    while True:
        more = under | ((cube.nodes.parent >= 0) & under[cube.nodes.parent])
        if (more == under).all():
            return np.flatnonzero(under)
        under = more


def numbers_hash(cube: Cube, node: str, agreed: int | None = None) -> str:
    """Sixteen hexadecimal digits over every number of a node and those under it, by month and product family.

    Nodes and families without any number do not count, so that what happens elsewhere changes nothing. ``agreed``: the node's accepted number.
    """
    at = inside(cube, node)
    measures = [m for m in SIGNED if m != "plan" or cube.plan_is == PLANS]
    whole = sha256(f"{node}|{cube.months[0]}|{agreed}".encode())
    order = at[np.argsort(cube.nodes.ids[at].astype(str), kind="stable")]
    for measure in measures:
        cells = cube.cells[measure][order]
        held = cells.any(axis=(1, 2))
        families = cells.any(axis=(0, 1))
        whole.update(f"|{measure}|".encode())
        whole.update("|".join(cube.nodes.ids[order[held]]).encode())
        whole.update("|".join(np.array(cube.families, dtype=object)[families]).encode())
        whole.update(np.ascontiguousarray(cells[held][:, :, families]).tobytes())
    return whole.hexdigest()[:16]


def numbers(cube: Cube, node: str) -> dict[str, list[int]]:
    """A node's signed numbers by month, all product families together: what a change request shows as before and after."""
    at = int(pd.Index(cube.nodes.ids).get_loc(node))
    return {m: [int(v) for v in cube.cells[m][at].sum(axis=1)] for m in SIGNED if m != "plan" or cube.plan_is == PLANS}


SIGN_OFFS = ["node", "state", "signed_by", "signed_at", "role", "revision", "hash", "now_hash", "changed_amount", "sentence"]  # fmt: skip


def sign_offs(
    cube: Cube, decisions: Decisions, agreed: dict[str, int], names: dict[str, str], money: tuple[str, str]
) -> pd.DataFrame:
    """The last sign-off of every node that has one, and whether its numbers still are what was signed.

    Out: node, state (signed, changed), signed_by, signed_at, role, revision, hash, now_hash, changed_amount (sum of what differs by month
    and measure; 0 where the change lies below the node only), sentence.
    """
    year, currency = money
    found = {d.subject: d for d in decisions.log("sign_off") if d.payload.get("year") == year}
    known = set(cube.nodes.ids)
    rows = []
    for node in sorted(set(found) & known):
        row = found[node]
        now = numbers_hash(cube, node, agreed.get(node))
        was = str(row.payload.get("hash"))
        differs = differences(row.payload.get("numbers", {}), numbers(cube, node))
        changed = int(sum(abs(d["after"] - d["before"]) for d in differs))
        who = names.get(node, node)
        if now == was:
            state, text = "signed", f"{who}: signed off by {row.by} on {row.at:%Y-%m-%d}; every number is as signed."
        else:
            state = "changed"
            by = f"{format_amount(changed, currency, short=True)} of its own numbers" if changed else "numbers below it"
            text = f"{who}: signed off by {row.by} on {row.at:%Y-%m-%d}; since then {by} changed: a change request is needed."
        rows.append(
            (node, state, row.by, row.at, str(row.payload.get("role", "")), row.revision, was, now, changed, text)
        )
    out = pd.DataFrame(rows, columns=SIGN_OFFS)
    text_columns = dict.fromkeys(("node", "state", "signed_by", "role", "hash", "now_hash", "sentence"), "str")
    return out.astype({**text_columns, "revision": "int64", "changed_amount": "int64", "signed_at": "datetime64[us]"})


def differences(before: Mapping[str, Sequence[int]], after: Mapping[str, Sequence[int]]) -> list[dict[str, Any]]:
    """Months and measures that differ: measure, month (1 to 12), before, after."""
    out = []
    for measure in SIGNED:
        old, new = (list(side.get(measure, [])) for side in (before, after))
        for month in range(12):
            a, b = (int(v[month]) if month < len(v) else 0 for v in (old, new))
            if a != b:
                out.append({"measure": measure, "month": month + 1, "before": a, "after": b})
    return out


CHANGES = [
    "node",
    "revision",
    "measure",
    "month",
    "before_amount",
    "after_amount",
    "decided_by",
    "decided_at",
    "reason",
]


def change_requests(decisions: Decisions, year: str) -> pd.DataFrame:
    """Every recorded change after sign-off, month by month: node, revision, measure, month, before_amount, after_amount, decided_by,
    decided_at, reason. A change that lies below the node only has one row without a measure.
    """
    rows = []
    for row in decisions.log("change_request"):
        if row.payload.get("year") != year:
            continue
        signed = (row.by, row.at, row.reason)
        differs = row.payload.get("differences", []) or [{"measure": "", "month": 0, "before": 0, "after": 0}]
        rows += [
            (row.subject, row.revision, d["measure"], d["month"], d["before"], d["after"], *signed) for d in differs
        ]
    out = pd.DataFrame(rows, columns=CHANGES)
    whole = dict.fromkeys(("revision", "month", "before_amount", "after_amount"), "int64")
    text = dict.fromkeys(("node", "measure", "decided_by", "reason"), "str")
    return out.astype({**whole, **text, "decided_at": "datetime64[us]"})


@dataclass(frozen=True, eq=False)
class Ready:
    """What the question "may this node be signed?" rests on. ``unsent``: reps by territory whose plans are not sent;
    ``open_points`` and ``sign_offs`` as the nouns of the same names; ``errors``: faults in the data."""

    table: Table
    open_points: pd.DataFrame
    sign_offs: pd.DataFrame
    change_requests: pd.DataFrame
    unsent: pd.DataFrame
    errors: int


def reasons_against(cube: Cube, node: str, ready: Ready, rules: SignOffRules, year: str) -> list[str]:
    """Why a node may not be signed off now, each with what to do; empty when it may."""
    out: list[str] = []
    at = inside(cube, node)
    under = set(cube.nodes.ids[at[cube.nodes.kinds[at] != "account"]])
    if ready.errors:
        out.append(f"The tables have {ready.errors} errors: see `workbook check`.")
    if not cube.target_known[int(pd.Index(cube.nodes.ids).get_loc(node))]:
        out.append(f"{node} has no target for {year}: give one in targets.csv.")
    if rules.plans_required:
        late = ready.unsent[
            ready.unsent["territory_id"].isin(under).to_numpy() | ready.unsent["rep_id"].isin(under).to_numpy()
        ]
        if cube.plan_is != PLANS:
            out.append(
                "There are no account plans; the projection is no plan: collect them with `workbook plans collect`."
            )
        elif len(late):
            who = ", ".join(late["name"].head(5)) + (f" and {len(late) - 5} more" if len(late) > 5 else "")
            out.append(f"Account plans are not sent by {who}.")
    points = ready.open_points[ready.open_points["node"].isin(under).to_numpy()]
    children_open = points[(points["node"] != node).to_numpy()]
    out += points.loc[(points["node"] == node).to_numpy(), "sentence"].tolist()
    if number := len(children_open):
        are = "is" if number == 1 else "are"
        out.append(f"{counted(number, 'point')} below it {are} open: {children_open['sentence'].iloc[0]}")
    states = dict(zip(ready.sign_offs["node"], ready.sign_offs["state"], strict=True))
    if rules.children_first:
        place = int(pd.Index(cube.nodes.ids).get_loc(node))
        below = cube.nodes.ids[(cube.nodes.parent == place) & (cube.nodes.kinds == "territory")]
        missing = [str(n) for n in below if states.get(str(n)) != "signed"]
        if missing:
            out.append(f"Not signed off below it: {', '.join(missing)}.")
    if states.get(node) == "changed":
        last = ready.sign_offs.set_index("node").loc[node]
        requests = ready.change_requests
        mine = requests[(requests["node"] == node).to_numpy() & (requests["revision"] > last["revision"]).to_numpy()]
        if mine.empty:
            out.append(f"{last['sentence']} Record it: workbook sign-off {node} --change --reason WHY.")
    return out

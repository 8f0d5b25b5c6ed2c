"""Finance's statement: the planned year by node, rep, account, product and line, each list adding up to the company.

What a node has that none of those below it has (a target not broken down, a plan that names no account) is a row of kind
``rest``, so that every list adds up to the same total without a remainder that nobody sees.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.facts import Facts
from workbook.reconcile.cube import MEASURES, Cube

Int64s = npt.NDArray[np.int64]
#: Measures in the order in which finance reads them.
SHOWN = ("target", "street", "plan", "projection", "actual")
QUARTERS = ("q1", "q2", "q3", "q4")


def by_node(facts: Facts, cube: Cube, last_year: Int64s) -> pd.DataFrame:
    """Tree nodes and reps in the order of the tree, each parent before its children, with the rests of inner nodes.

    Out: node, node_kind (territory, rep, rest), parent, name, level, depth, ``{measure}_{q1..q4}_amount`` for every measure
    (Int64; target, street quota and plan missing where none is given), ``{measure}_amount`` of the year, last_year_amount.
    """
    head = cube.head
    quarters, past, parent = _quarters(cube)[:head], last_year[:head], cube.nodes.parent[:head]
    children: dict[int, list[int]] = {}
    for at in range(1, head):
        children.setdefault(int(parent[at]), []).append(at)
    names = facts.names
    rows: list[tuple[int, str, int, Int64s, int]] = []

    def walk(at: int, depth: int) -> None:
        rows.append((at, str(cube.nodes.kinds[at]), depth, quarters[at], int(past[at])))
        below = children.get(at, [])
        for child in below:
            walk(child, depth + 1)
        if below and ((rest := quarters[at] - quarters[below].sum(axis=0)).any() or past[at] != past[below].sum()):
            rows.append((at, "rest", depth + 1, rest, int(past[at] - past[below].sum())))

    walk(0, 0)
    place = np.array([r[0] for r in rows])
    kinds = [r[1] for r in rows]
    ids = cube.nodes.ids[place]
    up = [
        str(i) if k == "rest" else (str(cube.nodes.ids[parent[p]]) if parent[p] >= 0 else None)
        for i, k, p in zip(ids, kinds, place, strict=True)
    ]
    out = pd.DataFrame(
        {
            "node": pd.Series(ids, dtype="str"),
            "node_kind": pd.Series(kinds, dtype="str"),
            "parent": pd.Series(up, dtype="str"),
            "name": [names.get(i, str(i)) if k != "rest" else f"{i}: not with anybody below" for i, k in zip(ids, kinds, strict=True)],
            "level": [
                "rest" if k == "rest" else "rep" if k == "rep" else facts.tree.level(str(i))
                for i, k in zip(ids, kinds, strict=True)
            ],
            "depth": [r[2] for r in rows],
        }
    )  # fmt: skip
    known = cube.target_known[place] | np.array([k == "rest" for k in kinds])
    planned = cube.plan_known[place] | np.array([k == "rest" for k in kinds])
    return _with_amounts(out, np.stack([r[3] for r in rows]), (known, planned)).assign(
        last_year_amount=[r[4] for r in rows]
    )


def by_rep(nodes: pd.DataFrame) -> pd.DataFrame:
    """The reps, and the rests of nodes, from :func:`by_node`: they add up to the company."""
    rows = nodes[nodes["node_kind"].isin(["rep", "rest"]).to_numpy() | _childless(nodes)]
    return rows.rename(columns={"parent": "territory_id"}).reset_index(drop=True)


def _childless(nodes: pd.DataFrame) -> npt.NDArray[np.bool_]:
    parents = set(nodes["parent"].dropna())
    return ((nodes["node_kind"] == "territory") & ~nodes["node"].isin(parents)).to_numpy()


def by_account(facts: Facts, cube: Cube, last_year: Int64s) -> pd.DataFrame:
    """Every account that has any number, then the rests of reps and territories; they add up to the company.

    Out: node, node_kind (account, rest), name, territory_id, owner, status, measures of the year, last_year_amount.
    """
    head = cube.head
    quarters, parent = _quarters(cube), cube.nodes.parent
    below, past_below = np.zeros_like(quarters), np.zeros_like(last_year)
    np.add.at(below, parent[1:], quarters[1:])
    np.add.at(past_below, parent[1:], last_year[1:])
    rest, past_rest = (quarters - below)[:head], (last_year - past_below)[:head]
    at = head + np.flatnonzero(quarters[head:].any(axis=(1, 2)) | (last_year[head:] != 0))
    left = np.flatnonzero(rest.any(axis=(1, 2)) | (past_rest != 0))
    accounts = facts.tables.accounts.set_index("account_id").loc[cube.nodes.ids[at]]
    names = facts.names
    owner = [names.get(i, "") if k == "rep" else "" for i, k in zip(cube.nodes.ids[parent[at]], cube.nodes.kinds[parent[at]], strict=True)]  # fmt: skip
    frame = pd.DataFrame(
        {
            "node": pd.Series(np.concatenate([cube.nodes.ids[at], cube.nodes.ids[left]]), dtype="str"),
            "node_kind": pd.Series(["account"] * len(at) + ["rest"] * len(left), dtype="str"),
            "name": pd.Series(
                accounts["name"].tolist()
                + [f"{names.get(i, i)}: not with a single account" for i in cube.nodes.ids[left]],
                dtype="str",
            ),
            "territory_id": pd.Series(
                accounts["territory_id"].tolist()
                + [cube.nodes.ids[p if k == "territory" else parent[p]] for p, k in zip(left, cube.nodes.kinds[left], strict=True)],
                dtype="str",
            ),
            "owner": pd.Series(owner + [""] * len(left), dtype="str"),
            "status": pd.Series(accounts["status"].tolist() + [""] * len(left), dtype="str"),
        }
    )  # fmt: skip
    known = np.concatenate([cube.target_known[at], np.ones(len(left), dtype=bool)])
    return _with_amounts(frame, np.concatenate([quarters[at], rest[left]]), (known, np.ones_like(known))).assign(
        last_year_amount=np.concatenate([last_year[at], past_rest[left]])
    )


def by_product(cube: Cube) -> pd.DataFrame:
    """Every node of the tree by product family. Out: node, product_family, measures by quarter and year."""
    tree = np.flatnonzero(cube.nodes.kinds == "territory")
    cells = np.stack([_by_quarter(cube.cells[m][tree]) for m in SHOWN], axis=1)  # node, measure, quarter, family
    values = cells.transpose(0, 3, 1, 2).reshape(-1, len(SHOWN), 4)
    frame = pd.DataFrame(
        {
            "node": pd.Series(np.repeat(cube.nodes.ids[tree], len(cube.families)), dtype="str"),
            "product_family": pd.Series(np.tile(np.array(cube.families, dtype=object), len(tree)), dtype="str"),
        }
    )
    known = [np.repeat(held[tree], len(cube.families)) for held in (cube.target_known, cube.plan_known)]
    out = _with_amounts(frame, values, (known[0], known[1]))
    return out[values.any(axis=(1, 2))].reset_index(drop=True)


def lines(cube: Cube, plan_lines: pd.DataFrame, gap: pd.DataFrame) -> pd.DataFrame:
    """What the plan is made of, line by line: account_id, rep_id, territory_id, period, product_family, source, reference,
    state, amount. Without account plans: booked and projected amounts per account, month and family.
    """
    columns = [
        "account_id",
        "rep_id",
        "territory_id",
        "period",
        "product_family",
        "source",
        "reference",
        "state",
        "amount",
    ]
    inside = plan_lines[plan_lines["period"].isin(cube.months).to_numpy()]
    if len(inside):
        return inside.reindex(columns=columns).reset_index(drop=True)
    rows = gap[((gap["node_kind"] == "account") & (gap["plan_amount"] != 0)).to_numpy()]
    where = pd.Series(cube.nodes.ids[cube.nodes.parent], index=cube.nodes.ids)
    kinds = pd.Series(cube.nodes.kinds, index=cube.nodes.ids)
    holder = rows["node"].map(where)
    is_rep = (holder.map(kinds) == "rep").to_numpy()
    out = pd.DataFrame(
        {
            "account_id": rows["node"],
            "rep_id": holder.where(is_rep),
            "territory_id": holder.map(where).where(is_rep, holder),
            "period": rows["period"],
            "product_family": rows["product_family"],
            "source": "booked and projected",
            "reference": "",
            "state": "",
            "amount": rows["plan_amount"],
        }
    )
    return out.reset_index(drop=True).astype(dict.fromkeys(columns[:-1], "str"))


def _by_quarter(cells: Int64s) -> Int64s:
    """(n, 12, families) → (n, 4, families)."""
    return cells.reshape(len(cells), 4, 3, -1).sum(axis=2)


def _quarters(cube: Cube) -> Int64s:
    """All families together: shape (nodes, measures, 4)."""
    return np.stack([_by_quarter(cube.cells[m]).sum(axis=2) for m in SHOWN], axis=1)


def _with_amounts(
    frame: pd.DataFrame, values: Int64s, known: tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]
) -> pd.DataFrame:
    """Columns ``{measure}_amount`` and ``{measure}_{quarter}_amount`` from (n, measures, 4), and the gap; missing where the target or the
    plan is not ``known``.
    """
    out, everywhere = frame.copy(), np.ones(len(frame), dtype=bool)
    of = {"target": known[0], "street": known[0], "plan": known[1]}
    for at, measure in enumerate(SHOWN):
        given = of.get(measure, everywhere)
        named = [("", values[:, at].sum(axis=1))] + [(f"{q}_", values[:, at, i]) for i, q in enumerate(QUARTERS)]
        for name, amounts in named:
            out[f"{measure}_{name}amount"] = pd.Series(pd.array(amounts, dtype="Int64")).where(given)
    out["gap_amount"] = out["plan_amount"] - out["target_amount"]
    return out


assert set(SHOWN) == set(MEASURES)

"""Reconcile at size: a million plan lines through a five-level tree, and ten thousand simulated years of 5,000 reps.

Run: ``python -m tests.benchmarks.bench_reconcile``. Peers in the same run: pandas group-bys level by level for the roll-up, a plain loop
over simulated years (of 1 % of the size, scaled up) for the odds.
"""

from __future__ import annotations

import resource
import time
from datetime import date

import numpy as np
import pandas as pd

from workbook.facts import Facts
from workbook.reconcile.bearable import Bearable
from workbook.reconcile.cube import Cells, Inputs, Nodes, cube
from workbook.reconcile.gap import gap, standing
from workbook.reconcile.odds import Deals, Marks, Places, World, simulate
from workbook.reconcile.statement import by_node
from workbook.reconcile.totals import NO_PLANS, PLANS, node_totals
from workbook.rules import Rules
from workbook.rules.reconcile import OddsRules
from workbook.tables.frames import Tables

LINES, REPS, DEALS = 1_000_000, 5_000, 200_000


def tree(rng: np.random.Generator, accounts: int) -> Nodes:
    """Company, 10 regions, 100 teams, 1,000 territories, 5,000 reps, accounts."""
    sizes = (1, 10, 100, 1_000, REPS, accounts)
    parent, ids, kinds, first = [np.array([-1])], [], [], 0
    for level, size in enumerate(sizes):
        ids += [f"{level}-{i}" for i in range(size)]
        kinds += ["territory" if level < 4 else "rep" if level == 4 else "account"] * size
        if level:
            parent.append(first - sizes[level - 1] + rng.integers(0, sizes[level - 1], size))
        first += size
    return Nodes(np.array(ids, dtype=object), np.array(kinds, dtype=object), np.concatenate(parent).astype(np.intp))


def roll_up(rng: np.random.Generator) -> list[tuple[str, float, float]]:
    nodes = tree(rng, 50_000)
    months = tuple(f"FY2026-M{m:02d}" for m in range(1, 13))
    leaves = np.flatnonzero(nodes.kinds == "account")
    at = leaves[rng.integers(0, len(leaves), LINES)]
    lines = pd.DataFrame(
        {"node": nodes.ids[at], "period": np.array(months, dtype=object)[np.arange(LINES) % 12],
         "product_family": np.array(["a", "b", "c"], dtype=object)[rng.integers(0, 3, LINES)], "amount": rng.integers(1, 10**7, LINES)}
    ).astype({"node": "str", "period": "str", "product_family": "str"})  # fmt: skip
    start = time.perf_counter()
    cells = Cells(nodes, months, ("a", "b", "c")).fill(lines["node"], lines)
    rolled = nodes.roll_up(cells)
    ours = time.perf_counter() - start
    start = time.perf_counter()
    up = pd.Series(np.append(nodes.ids, None)[nodes.parent], index=nodes.ids)
    frame, keys = lines, ["node", "period", "product_family"]
    for _ in range(6):
        frame = frame.groupby(keys, sort=False)["amount"].sum().reset_index()
        total = int(frame["amount"].sum())
        frame["node"] = frame["node"].map(up)
    peer = time.perf_counter() - start
    assert int(rolled[0].sum()) == total == int(lines["amount"].sum())
    return [(f"roll-up of {LINES:,} plan lines, 6 levels", ours, peer)]


def company(rng: np.random.Generator, accounts: int) -> tuple[Facts, pd.Series]:
    """The same tree as a book's tables, without sales; and the owner of every account."""
    sizes = (1, 10, 100, 1_000)
    ids = [[f"{level}-{i}" for i in range(size)] for level, size in enumerate(sizes)]
    above = [
        None,
        *(
            ids[level - 1][i * sizes[level - 1] // size]
            for level, size in enumerate(sizes)
            if level
            for i in range(size)
        ),
    ]
    names = [name for level in ids for name in level]
    reps = pd.DataFrame(
        {"rep_id": [f"R{i}" for i in range(REPS)], "territory_id": [ids[3][i // 5] for i in range(REPS)]}
    )
    owner = rng.integers(0, REPS, accounts)
    frame = pd.DataFrame({"account_id": [f"A{i}" for i in range(accounts)], "status": "customer"})
    frame["territory_id"] = reps["territory_id"].to_numpy()[owner]
    tables = Tables.of(
        {
            "territories": pd.DataFrame({"territory_id": names, "name": names, "parent_id": above}),
            "reps": reps.assign(name=reps["rep_id"]),
            "accounts": frame.assign(name=frame["account_id"]),
        }
    )
    owners = pd.Series(reps["rep_id"].to_numpy()[owner], index=frame["account_id"])
    return Facts(tables, Rules(), date(2025, 12, 31)), owners


def stage(rng: np.random.Generator) -> list[tuple[str, float, float]]:
    """From a million plan lines to what people read: cube, every cell of the gap, verdicts, totals, finance's lists."""
    facts, owners = company(rng, 50_000)
    months = np.array([f"FY2026-M{m:02d}" for m in range(1, 13)], dtype=object)
    lines = pd.DataFrame(
        {"account_id": owners.index.to_numpy()[rng.integers(0, len(owners), LINES)], "period": months[np.arange(LINES) % 12],
         "product_family": np.array(["a", "b", "c"], dtype=object)[rng.integers(0, 3, LINES)], "source": "run_rate", "reference": "", "state": "draft",
         "amount": rng.integers(1, 10**7, LINES)}
    )  # fmt: skip
    lines["rep_id"] = owners.reindex(lines["account_id"]).to_numpy()
    lines["territory_id"] = (
        facts.tables.accounts.set_index("account_id")["territory_id"].reindex(lines["account_id"]).to_numpy()
    )
    reps = pd.DataFrame(
        {
            "node": facts.tables.reps["rep_id"],
            "layer": "target",
            "period": months[0],
            "product_family": "all",
            "amount": 10**9,
        }
    )
    none = pd.DataFrame({"account_id": [], "period": [], "product_family": [], "projected_amount": []}).astype(
        {"projected_amount": "int64"}
    )
    text = dict.fromkeys(("account_id", "period", "product_family", "rep_id", "territory_id", "source"), "str")
    start, busy = time.perf_counter(), time.process_time()
    made = cube(facts, Inputs(owners, lines.astype(text), reps, none), (PLANS, NO_PLANS))
    cells = gap(made)
    missing = np.full(len(made.nodes), np.nan)
    rows = standing(made, Bearable(missing, missing), facts.rules.reconcile, facts)
    past = np.zeros(len(made.nodes), dtype=np.int64)
    totals = node_totals(facts, made, past)
    nodes = by_node(facts, made, past)
    ours = time.perf_counter() - start
    print(f"stage: {time.process_time() - busy:.1f} s of processor time; {len(cells):,} cells, {len(rows):,} verdicts")
    assert int(totals["plan_amount"].iloc[0]) == int(nodes["plan_amount"].iloc[0]) == int(lines["amount"].sum())
    start = time.perf_counter()
    keys = ["account_id", "period", "product_family"]
    frame = lines.groupby(keys, sort=False)["amount"].sum().reset_index()
    for level in ("rep_id", "territory_id"):
        lines.groupby([level, "period", "product_family"], sort=False)["amount"].sum()
    return [
        (
            f"the stage: {LINES:,} lines → {len(frame):,} leaf cells, gap, verdicts, totals, lists",
            ours,
            time.perf_counter() - start,
        )
    ]


def odds(rng: np.random.Generator) -> list[tuple[str, float, float]]:
    rules = OddsRules()
    deals = Deals(
        rng.integers(0, REPS, DEALS).astype(np.intp),
        rng.uniform(1e5, 1e7, DEALS),
        rng.uniform(0.1, 0.7, DEALS),
        np.full((DEALS, 4), 0.22),
    )
    world = World(
        tuple(f"r{i}" for i in range(REPS)),
        np.zeros((REPS, 4)),
        rng.uniform(1e6, 1e8, (REPS, 4)),
        deals,
        0.08,
        np.full(REPS, 0.2),
        0.3,
    )
    places = Places(tuple(np.array([102 + i // 5, 1 + i // 50, 0]) for i in range(REPS)), 102 + 1_000)
    marks = Marks(np.full((places.count, 5), 1e8), np.full((places.count, 5), 1e8))
    start, busy = time.perf_counter(), time.process_time()
    simulate(world, places, marks, rules, 1)
    ours = time.perf_counter() - start
    print(f"simulation: {time.process_time() - busy:.1f} s of processor time on all threads")
    start = time.perf_counter()
    for _ in range(rules.simulations // 100):
        won = rng.random(DEALS) < deals.chance
        np.bincount(deals.unit[won], deals.amount[won], REPS) + (
            world.run_rate * np.exp(rng.standard_normal((REPS, 4)) * 0.2)
        ).sum(axis=1)
    peer = (time.perf_counter() - start) * 100
    return [(f"{rules.simulations:,} years × {REPS:,} reps × {DEALS:,} deals, percentiles of every node", ours, peer)]


def main() -> None:
    """Print seconds, the peer's seconds in the same run, their ratio, and the peak memory."""
    rng = np.random.default_rng(1)
    for name, ours, peer in roll_up(rng) + stage(rng) + odds(rng):
        print(f"{name}: {ours:.2f} s, peer {peer:.2f} s, ratio {ours / peer:.2f}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


if __name__ == "__main__":
    main()

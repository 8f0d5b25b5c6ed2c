"""The cascade against the package b2b-revenue-forecasting on the same job in the same run: nodes × 12 months × 5 families.

The job: a tree of four levels, three bases mixed, a hedge on the leaves' level, and pins of leaves' whole years, siblings taking up what a
pin leaves. The peer runs up to the largest size that it bears within a minute or so; its time there is set against ours at the same size,
and the sums of its children against their parents show how exact it is. Above, only we run. Memory is the peak of a process of its
own. ``python -m tests.benchmarks.bench_targets 100000 5 1000`` runs one size of ours.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
import warnings
from typing import Any

FAMILIES = 5
#: nodes and pins on which the peer is tried; it stops at the first that takes longer than LIMIT seconds
PEER = ((250, 10), (1_000, 20), (3_000, 30), (10_000, 100))
LIMIT = 60.0
#: nodes, families, pins of ours alone
OWN = ((100_000, 5, 1_000), (1_000_000, 1, 0))


def job(nodes: int, families: int, pins: int) -> dict[str, Any]:
    """A made-up company: parents (root first), three bases per node (sums of the leaves'), totals per family, pinned leaves."""
    import numpy as np

    rng = np.random.default_rng(1)
    sizes = [1, max(2, min(10, nodes // 100)), max(10, nodes // 500), max(20, nodes // 50)]
    parent = [np.array([-1])]
    first = 0
    for level in range(1, 4):
        up = np.concatenate(
            [np.arange(sizes[level - 1]), rng.integers(0, sizes[level - 1], sizes[level] - sizes[level - 1])]
        )
        parent.append(np.sort(up) + first)
        first += sizes[level - 1]
    leaves = nodes - sum(sizes)
    up = np.concatenate([np.arange(sizes[3]), rng.integers(0, sizes[3], leaves - sizes[3])])
    parent.append(np.sort(up) + first)
    every = np.concatenate(parent)
    base = np.zeros((3, nodes))
    base[:, nodes - leaves :] = rng.integers(1, 1000, size=(3, leaves))
    for at in range(nodes - 1, 0, -1):
        base[:, every[at]] += base[:, at]
    season = rng.integers(5, 15, 12)
    totals = rng.integers(10**8, 10**9, families)
    share = rng.uniform(0.7, 1.2, pins)
    return {
        "parent": every, "base": base, "season": season / season.sum(), "totals": totals,
        "pinned": np.sort(rng.choice(np.arange(nodes - leaves, nodes), pins, replace=False)), "share": share,
    }  # fmt: skip


WEIGHTS = (0.5, 0.3, 0.2)
HEDGE = 0.05


def ours(work: dict[str, Any], *, timed: bool = True) -> dict[str, Any]:
    """Cascade, pins and hedge by this project; checks that every parent is its children's sum."""
    import numpy as np

    from workbook.targets.cascade import cascaded, mixed
    from workbook.targets.grid import Branches
    from workbook.targets.rounding import Fixed, rounded
    from workbook.targets.skeleton import Held
    from workbook.targets.solve import solved
    from workbook.targets.street import hedge_factors, hedges

    begin = time.perf_counter()
    branches, order = Branches.of(work["parent"])
    n, families = len(branches), len(work["totals"])
    bases = {str(i): work["base"][i][order] for i in range(3)}
    shares = mixed(branches, bases, {str(i): np.full(n, w) for i, w in enumerate(WEIGHTS)}).values
    top = (work["totals"][:, None] * work["season"]).reshape(-1)
    values = cascaded(branches, top, shares)[branches.leaves]
    kind = np.repeat(np.arange(families), 12)
    fixed = Fixed(np.zeros(1, dtype=np.intp), kind, work["totals"][None, :].astype(np.int64))
    amounts = rounded(branches, values, fixed)
    if len(work["pinned"]):
        place = np.empty(n, dtype=np.intp)
        place[order] = np.arange(n)
        sums = branches.roll_up(amounts)
        every = np.ones(12 * families, dtype=bool)
        held = [Held(0, kind == k, int(t), f"company {k}", "company") for k, t in enumerate(work["totals"])]
        above = set()
        for node, share in zip(place[work["pinned"]], work["share"], strict=True):
            held.append(Held(int(node), every, round(int(sums[node].sum()) * share), f"pin {node}"))
            above.update(branches.path(int(node))[1:-1])
        held += [Held(u, every, int(sums[u].sum()), f"node {u}", "keep") for u in sorted(above)]
        amounts = solved(branches, amounts, values, held).amounts
    hedge = np.zeros(n)
    hedge[branches.parent[branches.leaves]] = HEDGE
    street = amounts + hedges(branches, amounts, hedge_factors(branches, hedge, 0.0))
    seconds = time.perf_counter() - begin
    off = 0
    for layer in (amounts, street):
        sums = branches.roll_up(layer)
        children = np.zeros_like(sums)
        np.add.at(children, branches.parent[1:], sums[1:])
        inner = ~branches.is_leaf
        off = max(off, int(np.abs(sums - children)[inner].max()))
    assert amounts.sum() == work["totals"].sum()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return {"seconds": seconds if timed else 0.0, "off_units": off, "peak_gib": peak}


def peer(work: dict[str, Any]) -> dict[str, Any]:
    """The same by the peer: cascade_many over 60 combinations, then apply_pins; amounts in minor units as floats."""
    import numpy as np
    import pandas as pd
    from b2b_revenue_forecasting import HedgeByDepth, MetricSpec, Pin, apply_pins, cascade_many

    parent = work["parent"]
    depth = np.zeros(len(parent), dtype=int)
    for at in range(1, len(parent)):
        depth[at] = depth[parent[at]] + 1
    leaves = np.flatnonzero(depth == 4)
    path = {4: leaves}
    for level in (3, 2, 1, 0):
        path[level] = parent[path[level + 1]]
    taxonomy = [f"level{i}" for i in range(5)]
    tree = pd.DataFrame({name: [f"n{v}" for v in path[i]] for i, name in enumerate(taxonomy)})
    for i in range(3):
        tree[f"m{i}"] = work["base"][i][leaves]
    rows = [
        {"level0": "n0", "family": f"f{k}", "month": m + 1, "target": float(total * work["season"][m])}
        for k, total in enumerate(work["totals"])
        for m in range(12)
    ]
    specs = [MetricSpec(f"m{i}", direction="proportional", weight=w) for i, w in enumerate(WEIGHTS)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        begin = time.perf_counter()
        frame, _ = cascade_many(
            tree, pd.DataFrame(rows), group_keys=["level0"], target_col="target", taxonomy=taxonomy, metrics=specs,
            hedge_multiplier=HedgeByDepth(from_leaves={1: 1 + HEDGE}, default=1.0), new_ic_rule="none",
        )  # fmt: skip
        total = frame.groupby("node_id")["base_quota"].sum()
        pins = [Pin(f"n{v}", float(total[f"n{v}"] * s)) for v, s in zip(work["pinned"], work["share"], strict=True)]
        frame, _ = apply_pins(frame, pins)
        seconds = time.perf_counter() - begin
    keys = ["family", "month"]
    own = frame.set_index(["node_id", *keys])["base_quota"]
    children = frame.dropna(subset=["parent"]).groupby(["parent", *keys])["base_quota"].sum()
    off = float((own.reindex(children.index) - children).abs().max())
    whole = float((frame["base_quota"] - frame["base_quota"].round()).abs().max())
    return {"seconds": seconds, "off_units": off, "not_whole": whole, "rows": len(frame)}


def _apart(nodes: int, families: int, pins: int) -> dict[str, Any]:
    """One size of ours in a process of its own, so that its peak memory is its own."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_targets", str(nodes), str(families), str(pins)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Print the table."""
    if len(sys.argv) == 4:
        size = [int(a) for a in sys.argv[1:]]
        ours(job(300, 1, 20))  # compile and import first
        print(json.dumps(ours(job(*size))))
        return
    print(
        f"{'nodes':>9} {'cells':>12} {'pins':>5} {'ours s':>8} {'peer s':>8} {'ratio':>7}  children against parents, in minor units"
    )
    ours(job(300, 1, 20))  # compile and import first
    for nodes, pins in PEER:
        work = job(nodes, FAMILIES, pins)
        own = ours(work)
        try:
            other = peer(work)
        except ImportError:
            print("the peer is not installed: pip install -r tests/benchmarks/requirements.txt")
            break
        ratio = other["seconds"] / own["seconds"]
        told = f"ours off by {own['off_units']}, peer by {other['off_units']:.2g}, parts of units left {other['not_whole']:.2g}"
        print(
            f"{nodes:>9,} {nodes * 12 * FAMILIES:>12,} {pins:>5} {own['seconds']:>8.2f} {other['seconds']:>8.2f} {ratio:>6.0f}×  {told}",
            flush=True,
        )
        if other["seconds"] > LIMIT:
            break
    for nodes, families, pins in OWN:
        own = _apart(nodes, families, pins)
        told = f"ours off by {own['off_units']}, peak {own['peak_gib']:.2f} GiB"
        print(
            f"{nodes:>9,} {nodes * 12 * families:>12,} {pins:>5} {own['seconds']:>8.2f} {'':>8} {'':>7}  {told}",
            flush=True,
        )


if __name__ == "__main__":
    main()

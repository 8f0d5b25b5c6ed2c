"""Why a number is what it is: rows that add up to it exactly, in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.targets.allocated import Allocated
from workbook.targets.cascade import cascaded
from workbook.targets.company import cut

Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]
Ints = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]

COLUMNS = ["node", "node_kind", "period", "product_family", "measure", "layer", "step", "amount", "sentence"]


def explained(made: Allocated, at: Ints, columns: Bools, what: tuple[str, str | None, str]) -> pd.DataFrame:
    """For nodes at positions ``at`` and the cells in ``columns``: the steps to target and street quota.

    ``what``: period, family (None: all), measure, as they are called. Columns as in ``COLUMNS``: steps of layer target add up
    to the target, those of layer hedge to the hedge, both to the street quota.
    """
    nodes = made.draft.nodes
    steps = [(name, values, text) for name, values, text in _steps(made, at, columns)]
    parts = [np.diff(np.rint(np.stack([s[1] for s in steps])), axis=0, prepend=0.0).astype(np.int64)]
    rows: list[tuple[str, str, Int64s, Sequence[str]]] = [
        ("target", name, parts[0][i], text) for i, (name, _, text) in enumerate(steps)
    ]
    for label, amounts in _moves(made, at, columns):
        rows.append(("target", label, amounts, ["The amount that this edit took or gave here."] * len(at)))
    handed = _sums(made, made.target, at, columns) - _sums(made, made.settled, at, columns)
    rows.append(("target", "change of hands", handed, ["Accounts that came or went during the year."] * len(at)))
    rows += [("hedge", name, amount, text) for name, amount, text in _hedge_steps(made, at, columns)]
    frames = [
        pd.DataFrame(
            {
                "node": nodes.ids[at],
                "node_kind": nodes.kinds[at],
                "period": what[0],
                "product_family": what[1] or "",
                "measure": what[2],
                "layer": layer,
                "step": step,
                "amount": amount,
                "sentence": list(text),
                "at": np.arange(len(at)),
            }
        )
        for layer, step, amount, text in rows
    ]
    whole = pd.concat(frames, ignore_index=True).sort_values("at", kind="stable")
    always = whole["step"].isin(["base share", "season", "rounding"])
    whole = whole[always | (whole["amount"] != 0)].drop(columns="at").reset_index(drop=True)
    return whole.astype(dict.fromkeys([c for c in COLUMNS if c != "amount"], "str"))[COLUMNS]


def _sums(made: Allocated, leaf_amounts: npt.NDArray[np.int64], at: Ints, columns: Bools) -> Int64s:
    by_leaf = leaf_amounts[:, columns].sum(axis=1)
    lo, hi = made.draft.nodes.branches.leaf_span
    running = np.concatenate([[0], np.cumsum(by_leaf)])
    return running[hi[at]] - running[lo[at]]


def _steps(made: Allocated, at: Ints, columns: Bools) -> list[tuple[str, Floats, list[str]]]:
    """Running values after each step of the cascade: name, value per node, sentence per node."""
    draft = made.draft
    whole = draft.nodes.branches
    keep = np.zeros(len(draft.nodes), dtype=bool)
    for node in at:
        keep[whole.path(int(node))] = True
    kept = np.flatnonzero(keep)
    here = np.searchsorted(kept, at)
    branches = cut(draft.nodes, kept).branches
    plain = np.repeat(draft.shares[kept], 12, axis=1)
    flat_top, classes = draft.top.copy(), draft.fixed.column_class
    for k in range(draft.fixed.totals.shape[1]):
        flat_top[classes == k] = draft.top[classes == k].mean()
    base = cascaded(branches, flat_top, plain)[here][:, columns].sum(axis=1)
    seasoned = cascaded(branches, draft.top, draft.seasonal[kept])[here][:, columns].sum(axis=1)
    ramped = cascaded(branches, draft.top, draft.ramped[kept])[here][:, columns].sum(axis=1)
    top = float(flat_top[columns].sum())
    share = [f"{value / top:.1%} of the company's number" if top else "Nothing to share" for value in base]
    edits = [e for e in made.edits if e.action in ("pin", "lock", "scale")]
    own: dict[int, list[str]] = {}
    for edit in edits:
        own.setdefault(draft.nodes.at(edit.node, edit.holder), []).append(f"{edit.action} {edit.revision}".strip())
    told = [
        f"Set here by {', '.join(own[int(node)])}." if int(node) in own else "What edits of other numbers leave here."
        for node in at
    ]
    count = len(at)
    return [
        ("base share", base, [f"{s}, by the bases in force, in even months." for s in share]),
        ("season", seasoned, [f"Months: {draft.season_told}."] * count),
        ("ramp", ramped, ["New reps, open positions and leavers carry what their months allow."] * count),
        (
            "rounding",
            _sums(made, made.plain, at, columns).astype(float),
            ["To the currency's smallest unit, so that all adds up."] * count,
        ),
        (
            "finance's numbers",
            _sums(made, made.stated, at, columns).astype(float),
            ["What finance's own numbers for nodes below the company change here."] * count,
        ),
        ("edits", _sums(made, made.pinned, at, columns).astype(float), told),
    ]


def _moves(made: Allocated, at: Ints, columns: Bools) -> list[tuple[str, Int64s]]:
    lo, hi = made.draft.nodes.branches.leaf_span
    found = []
    for edit in made.edits:
        if edit.label not in made.changes:
            continue
        total = np.zeros(len(at), dtype=np.int64)
        for rows, cells, block in made.changes[edit.label]:
            inside = columns[cells]
            running = np.concatenate([[0], np.cumsum(block[:, inside].sum(axis=1))])
            a = np.clip(lo[at] - rows.start, 0, len(block))
            b = np.clip(hi[at] - rows.start, 0, len(block))
            total += running[b] - running[a]
        found.append((f"{edit.action} {edit.revision}".strip(), total))
    return found


def _hedge_steps(made: Allocated, at: Ints, columns: Bools) -> list[tuple[str, Int64s, list[str]]]:
    """The hedge by the level that adds it; the reserve for leavers; rounding."""
    draft = made.draft
    nodes, branches, rules = draft.nodes, draft.nodes.branches, draft.method.rules
    hedge = _sums(made, made.hedge, at, columns)
    target = np.maximum(made.target[:, columns], 0).sum(axis=1).astype(np.float64)
    lo, hi = branches.leaf_span
    factor = np.full(len(branches), 1.0 / (1.0 - rules.attrition_share))

    def value(by_node: Floats) -> Floats:
        running = np.concatenate([[0.0], np.cumsum(target * by_node[branches.leaves])])
        return running[hi[at]] - running[lo[at]]

    steps = [
        (
            "reserve for leavers",
            value(factor - 1.0),
            f"{rules.attrition_share:.1%} of selling time is expected to be lost.",
        )
    ]
    own = draft.method.hedge(nodes)
    for depth in range(len(branches.levels)):
        level = branches.levels[depth]
        if not own[level].any():
            continue
        grow = np.where(branches.depth == depth, 1.0 + own, 1.0)
        for deeper in branches.levels[depth + 1 :]:
            grow[deeper] = grow[branches.parent[deeper]]
        below = branches.depth > depth
        factor = np.where(below, factor * grow, factor)
        names = list(dict.fromkeys(str(n) for n in nodes.levels[level[own[level] > 0]]))
        steps.append(
            (
                f"hedge of {' and '.join(names)}",
                value(factor - 1.0),
                f"What the {names[0]} level hands out beyond its target (over-assignment).",
            )
        )
    running = np.rint(np.stack([s[1] for s in steps]))
    parts = np.diff(running, axis=0, prepend=0.0).astype(np.int64)
    merged: dict[str, tuple[Int64s, str]] = {}
    for (name, _, text), part in zip(steps, parts, strict=True):
        merged[name] = (merged[name][0] + part if name in merged else part, text)
    rows = [(name, part, [text] * len(at)) for name, (part, text) in merged.items()]
    rows.append(
        (
            "rounding of the hedge",
            hedge - running[-1].astype(np.int64),
            ["To the currency's smallest unit, so that all adds up."] * len(at),
        )
    )
    return rows

"""From the grid to the frames that others read: allocation, by node."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.targets.cascade import Shares
from workbook.targets.edits import Edit
from workbook.targets.grid import Cells, Nodes

Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

ALLOCATION = ["node", "node_kind", "parent", "period", "product_family", "measure", "layer", "amount"]
BY_NODE = [
    "node",
    "node_kind",
    "level",
    "name",
    "parent",
    "period",
    "measure",
    "target_amount",
    "street_amount",
    "hedge_amount",
    "last_year_amount",
]


def _shown(nodes: Nodes) -> npt.NDArray[np.intp]:
    return np.flatnonzero(nodes.kinds != "pool")


def _parents(nodes: Nodes, at: npt.NDArray[np.intp]) -> pd.Series:
    up = nodes.shown_parent[at]
    parents = nodes.ids[np.maximum(up, 0)]
    return pd.Series(parents).astype("str").where(up >= 0)


def allocation(nodes: Nodes, cells: Cells, layers: dict[str, Int64s], known: Bools) -> pd.DataFrame:
    """One row per node × month × slot × layer. ``layers``: amounts of every node (n, cells); ``known``: columns given."""
    at, columns = _shown(nodes), np.flatnonzero(known)
    slot, month = np.divmod(columns, 12)
    rows, width = len(at), len(columns)
    parent = _parents(nodes, at)
    families = np.array([f for _, f in cells.slots], dtype=object)
    measures = np.array([m for m, _ in cells.slots], dtype=object)
    frames = []
    for layer, values in layers.items():
        frames.append(
            pd.DataFrame(
                {
                    "node": _repeated(nodes.ids[at], width),
                    "node_kind": _repeated(nodes.kinds[at], width),
                    "parent": pd.Series(parent.array[np.repeat(np.arange(rows), width)]),
                    "period": _tiled(np.array(cells.months, dtype=object)[month], rows),
                    "product_family": _tiled(families[slot], rows),
                    "measure": _tiled(measures[slot], rows),
                    "layer": pd.Series([layer], dtype="str").repeat(rows * width).reset_index(drop=True),
                    "amount": values[np.ix_(at, columns)].reshape(-1),
                }
            )
        )
    return pd.concat(frames, ignore_index=True) if frames else empty_allocation()


def empty_allocation() -> pd.DataFrame:
    """No rows, the right columns and dtypes."""
    return pd.DataFrame({c: pd.Series(dtype="int64" if c == "amount" else "str") for c in ALLOCATION})


def _repeated(values: npt.NDArray[np.object_], times: int) -> pd.Series:
    made = pd.Series(values).astype("str")
    return pd.Series(made.array[np.repeat(np.arange(len(values)), times)])


def _tiled(values: npt.NDArray[np.object_], times: int) -> pd.Series:
    made = pd.Series(values).astype("str")
    return pd.Series(made.array[np.tile(np.arange(len(values)), times)])


def by_node(nodes: Nodes, cells: Cells, layers: dict[str, Int64s], last_year: Int64s | None) -> pd.DataFrame:
    """One row per node and measure for the year. ``last_year``: sales at every node (n,), None where not known."""
    at = _shown(nodes)
    parent = _parents(nodes, at)
    frames = []
    for measure in dict.fromkeys(m for m, _ in cells.slots):
        columns = cells.mask(cells.year, None, measure)
        target = layers["target"][at][:, columns].sum(axis=1)
        street = layers["street"][at][:, columns].sum(axis=1)
        past = (
            pd.array(last_year[at], dtype="Int64")
            if last_year is not None
            else pd.array([pd.NA] * len(at), dtype="Int64")
        )
        frames.append(
            pd.DataFrame(
                {
                    "node": pd.Series(nodes.ids[at]).astype("str"),
                    "node_kind": pd.Series(nodes.kinds[at]).astype("str"),
                    "level": pd.Series(nodes.levels[at]).astype("str"),
                    "name": pd.Series(nodes.names[at]).astype("str"),
                    "parent": parent,
                    "period": pd.Series([cells.year] * len(at), dtype="str"),
                    "measure": pd.Series([measure] * len(at), dtype="str"),
                    "target_amount": target,
                    "street_amount": street,
                    "hedge_amount": street - target,
                    "last_year_amount": past,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def empty_by_node() -> pd.DataFrame:
    """No rows, the right columns and dtypes."""
    kinds = {c: "int64" for c in BY_NODE if c.endswith("_amount")} | {"last_year_amount": "Int64"}
    return pd.DataFrame({c: pd.Series(dtype=kinds.get(c, "str")) for c in BY_NODE})


def fallbacks(nodes: Nodes, splits: Sequence[Shares]) -> pd.DataFrame:
    """Rows node, basis, fallback, one for each place where something stood in."""
    rows: set[tuple[int, str, str]] = set()
    for split in splits:
        for name, at in split.dropped.items():
            rows |= {(int(i), name, "silent for everybody below: the other bases stand in") for i in np.flatnonzero(at)}
        for name, at in split.filled.items():
            rows |= {(int(i), name, "not known: the mean of its siblings") for i in np.flatnonzero(at)}
        for name, at in split.clipped.items():
            rows |= {(int(i), name, "negative: taken as zero") for i in np.flatnonzero(at)}
        rows |= {(int(i), "all", "no basis says anything: split evenly") for i in np.flatnonzero(split.even)}
    shown = sorted(row for row in rows if nodes.kinds[row[0]] != "pool")
    made = pd.DataFrame([(str(nodes.ids[i]), b, t) for i, b, t in shown], columns=["node", "basis", "fallback"])
    return made.astype("str").drop_duplicates().reset_index(drop=True)


def fallbacks_none() -> pd.DataFrame:
    """No fallbacks."""
    return pd.DataFrame({c: pd.Series(dtype="str") for c in ("node", "basis", "fallback")})


EDITS = ["node", "revision", "action", "period", "product_family", "amount", "factor", "to_node", "to_period", "decided_by", "decided_at", "reason"]  # fmt: skip


def edits(rows: Sequence[Edit]) -> pd.DataFrame:
    """Edits as a frame; columns ``EDITS``."""
    made = [
        (
            e.node,
            e.revision,
            e.action,
            e.period,
            e.family,
            e.amount,
            e.factor,
            e.to_node,
            e.to_period,
            e.by,
            e.at,
            e.reason,
        )
        for e in rows
    ]
    frame = pd.DataFrame(made, columns=EDITS)
    return frame.astype({"amount": "Int64", "factor": "float64", "revision": "int64"})

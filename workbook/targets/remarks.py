"""What people should know of how the numbers came about: fallbacks, numbers that gave way, accounts held elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbook.checks import Check, counted
from workbook.targets.draft import Draft


def remarks(draft: Draft, given_way: Sequence[str]) -> list[Check]:
    """What people should know of how the numbers came about: fallbacks, numbers that gave way, accounts held elsewhere."""
    nodes, found = draft.nodes, []
    root = str(nodes.ids[0])

    def called(at: int | np.signedinteger) -> str:
        name, key = str(nodes.names[at]), str(nodes.ids[at])
        return key if name == key else f"{name} ({key})"

    for name, why in sorted(draft.bases.silent.items()):
        found.append(
            Check(f"basis {name}", "not known", f"{why[:1].upper()}{why[1:]}: the other bases stand in.", subject=root)
        )
    if draft.depth != draft.method.rules.depth:
        most = draft.method.rules.accounts_at_most
        found.append(
            Check(
                "depth",
                "warn",
                f"There are more than {most:,} accounts: the cascade ends at reps (rule accounts_at_most).",
                subject=root,
            )
        )
    even = np.zeros(len(nodes), dtype=bool)
    for split in draft.splits:
        even |= split.even
    for at in np.flatnonzero(even & np.isin(nodes.kinds, ["territory", "rep"])):
        found.append(
            Check(
                "even split",
                "warn",
                f"No basis says anything below {called(at)}: split evenly.",
                subject=str(nodes.ids[at]),
            )
        )
    for at in np.flatnonzero(draft.nobody.any(axis=1) & (nodes.kinds == "territory")):
        months = sorted({draft.prepared.cells.months[c % 12] for c in np.flatnonzero(draft.nobody[at])})
        if (draft.values.size and draft.nodes.branches.is_leaf[at]) or not months:
            continue
        found.append(
            Check(
                "nobody there",
                "warn",
                f"In {', '.join(months)} nobody in {called(at)} could carry anything: split as if all were there.",
                subject=str(nodes.ids[at]),
            )
        )
    if given_way:
        found.append(
            Check(
                "numbers beside edits",
                "warn",
                f"{counted(len(given_way), 'number')} above or beside edits could not stay: {', '.join(given_way[:6])}{' …' if len(given_way) > 6 else ''}.",
                {"numbers": len(given_way)},
                subject=root,
            )
        )
    lo, hi = nodes.branches.leaf_span
    for at in np.flatnonzero(nodes.kinds == "rep"):
        if not draft.values[lo[at] : hi[at]].any() and draft.top.any():
            name = str(nodes.ids[at])
            found.append(
                Check("no target", "warn", f"No basis gives {called(at)} anything: the target is zero.", subject=name)
            )
    elsewhere = draft.prepared.company.elsewhere
    for node, rows in elsewhere.groupby("territory_id", sort=True):
        count = int(rows["account_id"].nunique())
        held = f"{counted(count, 'account')} of {called(nodes.at(str(node)))} {'is' if count == 1 else 'are'}"
        found.append(
            Check(
                "held from elsewhere",
                "warn",
                f"{held} held by somebody who is no rep there: the target stands with the territory, not with a rep.",
                {"accounts": count},
                subject=str(node),
            )
        )
    return found

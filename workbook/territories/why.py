"""Why nobody may take an account: the first constraint that leaves no rep, by name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.rules.territories import DesignRules
from workbook.territories.wishes import Wishes
from workbook.tree import Tree

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Why:
    """Constraints of a design, to be asked for the one that stands in the way.

    ``first``: an account of each unit (its columns) · ``people``: the sellers · ``rules``: tree, design rules, wishes ·
    ``masks``: who works near each unit (n, m), who may sell at all (m,), units whose accounts lie apart (n,), who has the
    skills (n, m), who holds each unit, -1 for nobody (n,).
    """

    first: pd.DataFrame
    people: pd.DataFrame
    rules: tuple[Tree, DesignRules, Wishes]
    masks: tuple[Bools, Bools, Bools, Bools, Ints]

    def account(self, unit: int) -> str:
        """The account that stands for a unit."""
        return str(self.first["account_id"].iloc[unit])

    def reason(self, unit: int) -> str:
        """The first constraint that leaves nobody for a unit."""
        (tree, rules, wishes), (near, can, mixed, skilled, home) = self.rules, self.masks
        node = str(self.first["territory_id"].iloc[unit])
        place = tree.name(node) if node in tree else node
        where = f"in the {rules.across} of {place}" if rules.across in ("team", "region") else f"in {place}"
        others = np.arange(len(self.people)) != home[unit]
        wider = {"territory": "team", "team": "region", "region": "company"}.get(rules.across)
        remedy = f" (wider: --across {wider})" if wider else ""
        if mixed[unit]:
            return f"accounts of its family lie in more than one {rules.across}{remedy}"
        if not (near[unit] & others).any():
            return f"nobody else sells {where}{remedy}"
        if not (near[unit] & can).any():
            return f"all who work {where} have left, leave, or do not hold books{remedy}"
        if not (near[unit] & can & skilled[unit]).any():
            return f"nobody {where} has the skill that {self._skill(unit)} asks for (rule territories.design.skills)"
        if wishes.takers is not None:
            return f"{', '.join(sorted(wishes.takers))} may not take accounts {where}{remedy}"
        return f"it is forbidden to all who could take it {where}"

    def _skill(self, unit: int) -> str:
        row, skills = self.first.iloc[unit], self.rules[1].skills
        return next((str(row[c]) for c in ("industry", "segment") if c in row and row[c] in skills), "its family")

    def notes(self, units: Ints, sizes: Ints) -> list[str]:
        """One note per reason for the units that should move and cannot; ``sizes``: accounts of each unit (n,)."""
        found: dict[str, list[int]] = {}
        for unit in units:
            found.setdefault(self.reason(int(unit)), []).append(int(unit))
        out = []
        for reason, those in sorted(found.items(), key=lambda item: (-len(item[1]), item[0])):
            count = int(sizes[those].sum())
            named = ", ".join(self.account(u) for u in those[:5]) + (" …" if len(those) > 5 else "")
            holder = self.masks[4][those]
            stays = "stay without a holder" if (holder < 0).all() else "stay where they are"
            out.append(f"nobody can take {count} account{'s' if count > 1 else ''} ({named}), which {stays}: {reason}")
        return out

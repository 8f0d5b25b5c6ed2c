"""What people want of a design beyond its weights: locks, pins, what is forbidden, who leaves; and why wishes clash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from workbook.decisions import Decisions
from workbook.errors import ConflictError


@dataclass(frozen=True)
class Wishes:
    """``locks``: accounts that stay · ``pins``: account → rep · ``forbids``: (account, rep) · ``leaving``: reps whose books
    are emptied · ``free``: when given, only these accounts may move, and only to people who are here · ``takers``: when given,
    only these reps may receive · ``limit``: when given, only so many moves, the most helpful ones.
    """

    locks: frozenset[str] = frozenset()
    pins: Mapping[str, str] = field(default_factory=dict)
    forbids: frozenset[tuple[str, str]] = frozenset()
    leaving: frozenset[str] = frozenset()
    free: frozenset[str] | None = None
    takers: frozenset[str] | None = None
    limit: int | None = None

    def with_decisions(self, decisions: Decisions) -> Wishes:
        """These wishes, the locks that people recorded, and the moves that they refused; a pin brings one of these back."""
        held = {a for a, row in decisions.state("lock").items() if row.payload.get("locked", True)}
        pinned = set(self.pins.items())
        return replace(self, locks=self.locks | held, forbids=self.forbids | (set(refusals(decisions)) - pinned))


def refusals(decisions: Decisions) -> dict[tuple[str, str], str]:
    """Moves (account, rep) of proposals that were refused, each with the reason, who gave it and when."""
    return {
        (account, to_rep): f"{row.payload['refused'].get(account, 'same family')}, {row.by}, {row.at:%Y-%m-%d}"
        for row in decisions.state("proposal").values()
        for account, to_rep in row.payload.get("refused_to", {}).items()
    }


def clashes(wishes: Wishes, units: pd.DataFrame, reps: Iterable[str]) -> list[str]:
    """Wishes that cannot all be met, each in one sentence naming them.

    ``units``: account_id, unit, home (rep who holds it, missing when nobody does).
    """
    known, people = set(units["account_id"]), set(reps)
    of_unit = dict(zip(units["account_id"], units["unit"], strict=True))
    home = dict(zip(units["account_id"], units["home"], strict=True))
    found = [f"{account} is not an account that can move" for account in sorted(set(wishes.pins) - known)]
    found += [
        f"{account} is to go to {rep}, who holds no book here"
        for account, rep in sorted(wishes.pins.items())
        if rep not in people
    ]
    found += [f"{rep} is to leave, but is no rep here" for rep in sorted(wishes.leaving - people)]
    found += [f"{rep} is to leave and to receive accounts" for rep in sorted(wishes.leaving & (wishes.takers or set()))]
    wanted: dict[int, dict[str, str]] = {}
    for account, rep in sorted(wishes.pins.items()):
        if account in of_unit:
            wanted.setdefault(of_unit[account], {})[account] = rep
        if (account, rep) in wishes.forbids:
            found.append(f"{account} is pinned to {rep} and forbidden to {rep}")
        if rep in wishes.leaving:
            found.append(f"{account} is pinned to {rep}, who is to leave")
    for account in sorted(wishes.locks & known):
        if isinstance(home[account], str):
            if wishes.pins.get(account, home[account]) != home[account]:
                found.append(f"{account} is locked with {home[account]} and pinned to {wishes.pins[account]}")
                continue
            wanted.setdefault(of_unit[account], {})[account] = home[account]
            if home[account] in wishes.leaving:
                found.append(f"{account} is locked with {home[account]}, who is to leave")
    for named in wanted.values():
        if len(set(named.values())) > 1:
            told = ", ".join(f"{account} with {rep}" for account, rep in sorted(named.items()))
            found.append(f"accounts of one family held together are wanted apart: {told}")
    return found


def refuse(found: list[str]) -> None:
    """Raise :class:`ConflictError` when there is anything."""
    if found:
        more = f" (and {len(found) - 8} more)" if len(found) > 8 else ""
        raise ConflictError(
            "these wishes cannot all be met: " + "; ".join(found[:8]) + more, remedy="Drop or change one of each."
        )

"""From proposal to decisions: accept all or some moves, refuse others with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from workbook.decisions import Decision
from workbook.errors import UsageError
from workbook.territories.proposal import Proposal


@dataclass(frozen=True)
class Answer:
    """Who answers a proposal, when, from which day the moves hold; ``refused``: account → reason."""

    by: str
    at: datetime
    on: date
    refused: Mapping[str, str]


def decisions(proposal: Proposal, answer: Answer) -> list[Decision]:
    """The decisions that accept a proposal but for what is refused: one move per account, then the answer itself.

    A family that moves as one is refused as one. Raises :class:`UsageError` for refusals that name no move, or lack a reason.
    """
    unknown = sorted(set(answer.refused) - set(proposal.moves["account_id"]))
    if unknown:
        raise UsageError(f"{', '.join(unknown)} is not among the moves", remedy="Refuse accounts of the proposal only.")
    blank = sorted(account for account, reason in answer.refused.items() if not reason.strip())
    if blank:
        raise UsageError(f"no reason for refusing {', '.join(blank)}", remedy="Say why.")
    kept = proposal.without(set(answer.refused))
    rows = [
        Decision(
            "move",
            str(move.account_id),
            {
                "from_rep": move.from_rep if isinstance(move.from_rep, str) else None,
                "to_rep": str(move.to_rep),
                "on": on.date().isoformat(),
                "proposal": proposal.id,
            },
            answer.by,
            answer.at,
            str(move.sentence),
        )
        for move, on in zip(kept.itertuples(), from_days(kept, answer.on), strict=True)
    ]
    figures = {k: proposal.summary[k] for k in ("objective", "bound", "gap", "moved")}
    said = {"answer": "accepted", "accepted": len(kept), "refused": dict(sorted(answer.refused.items())), **figures}
    out = proposal.moves[~proposal.moves["account_id"].isin(kept["account_id"])].sort_values("account_id")
    said["refused_to"] = dict(zip(out["account_id"].astype(str), out["to_rep"].astype(str), strict=True))
    return [
        *rows,
        Decision(
            "proposal", proposal.id, said, answer.by, answer.at, "accepted by account" if answer.refused else "accepted"
        ),
    ]


def from_days(moves: pd.DataFrame, on: date) -> pd.Series:
    """The day from which each move holds: ``on``, or the day of the hire where the rep comes later."""
    first = pd.Series(pd.Timestamp(on), index=moves.index)
    return first if "not_before" not in moves else first.where(~(moves["not_before"] > first), moves["not_before"])

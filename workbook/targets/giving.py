"""Which held numbers give way to edits, and the refusal where none can."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from workbook.errors import ConflictError
from workbook.money import format_amount
from workbook.targets.skeleton import Skeleton

Bools = npt.NDArray[np.bool_]


class PinConflictError(ConflictError):
    """Held numbers that cannot all be met: ``labels`` names them, ``amount`` is by how much (minor units)."""

    def __init__(self, labels: Sequence[str], amount: int, currency: str = "") -> None:
        self.labels, self.amount = tuple(labels), int(amount)
        apart = format_amount(self.amount, currency) if currency else f"{amount:,} minor units"
        if len(self.labels) == 1:
            super().__init__(f"{self.labels[0]} cannot be met, it misses by {apart}", remedy="Change it.")
            return
        super().__init__(
            f"these numbers cannot all be met, they miss by {apart}: {'; '.join(self.labels)}",
            remedy="Change or undo one of them.",
        )

    def told_in(self, currency: str) -> PinConflictError:
        """The same with its amount in a currency, for people."""
        return PinConflictError(self.labels, self.amount, currency)


def settled(skeleton: Skeleton, active: Bools) -> tuple[list[list[int]], list[str]]:
    """What lies inside each held number, and the labels of numbers that cannot stay beside the edits.

    These are let go (in ``active``): finance's lower numbers first, then numbers above edits, the smallest first. Raises
    :class:`PinConflictError` where only edits and the company's numbers are involved.
    """
    held = skeleton.held
    given_way = _finance_gives(skeleton, active)
    flat = skeleton.table.reshape(-1)
    free = np.repeat(skeleton.free > 0, skeleton.table.shape[1])
    keeps = [i for i, one in enumerate(held) if one.kind == "keep" and active[i]]
    for number in sorted(keeps, key=lambda i: (skeleton.size(i), i)):
        inside = skeleton.within(number, active)
        rest = skeleton.rest(number, inside)
        left = held[number].amount - sum(held[i].amount for i in inside)
        has = flat[rest[free[rest]]]
        if ((left < 0) != (has.sum() < 0) and left) or (left and not has.any()):
            active[number] = False
            given_way.append(held[number].label)
    while True:
        parts = [skeleton.within(i, active) if active[i] else [] for i in range(len(held))]
        dropped = [
            i for number in np.flatnonzero(active) for i in _in_the_way(skeleton, int(number), parts[number], free)
        ]
        if not dropped:
            return parts, given_way
        active[dropped] = False
        given_way += [held[i].label for i in dropped]


def _finance_gives(skeleton: Skeleton, active: Bools) -> list[str]:
    """Let finance's numbers go where they leave a larger number no room: those beside an edit, before the sum above them."""
    held = skeleton.held
    free = np.repeat(skeleton.free > 0, skeleton.table.shape[1])
    gone: list[int] = []
    for number in sorted(np.flatnonzero(active), key=lambda i: (skeleton.size(int(i)), i)):
        inside = skeleton.within(int(number), active)
        giving = [i for i in inside if held[i].kind == "given"]
        own = held[number].kind == "given"
        if not giving and not (own and inside):
            continue
        left = held[number].amount - sum(held[i].amount for i in inside)
        fits = free[skeleton.rest(int(number), inside)].any() and (left >= 0) == (held[number].amount >= 0)
        if left and not fits:
            out = giving or [int(number)]
            active[out] = False
            gone += out
    return [held[i].label for i in gone]


def _in_the_way(skeleton: Skeleton, number: int, inside: list[int], free: Bools) -> list[int]:
    """Numbers above edits that must give way for a held number; a conflict where only edits and finance are involved."""
    held = skeleton.held
    left = held[number].amount - sum(held[i].amount for i in inside)
    if not left:
        return []
    rest = skeleton.rest(number, inside)
    below_zero = left < 0 <= min([held[number].amount, *(held[i].amount for i in inside)])
    if not below_zero and free[rest].any():
        return []
    keeps = [i for i in (number, *inside) if held[i].kind == "given"]
    keeps = keeps or [i for i in (number, *inside) if held[i].kind == "keep"]
    if not keeps:
        raise PinConflictError([held[i].label for i in (number, *inside)], abs(left))
    return keeps

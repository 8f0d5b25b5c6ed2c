"""The nouns of rotation: who has room, who could take what, and what if it all moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from workbook.engagement.hours import Hours
from workbook.engagement.outside import outside
from workbook.engagement.rotation import book_care, room, rotation, taken_by, what_if
from workbook.errors import UsageError
from workbook.stage import noun


class Rotating(Hours):
    """Nouns of rotation (D2, D3, D7), on the keep rule and the one hours model."""

    if TYPE_CHECKING:  # nouns of the stage that rotation stands on
        keep: Any
        books: Any

    @property
    def _rep_names(self) -> pd.Series:
        return self.facts.tables.reps.set_index("rep_id")["name"]

    @noun
    def room(self) -> pd.DataFrame:
        """Hours each rep who is here has and needs: the rows of ``capacity`` that rotation asks."""
        return room(self.capacity, self.people).merge(self.books[["rep_id", "worked_share"]], on="rep_id", how="left")

    @noun
    def rotation(self) -> pd.DataFrame:
        """Accounts that may rotate, and who in their territory has room and fits (D7)."""
        return rotation(self._standing, self.keep, self._hours, self.room, self._rep_names)

    @noun
    def rotation_outside(self) -> pd.DataFrame:
        """The next best outside the territory where nobody inside has room; by the lowest node that holds both (D7)."""
        return outside(self._standing, self.rotation, self.room, self.facts.tree, self._rep_names)

    @noun
    def what_if(self) -> pd.DataFrame:
        """What if all of them moved, per rep (D2)."""
        return what_if(self.rotation, self.room)

    def what_if_of(self, rep_id: str) -> pd.DataFrame:
        """What if only this rep's inactive accounts moved (D2): per taker in scope what arrives and the room left after; the
        accounts that nobody has room for stand last, without a rep. Raises :class:`UsageError` for a rep without accounts here.
        """
        whole = self.whole or self
        here = sorted(set(self.keep["rep_id"].dropna()))
        if rep_id not in here:
            known = ", ".join(here[:12]) + (" …" if len(here) > 12 else "")
            raise UsageError(f"nobody with the rep_id {rep_id!r} holds accounts here", remedy=f"Use one of {known}.")
        own = self.keep[self.keep["rep_id"] == rep_id]
        moves = rotation(whole._standing, own, whole._hours, self.room, whole._rep_names)
        return taken_by(moves, self.room)

    @noun
    def book_care(self) -> pd.DataFrame:
        """Disqualified accounts leave, the best fitting free ones enter (D3)."""
        return book_care(self._standing, self.facts.tables.accounts.set_index("account_id")["fit_score"])

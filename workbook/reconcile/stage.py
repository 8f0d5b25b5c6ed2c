"""The reconcile stage: its nouns, each made by a function of this package."""

from __future__ import annotations

import pandas as pd

from workbook.reconcile.totals import node_totals
from workbook.stage import Stage, noun

_NO_LINES = pd.DataFrame({"account_id": [], "territory_id": [], "period": [], "amount": []})
_NO_TARGETS = pd.DataFrame({"node": [], "period": [], "target_amount": [], "street_amount": []})


class Reconcile(Stage):
    """Nouns of reconcile. Each is a frame or a list of checks, computed once, cut to the scope in a scoped book."""

    @noun
    def totals(self) -> pd.DataFrame:
        """Year totals of every node of the tree: target, plan, gap, actuals, projection, last year."""
        return node_totals(
            self.facts,
            self.earlier("portfolio").outlook_months,
            getattr(self.earlier("plans"), "lines", _NO_LINES),
            getattr(self.earlier("targets"), "by_node", _NO_TARGETS),
        )

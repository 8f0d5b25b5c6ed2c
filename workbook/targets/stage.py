"""The targets stage: its nouns, each made by a function of this package."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import pandas as pd

from workbook.stage import Stage, noun
from workbook.targets import frames
from workbook.targets.allocated import Allocated, allocated
from workbook.targets.bases import Sources, between, known_sales
from workbook.targets.draft import Draft, drafted, prepared
from workbook.targets.edits import edits_of
from workbook.targets.method import Method


class Targets(Stage):
    """Nouns of targets. Each is a frame or a list of checks, computed once, cut to the scope in a scoped book."""

    def _stage(self, steps: int) -> Any:
        stage: Any = self
        for _ in range(steps):
            stage = stage.before if stage is not None else None
        return stage

    @cached_property
    def sources(self) -> Sources:
        """What the bases are read from: sales, and frames of the portfolio and territories stages."""
        portfolio, territories = self._stage(3), self._stage(1)

        def frame(stage: Any, name: str) -> pd.DataFrame | None:
            return getattr(stage, name) if stage is not None and hasattr(type(stage), name) else None

        return Sources(
            known_sales(self.facts),
            frame(portfolio, "projection_months"),
            frame(portfolio, "deal_odds"),
            frame(territories, "capacity"),
        )

    @cached_property
    def draft(self) -> Draft | None:
        """The cascade by the published method, before edits; None where finance gave no target for the year."""
        ready = prepared(self.facts, self.sources)
        return drafted(ready, Method(self.facts.rules.targets)) if ready else None

    @cached_property
    def allocated(self) -> Allocated | None:
        """The year's targets with finance's lower numbers and every edit that stands; None without a company target."""
        if self.draft is None:
            return None
        return allocated(self.draft, edits_of(self.facts.decisions.log("target_edit")))

    @property
    def layers(self) -> dict[str, Any]:
        """Amounts of every node (n, cells) by layer: target and street."""
        return self.allocated.layers if self.allocated else {}

    @noun
    def allocation(self) -> pd.DataFrame:
        """Targets and street quotas per node × month × product family: see ARCHITECTURE.md."""
        if self.draft is None:
            return frames.empty_allocation()
        known = self.draft.prepared.given.column_class >= 0
        return frames.allocation(self.draft.nodes, self.draft.prepared.cells, self.layers, known)

    @noun
    def by_node(self) -> pd.DataFrame:
        """Target, street quota, hedge and last year's sales per node for the year."""
        if self.draft is None:
            return frames.empty_by_node()
        nodes = self.draft.nodes
        span = self.facts.calendar.bounds(self.facts.calendar.shift(self.facts.year, -1))
        rows = between(self.sources.sales, span)
        past = None
        if len(rows):
            value = rows.groupby("account_id")["amount"].sum()
            past = self._past(value)
        return frames.by_node(nodes, self.draft.prepared.cells, self.layers, past)

    def _past(self, value: pd.Series) -> Any:
        from workbook.targets.history import by_holder

        assert self.draft is not None
        return by_holder(self.draft, value)

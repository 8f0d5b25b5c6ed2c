"""The targets stage: its nouns, each made by a function of this package."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from workbook.checks import Check
from workbook.errors import UsageError
from workbook.stage import Stage, noun
from workbook.targets import fairness as fair
from workbook.targets import frames
from workbook.targets.allocated import Allocated, applied
from workbook.targets.bases import Sources, between, by_account, known_sales, rep_hours
from workbook.targets.draft import Draft, drafted, prepared
from workbook.targets.edits import edits_of
from workbook.targets.explain import COLUMNS, explained
from workbook.targets.history import by_holder
from workbook.targets.method import Method
from workbook.targets.midyear import before_and_after
from workbook.targets.overlays import overlays
from workbook.targets.scenarios import compared, scenarios


class Targets(Stage):
    """Nouns of targets. Each is a frame or a list of checks, computed once, cut to the scope in a scoped book."""

    @cached_property
    def methods(self) -> tuple[dict[str, Method], str]:
        """Every scenario's method by name, and which one is the plan."""
        return scenarios(self.facts.decisions, self.facts.rules.targets)

    @cached_property
    def sources(self) -> Sources:
        """What the bases are read from: sales, and frames of the stages before as far as a method asks for them."""
        mixes = [
            m
            for method in self.methods[0].values()
            for m in (method.rules.basis, *method.rules.basis_by_level.values())
        ]
        return self._sources({name for mix in mixes for name, weight in mix.items() if weight})

    @cached_property
    def everything(self) -> Sources:
        """What every basis is read from, for sessions that try them all."""
        return self._sources({"projection", "pipeline", "capacity"})

    def _sources(self, asked: set[str]) -> Sources:
        portfolio = self.earlier("portfolio") if self.before else None
        territories: Any = self.before

        def frame(stage: Any, name: str, basis: str) -> pd.DataFrame | None:
            return getattr(stage, name) if stage is not None and basis in asked else None

        return Sources(
            known_sales(self.facts),
            frame(portfolio, "projection_months", "projection"),
            frame(portfolio, "deal_odds", "pipeline"),
            frame(territories, "capacity", "capacity"),
        )

    def drafted(self, method: Method) -> Draft | None:
        """The cascade by a method, before edits; None where finance gave no target for the year."""
        territories: Any = self.before
        accepted = territories.moves if territories is not None else None
        ready = prepared(self.facts, self.sources, method, accepted)
        return drafted(ready, method) if ready else None

    @cached_property
    def allocated(self) -> Allocated | None:
        """The year's targets by the plan's method, with finance's lower numbers and every edit that stands.

        None without a company target, and in a scoped book: it holds every node's numbers.
        """
        if self.scope is not None:
            return None
        methods, plan = self.methods
        return self._allocated(methods[plan])

    def required(self) -> Allocated:
        """:attr:`allocated`, for what cannot go on without; :class:`UsageError` where there is none."""
        if self.scope is not None:
            raise UsageError("targets are for the whole company", remedy="Open the book without a node.")
        if self.allocated is None:
            raise UsageError(f"there is no target for {self.facts.year}", remedy="Give one in targets.csv.")
        return self.allocated

    def _allocated(self, method: Method) -> Allocated | None:
        draft = self.drafted(method)
        return applied(draft, self.facts.decisions.log("target_edit")) if draft else None

    @noun
    def allocation(self) -> pd.DataFrame:
        """Targets and street quotas per node × month × product family: see ARCHITECTURE.md."""
        made = self.allocated
        if made is None:
            return frames.empty_allocation()
        known = made.draft.prepared.given.column_class >= 0
        return frames.allocation(made.draft.nodes, made.draft.prepared.cells, made.layers, known)

    @noun
    def by_node(self) -> pd.DataFrame:
        """Target, street quota, hedge and last year's sales per node for the year."""
        return self._by_node(self.allocated)

    def _by_node(self, made: Allocated | None) -> pd.DataFrame:
        if made is None:
            return frames.empty_by_node()
        return frames.by_node(made.draft.nodes, made.draft.prepared.cells, made.layers, self.last_year_of(made))

    def last_year_of(self, made: Allocated) -> Any:
        """Sales of the fiscal year before at every node of an allocation (n,); None where there are none at all."""
        span = self.facts.calendar.bounds(self.facts.calendar.shift(self.facts.year, -1))
        rows = between(self.sources.sales, span)
        return by_holder(made.draft, rows.groupby("account_id")["amount"].sum()) if len(rows) else None

    @noun
    def explain(self) -> pd.DataFrame:
        """Per territory and rep: the steps that add up to its target and street quota of the year, in words."""
        made = self.allocated
        if made is None:
            return pd.DataFrame({c: pd.Series(dtype="int64" if c == "amount" else "str") for c in COLUMNS})
        at = np.flatnonzero(np.isin(made.draft.nodes.kinds, ["territory", "rep"]))
        return self._explained(made, at, self.facts.year, None, None)

    def explain_node(self, node: str, period: str | None = None, family: str | None = None) -> pd.DataFrame:
        """Why one node's number of a period (and family) is what it is."""
        if self.whole is not None and self.scope is not None:
            return self.scope.cut(self.whole.explain_node(node, period, family))
        made = self.allocated
        if made is None:
            return self.explain.iloc[:0]
        at = np.array([made.draft.nodes.at(node)])
        return self._explained(made, at, period or self.facts.year, family, None)

    def _explained(
        self, made: Allocated, at: Any, period: str, family: str | None, measure: str | None
    ) -> pd.DataFrame:
        cells = made.draft.prepared.cells
        columns = cells.mask(period, family, measure)
        return explained(made, at, columns, (period, family, measure or cells.slots[0][0]))

    @noun
    def checks(self) -> list[Check]:
        """What people should know of the targets: finance's numbers that do not agree, fallbacks, numbers that gave way."""
        made = self.allocated
        if made is None:
            why = self.facts.tables.lacks("targets", f"the target of {self.facts.year}")
            return [Check.not_known("company target", why, subject=self.facts.tree.root)]
        return [*made.draft.prepared.given.checks, *made.checks]

    @noun
    def fallbacks(self) -> pd.DataFrame:
        """Where a basis was silent or missing and what stood in: node (the parent, or the child itself), basis, fallback."""
        made = self.allocated
        return frames.fallbacks(made.draft.nodes, made.draft.splits) if made else frames.fallbacks_none()

    @noun
    def edits(self) -> pd.DataFrame:
        """The edits that stand: node, revision, action, period, family, amount, factor, to_node, to_period, by, at, reason."""
        return frames.edits(edits_of(self.facts.decisions.log("target_edit")))

    @noun
    def fairness(self) -> pd.DataFrame:
        """Per rep the quota against potential, history, capacity, tenure and pay; outliers, each in one sentence."""
        return fair.fairness(self.facts, self._quotas)

    @noun
    def fairness_checks(self) -> list[Check]:
        """Per rep: is the quota fair, and does it fit the pay?"""
        return fair.fairness_checks(self.fairness, self.facts.rules.targets)

    @noun
    def quota_spread(self) -> pd.DataFrame:
        """How far reps' quotas lie apart, company-wide."""
        return fair.spread(fair.fairness(self.facts, self._quotas))

    @property
    def _quotas(self) -> pd.DataFrame:
        return self.quotas_of(self.allocated, self.by_node)

    def quotas_of(self, made: Allocated | None, rows: pd.DataFrame) -> pd.DataFrame:
        """rep_id, territory_id, name, quota_amount, target_amount, potential, last year, hours of the reps who have a quota."""
        reps = rows[rows["node_kind"] == "rep"].reset_index(drop=True)
        potential = pd.Series(np.nan, index=reps.index)
        hours = pd.Series(np.nan, index=reps.index)
        if made is not None:
            ready = made.draft.prepared
            reps = reps[reps["measure"] == ready.cells.slots[0][0]].reset_index(drop=True)
            if self.facts.tables.has("accounts", "potential_amount"):
                given = (
                    self.facts.tables.accounts[["account_id", "potential_amount"]].dropna().assign(product_family="")
                )
                sums = by_account(ready.company, ready.cells, given, "potential_amount", whole=True)[:, 0]
                potential = reps["node"].map(dict(zip(ready.company.nodes.ids, sums, strict=True))).astype("float64")
            hours = reps["node"].map(rep_hours(self.facts, ready.reps, made.draft.method.rules.ramp))
        return pd.DataFrame(
            {
                "rep_id": reps["node"],
                "territory_id": reps["parent"],
                "name": reps["name"],
                "quota_amount": reps["street_amount"],
                "target_amount": reps["target_amount"],
                "potential_amount": potential,
                "last_year_amount": reps["last_year_amount"].astype("Float64").astype("float64"),
                "capacity_hours": hours.astype("float64"),
            }
        )

    @noun
    def moved(self) -> pd.DataFrame:
        """Accounts that change hands during the year, and the target that goes with each from that day."""
        return self.allocated.handed if self.allocated else pd.DataFrame(columns=["account_id"])

    @noun
    def before_and_after(self) -> pd.DataFrame:
        """Reps and territories whose year changed as accounts changed hands."""
        made = self.allocated
        if made is None or not len(made.handed):
            return pd.DataFrame(columns=["node", "node_kind", "before_amount", "after_amount", "change_amount"])
        ready = made.draft.prepared
        return before_and_after(ready.company, ready.cells, made.settled, made.target)

    @noun
    def overlays(self) -> pd.DataFrame:
        """Overlay and sponsor credit, kept apart from every total."""
        return overlays(self.facts, self.by_node)

    @noun
    def scenarios(self) -> pd.DataFrame:
        """Every scenario's target and street quota per territory and rep, and its difference to the plan."""
        methods, plan = self.methods
        made = {
            name: self._by_node(self.allocated if name == plan else self._allocated(m)) for name, m in methods.items()
        }
        return compared(made, plan)

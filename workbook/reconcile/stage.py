"""The reconcile stage: numbers, and what people make of them: meeting point, rounds, sign-off, checks."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from workbook.checks import Check
from workbook.reconcile import approving, meeting, seal, warning
from workbook.reconcile import calendar as readiness
from workbook.reconcile import gap as gaps
from workbook.reconcile import rounds as talking
from workbook.reconcile.bridge import coverage_checks
from workbook.reconcile.numbers import Numbers
from workbook.reconcile.totals import PLANS
from workbook.reconcile.track import (
    Track,
    depths,
    of_the_rest,
    past_plan_errors,
    plan_errors,
    projection_errors,
    target_errors,
    track,
)
from workbook.stage import noun


class Reconcile(Numbers):
    """Nouns of reconcile: those of :class:`Numbers`, and what people say and sign."""

    @cached_property
    def _records(self) -> tuple[Track, Track]:
        """How far off targets, and plans or projections, were before."""
        rules, depth = self.rules.meeting, depths(self.cube)
        given = track(
            target_errors(self.facts, self.cube), depth, rules.target_error_share, rules.default_counts, "past year"
        )
        counts, default = rules.default_counts, rules.plan_error_share
        if self.cube.plan_is == PLANS:
            now = plan_errors(self.facts, self.cube, self.earlier("plans").lines)
            errors = np.hstack([past_plan_errors(self.facts, self.cube), now])
            return given, track(errors, depth, default, counts, "past plan")
        errors = projection_errors(self.facts, self.cube, rules.replays)
        plan, actual = (self.cube.by(m)[: len(depth)].astype(np.float64) for m in ("plan", "actual"))
        left = np.divide(plan - actual, plan, out=np.ones(len(depth)), where=plan > 0)
        return given, of_the_rest(track(errors, depth, default, counts, "replayed year"), left)

    @cached_property
    def _proposal(self) -> meeting.Proposal:
        return meeting.proposal(self.cube, *self._records)

    @noun
    def meeting_point(self) -> pd.DataFrame:
        """A proposal between target and plan at every node that adds up, its reason, and the plain policies beside it."""
        out = meeting.frame(self._proposal, self.cube, self._records, self.facts.currency)
        found = self.talks.set_index("node")[["state", "amount"]]
        return out.join(found.rename(columns={"amount": "talked_amount"}), on="node")

    @noun
    def meeting_months(self) -> pd.DataFrame:
        """The proposal by month and product family; adds up to the year and up the tree."""
        return meeting.months(self._proposal, self.cube)

    @noun
    def rounds(self) -> pd.DataFrame:
        """Every word said on a node's number: who proposed, countered, accepted what, and moved by how much."""
        return talking.moves(self.facts.decisions, self.standing, self.facts.year)

    @noun
    def talks(self) -> pd.DataFrame:
        """Where each node stands that was talked about: number on the table, whose, how far both sides moved."""
        return talking.talks(self.rounds, self.standing, self.facts.year)

    @noun
    def approvals(self) -> pd.DataFrame:
        """Accepted numbers, and where the rules say so edits of targets and moves; who approves them by the size of the change."""
        rules, parts = self.rules.sign_off, [approving.agreed_numbers(self.talks)]
        if rules.edits_approved:
            targets = self.earlier("targets")
            parts.append(approving.edited_targets(targets.edits, targets.explain))
        if rules.moves_approved:
            moved, projection = self.earlier("territories").moves, self.earlier("portfolio").projection
            parts.append(approving.moved_accounts(self.facts, moved, projection))
        changes = pd.concat([p for p in parts if len(p)] or parts[:1], ignore_index=True)
        return approving.approvals(changes, self.facts.decisions, self.facts.year, rules)

    @property
    def _table(self) -> talking.Table:
        return talking.Table(self.standing, self.talks, self.approvals)

    @noun
    def open_points(self) -> pd.DataFrame:
        """What is not settled between plan and target, the oldest first, and whom it waits for."""
        money = (self.facts.currency, self.rules.sign_off)
        return talking.open_points(self._table, self.facts.year, self.facts.as_of, self.facts.names, money)

    @property
    def _agreed(self) -> dict[str, int]:
        done = self.approvals
        done = done[((done["state"] == "approved") & (done["what"] == "meeting_point")).to_numpy()]
        return dict(zip(done["node"], done["amount"].astype(int), strict=True))

    @noun
    def sign_offs(self) -> pd.DataFrame:
        """Nodes that were signed off, and whether every number still is what was signed."""
        money = (self.facts.year, self.facts.currency)
        return seal.sign_offs(self.given_cube, self.facts.decisions, self._agreed, self.facts.names, money)

    @noun
    def change_requests(self) -> pd.DataFrame:
        """Changes after sign-off, with before and after by month."""
        return seal.change_requests(self.facts.decisions, self.facts.year)

    def reasons_against(self, node: str) -> list[str]:
        """Why a node may not be signed off now; empty when it may."""
        if self.whole is not None:
            return self.whole.reasons_against(node)
        status = self.earlier("plans").status
        unsent = status[(status["sent"] == 0).to_numpy()]
        quality = self.facts.tables.quality
        ready = seal.Ready(
            self._table,
            self.open_points,
            self.sign_offs,
            self.change_requests,
            unsent,
            quality.errors if quality else 0,
        )
        return seal.reasons_against(self.given_cube, node, ready, self.rules.sign_off, self.facts.year)

    def seal_of(self, node: str) -> dict[str, Any]:
        """What a sign-off of a node says: the year, the hash over all its numbers, the agreed number, its numbers by month."""
        if self.whole is not None:
            return self.whole.seal_of(node)
        agreed = self._agreed.get(node)
        mark = seal.numbers_hash(self.given_cube, node, agreed)
        return {"year": self.facts.year, "hash": mark, "agreed": agreed, "numbers": seal.numbers(self.given_cube, node)}

    def changes_of(self, node: str) -> list[dict[str, Any]]:
        """Months and measures of a node that differ from what was signed last: measure, month, before, after."""
        if self.whole is not None:
            return self.whole.changes_of(node)
        rows = [
            d
            for d in self.facts.decisions.log("sign_off")
            if d.subject == node and d.payload.get("year") == self.facts.year
        ]
        return (
            seal.differences(rows[-1].payload.get("numbers", {}), seal.numbers(self.given_cube, node)) if rows else []
        )

    @noun
    def checks(self) -> list[Check]:
        """Plan against target per node and rep; pipeline coverage per node."""
        tables = self.facts.tables
        names = self.facts.names
        found = gaps.gap_checks(self.standing, self.facts.year, names)
        if not tables.has("opportunities"):
            found.append(Check.not_known("pipeline coverage", tables.lacks("opportunities", "pipeline coverage")))
        else:
            found += coverage_checks(self.coverage, names, self.facts.currency)
        found += warning.warning_checks(self.early_warning, names)
        return found + readiness.calendar_checks(self.calendar, self.facts.tree.root)

"""A book: opens a folder, holds its tables, rules and decisions, and hands them to the stages."""

from __future__ import annotations

import os
from datetime import date
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from workbook import periods
from workbook.errors import UsageError
from workbook.facts import Facts
from workbook.rules import Rules, read_rules
from workbook.stage import Scope, Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbook.engagement import Engagement
    from workbook.maturity import Maturity
    from workbook.plans import Plans
    from workbook.portfolio import Portfolio
    from workbook.reconcile import Reconcile
    from workbook.targets import Targets
    from workbook.territories import Territories

#: The stages in the order of the planning flow; each stands on the one before it.
STAGES = ("portfolio", "engagement", "territories", "targets", "plans", "reconcile", "maturity")

#: Whole books open in this process, by folder and day, where somebody wants them kept: only the review engine does, in the
#: process of one document (see ``review/warm/preload.py``).
KEPT: dict[tuple[Path, date], Book] | None = None


def find_book(start: Path | str | None = None) -> Path:
    """The folder with ``book.toml`` at or above ``start`` (the environment's WORKBOOK_BOOK, else the current folder)."""
    given = Path(start or os.environ.get("WORKBOOK_BOOK") or Path.cwd()).resolve()
    for folder in (given, *given.parents):
        if (folder / "book.toml").is_file():
            return folder
    raise UsageError(
        f"there is no book.toml in {given} or above it",
        remedy="Name the book with --book DIR, or make one: workbook new DIR.",
    )


def _plan_inside(plan: Any, scope: Scope) -> bool:
    """Account plans follow their account, territory plans their rep."""
    return plan["account_id"] in scope.accounts if plan["account_id"] else plan["rep_id"] in scope.reps


class Book:
    """One planning cycle of one company, as known on ``as_of``.

    ``Book.open("data/sample")`` opens the whole company; ``book.scoped("T-03")`` is the same book as that node may see it.
    """

    def __init__(self, root: Path, facts: Facts, scope: Scope | None = None) -> None:
        self.root, self.facts, self.scope = root, facts, scope
        self._whole: Book | None = None
        #: What makes of a freshly opened book the one that a reader sees, where that is not all of it.
        self.as_seen: Callable[[Book], Book] = lambda opened: opened

    @classmethod
    def open(cls, path: Path | str | None = None, *, as_of: date | str | None = None, node: str | None = None) -> Self:
        """Open the book at or above ``path``. ``as_of`` defaults to the rule in ``book.toml``, else today."""
        from workbook.store.read import read_decisions, read_plans
        from workbook.tables.load import load_tables

        root = find_book(path)
        rules = read_rules(root / "book.toml")
        given = periods.day(as_of) if isinstance(as_of, str) and as_of else as_of or None
        day = given or rules.book.as_of or date.today()
        if KEPT is not None and (root, day) in KEPT:
            kept: Any = KEPT[root, day]
            return kept.scoped(node) if node else kept
        tables = load_tables(root / "tables", rules.book.currency, rules.book.calendar, rules.quality).known_at(day)
        decisions = read_decisions(root).known_at(day)
        book = cls(root, Facts(tables, rules, day, decisions, read_plans(root, day)))
        if KEPT is not None:
            KEPT[root, day] = book
        return book.scoped(node) if node else book

    def scoped(self, node: str) -> Self:
        """The same book with only the rows of ``node`` and what lies under it. The root's view is the whole book."""
        if node == self.facts.tree.root and self.scope is None:
            return self
        scope = Scope.of(self.facts, node)
        facts = Facts(
            self.facts.tables.scoped(self.facts.tree.below(node)),
            self.rules,
            self.as_of,
            self.facts.decisions,
            tuple(p for p in self.facts.plans if _plan_inside(p, scope)),
        )
        view = type(self)(self.root, facts, scope)
        view._whole = self._whole or self
        return view

    def against_street(self) -> Self:
        """The whole book for readers who do not see the hedge: the street quota counts wherever a target would.

        Everything before the reconciliation is shared with this book.
        """
        view = type(self)(self.root, self.facts)
        before = STAGES[: STAGES.index("reconcile")]
        view._stages |= {name: self._stage(name) for name in before}
        view.reconcile.against = "street"
        view.as_seen = type(self).against_street
        return view

    def reopened(self) -> Book:
        """The same view of the book, for the same reader, with what was decided meanwhile."""
        whole = (self._whole or self).as_seen(Book.open(self.root, as_of=self.as_of))
        return whole.scoped(self.scope.node) if self.scope else whole

    @property
    def tables(self) -> Any:
        return self.facts.tables

    @property
    def quality(self) -> Any:
        """The data's quality: warnings, rows read and used, checks (see ``workbook.tables.quality.Quality``)."""
        return self.facts.tables.quality

    @property
    def rules(self) -> Rules:
        return self.facts.rules

    @property
    def as_of(self) -> date:
        return self.facts.as_of

    @property
    def node(self) -> str:
        """The node whose view this is."""
        return self.scope.node if self.scope else self.facts.tree.root

    @property
    def tree(self) -> Any:
        return self.facts.tree

    @cached_property
    def _stages(self) -> dict[str, Stage]:
        return {}

    def _stage(self, name: str) -> Any:
        if name not in self._stages:
            at = STAGES.index(name)
            before = self._stage(STAGES[at - 1]) if at else None
            if self._whole is not None and self.scope is not None:
                self._stages[name] = self._whole._stage(name).scoped(self.scope, self.facts, before)
            else:
                kind = getattr(import_module(f"workbook.{name}"), name.capitalize())
                self._stages[name] = kind(self.facts, before)
        return self._stages[name]

    @property
    def portfolio(self) -> Portfolio:
        stage: Portfolio = self._stage("portfolio")
        return stage

    @property
    def engagement(self) -> Engagement:
        stage: Engagement = self._stage("engagement")
        return stage

    @property
    def territories(self) -> Territories:
        stage: Territories = self._stage("territories")
        return stage

    @property
    def targets(self) -> Targets:
        stage: Targets = self._stage("targets")
        return stage

    @property
    def plans(self) -> Plans:
        stage: Plans = self._stage("plans")
        return stage

    @property
    def reconcile(self) -> Reconcile:
        stage: Reconcile = self._stage("reconcile")
        return stage

    @property
    def maturity(self) -> Maturity:
        stage: Maturity = self._stage("maturity")
        return stage

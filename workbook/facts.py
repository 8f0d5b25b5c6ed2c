"""What the reasoning stands on: tables, rules, decisions and plans as known on one day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from workbook.decisions import Decisions
from workbook.periods import Calendar
from workbook.rules import Rules
from workbook.tables.frames import Tables
from workbook.tree import Tree


@dataclass(frozen=True, eq=False)
class Facts:
    """All input of the reasoning packages. Nothing in it is changed in place.

    ``plans`` holds the current revision of every account plan and territory plan as plain dicts, as the store keeps them.
    """

    tables: Tables
    rules: Rules
    as_of: date
    decisions: Decisions = field(default_factory=Decisions)
    plans: tuple[Mapping[str, Any], ...] = ()

    @property
    def calendar(self) -> Calendar:
        return self.rules.book.calendar

    @property
    def currency(self) -> str:
        return self.rules.book.currency

    @property
    def year(self) -> str:
        """The planned fiscal year, ``FY2026``."""
        return self.rules.book.year

    @cached_property
    def tree(self) -> Tree:
        return Tree.of(self.tables.territories)

    @cached_property
    def names(self) -> dict[str, str]:
        """What the nodes of the tree and the reps are called, by their ids."""
        reps = self.tables.reps
        nodes = dict(zip(map(str, self.tree.ids), map(str, self.tree.names), strict=True))
        return nodes | dict(zip(reps["rep_id"], reps["name"], strict=True))

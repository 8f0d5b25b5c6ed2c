"""A stage of the planning flow: cached nouns over the facts, which can be cut to one node's scope.

Stages stand in a line, each on the one before: portfolio, engagement, territories, targets, plans, reconcile, maturity.
A noun is computed once for the whole company; a scoped stage hands out only the rows of its scope, so that what was
learned from everybody (win rates, peers, shares) holds in a territory's document while no other territory's row is in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Generic, Self, TypeVar, overload

import pandas as pd

from workbook.checks import Check
from workbook.facts import Facts
from workbook.keys import plain

T = TypeVar("T")
S = TypeVar("S", bound="Stage")

#: Columns that say whose a row is, the most telling first.
_KEYS = (("account_id", "accounts"), ("node", "nodes"), ("territory_id", "nodes"), ("rep_id", "reps"))


@dataclass(frozen=True)
class Scope:
    """Whose rows may be seen: nodes (with rep and account nodes), accounts, reps."""

    node: str
    nodes: frozenset[str]
    accounts: frozenset[str]
    reps: frozenset[str]

    @classmethod
    def of(cls, facts: Facts, node: str) -> Scope:
        """Everything at and under a node of the tree."""
        nodes = set(facts.tree.below(node))
        inside = facts.tables.scoped(nodes)
        people = frozenset(inside.reps.loc[inside.reps["territory_id"].isin(nodes), "rep_id"])
        accounts = frozenset(inside.accounts["account_id"])
        return cls(node, frozenset(nodes) | people | accounts, accounts, people)

    def cut(self, value: Any) -> Any:
        """``value`` without what is not in scope: rows of frames, checks of lists, fields of dataclasses, entries of dicts.

        A frame's rows are judged by the first of its columns account_id, node, territory_id, rep_id; a frame with none of
        these is company-wide and passes (it must hold no other node's rows). Texts held as numbers become texts again, so that
        the list of different ones does not go along. Checks are judged by their subject.
        """
        if isinstance(value, pd.DataFrame):
            for column, allowed in _KEYS:
                if column in value.columns:
                    return plain(value[self._inside(value, column, allowed)].reset_index(drop=True))
            return plain(value)
        if isinstance(value, Check):
            return replace(value, evidence=self.cut(value.evidence)) if value.evidence is not None else value
        if isinstance(value, list | tuple):
            kept = [self.cut(v) for v in value if not isinstance(v, Check) or self._sees(v.subject)]
            return type(value)(kept)
        if isinstance(value, dict):
            return {k: self.cut(v) for k, v in value.items()}
        if is_dataclass(value) and not isinstance(value, type):
            cut = {f.name: self.cut(getattr(value, f.name)) for f in fields(value) if f.init}
            return replace(value, **cut)
        return value

    def _inside(self, frame: pd.DataFrame, column: str, allowed: str) -> pd.Series:
        """Which rows are in scope; a row without an account (a rep's territory plan) is judged by its next key."""
        inside = frame[column].isin(getattr(self, allowed))
        if column == "node":
            return inside | frame[column].isin(self.accounts)
        if column == "account_id":
            blank = frame[column].isna() | (frame[column] == "")
            for other, theirs in _KEYS[1:]:
                if other in frame.columns and blank.any():
                    return inside | (blank & frame[other].isin(getattr(self, theirs)))
        return inside

    def _sees(self, subject: str) -> bool:
        return not subject or subject in self.nodes or subject in self.accounts or subject in self.reps


class noun(Generic[S, T]):  # noqa: N801 (reads like property)
    """A cached property of a stage; on a scoped stage it is the whole company's value, cut to the scope."""

    def __init__(self, make: Callable[[S], T]) -> None:
        self.make, self.name, self.__doc__ = make, make.__name__, make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, stage: None, owner: type) -> Self: ...
    @overload
    def __get__(self, stage: S, owner: type) -> T: ...
    def __get__(self, stage: S | None, owner: type) -> Self | T:
        if stage is None:
            return self
        made: dict[str, Any] = stage.made
        if self.name not in made:
            if stage.whole is not None and stage.scope is not None:
                made[self.name] = stage.scope.cut(getattr(stage.whole, self.name))
            else:
                made[self.name] = stage.remember(self.name, lambda: self.make(stage))
        value: T = made[self.name]
        return value


class Stage:
    """Base of the stages. ``before`` is the stage it stands on; the first stands on the facts alone."""

    def __init__(self, facts: Facts, before: Stage | None = None) -> None:
        self.facts, self.before = facts, before
        self.whole: Self | None = None
        self.scope: Scope | None = None
        self.made: dict[str, Any] = {}
        self.keeper: Callable[[str, Callable[[], Any]], Any] | None = None

    def earlier(self, name: str) -> Any:
        """The stage of a name (``portfolio``, ``targets`` …) before this one in the line."""
        stage: Stage | None = self
        while stage is not None and type(stage).__name__.lower() != name:
            stage = stage.before
        if stage is None:
            raise LookupError(f"no stage {name!r} before {type(self).__name__}")
        return stage

    def remember(self, name: str, make: Callable[[], Any]) -> Any:
        """Make a noun, or take it from the book's cache where one was given."""
        return self.keeper(f"{type(self).__name__.lower()}.{name}", make) if self.keeper else make()

    def scoped(self, scope: Scope, facts: Facts, before: Stage | None) -> Self:
        """The same stage as seen from ``scope``: ``facts`` hold only its rows, nouns are cut to it."""
        view = type(self).__new__(type(self))
        Stage.__init__(view, facts, before)
        view.whole, view.scope = self.whole or self, scope
        return view

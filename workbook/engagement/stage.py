"""The engagement stage: its nouns, each made by a function of this package."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
import pandas as pd

from workbook.checks import Check
from workbook.engagement.cadence import board, cadence, coverage
from workbook.engagement.changes import changes, last_two, review_days
from workbook.engagement.criteria import reporting, top_criteria
from workbook.engagement.depth import books, depth, easy_wins, lorenz
from workbook.engagement.effort import daily, effort
from workbook.engagement.integrity import by_signal, integrity, reserved, touches
from workbook.engagement.judgements import book_checks, cadence_checks, integrity_checks, key_checks
from workbook.engagement.keep import keep, keep_not_known
from workbook.engagement.leaver import known_by_one, leaver
from workbook.engagement.lists import LISTS, action, as_list, call_list, main_contact
from workbook.engagement.log import NO_DAY
from workbook.engagement.loyalty import nps
from workbook.engagement.neglected import neglected
from workbook.engagement.patterns import examples, flagged, patterns
from workbook.engagement.prospecting import at_risk, meetings_per_sale, prospects, touches_before_win
from workbook.engagement.reviews import review_answers
from workbook.engagement.rotating import Rotating
from workbook.engagement.sight import sight
from workbook.engagement.threads import held_large, roles_today, seconds, single_threaded, thread_checks
from workbook.errors import UsageError
from workbook.keys import beside
from workbook.stage import noun


class Engagement(Rotating):
    """Nouns of engagement. Each is a frame or a list of checks, computed once, cut to the scope in a scoped book."""

    @noun
    def integrity(self) -> pd.DataFrame:
        """Every activity's level (none, yellow, red) with signals and sentence (D8)."""
        return integrity(self._log, self._rules, self._evidence)

    @noun
    def touches(self) -> pd.DataFrame:
        """Real touches only."""
        return touches(self._real)

    @noun
    def reserved(self) -> pd.DataFrame:
        """Accounts with flagged activity, per rep (D8)."""
        return reserved(self.integrity, self._log, self._real)

    @cached_property
    def _flagged(self) -> pd.DataFrame:
        return flagged(self.integrity, self._log, self._real, self._standing.frame["territory_id"])

    @noun
    def patterns(self) -> pd.DataFrame:
        """Flagged activity by rep and kind of sign, each in one sentence (D8)."""
        return patterns(self._flagged, self._log.today)

    @noun
    def pattern_rows(self) -> pd.DataFrame:
        """Three dated rows of each pattern, as evidence (D8)."""
        return examples(self._flagged)

    @noun
    def standing(self) -> pd.DataFrame:
        """The portfolio's judgement of every account in one frame: register with class, grade, projection, is_key."""
        return self._standing.frame

    @noun
    def effort(self) -> pd.DataFrame:
        """Minutes per touch of a kind, learned company-wide."""
        return effort(self._real, self._rules)

    @noun
    def cadence(self) -> pd.DataFrame:
        """Every account against its cadence (A5)."""
        why = "" if self._knows_touches else self.facts.tables.lacks("activities", "cadence")
        return cadence(self._standing, self._real, self._rules, why)

    @noun
    def coverage(self) -> pd.DataFrame:
        """Accounts touched and on time, per node and rep."""
        return coverage(self.cadence, self.facts.tree, self.facts.tables.reps, self._log.today, self._rules)

    @noun
    def keep(self) -> pd.DataFrame:
        """Which accounts stay with their rep, and why (D7)."""
        tables = self.facts.tables
        if not self._knows_touches:
            return keep_not_known(self._standing, tables.lacks("activities", "keep rule"))
        locks = self.facts.decisions.state("lock").items()
        locked = [account for account, lock in locks if lock.payload.get("locked", True)]
        return keep(self._standing, self._real, self._steps, self._rules, locked)

    @noun
    def single_threaded(self) -> pd.DataFrame:
        """Large accounts on one contact or one of our people, and who could be the second (A19)."""
        tables = self.facts.tables
        roles = roles_today(tables.ownership, self._log.today)
        found = single_threaded(self._standing, self._real, self._contacts, roles, self._rules)
        accounts = tables.accounts
        home = beside(roles["account_id"], accounts["account_id"], accounts["territory_id"])
        roles = roles.assign(territory_id=home)
        return pd.concat([found, seconds(found, self.facts.tree, tables.territories, roles)], axis=1)

    @property
    def _thread_checks(self) -> Iterator[Check]:
        frame, tree = self._standing.frame, self.facts.tree
        at = pd.Index(tree.ids).get_indexer(frame.loc[held_large(frame, self._rules), "territory_id"])
        counts = tree.roll_up(np.bincount(at[at >= 0], minlength=len(tree)).astype(np.int64))
        names = frame.set_index("account_id")["name"]
        return thread_checks(self.single_threaded, names, counts, tree, self.facts.currency)

    @noun
    def leaver(self) -> pd.DataFrame:
        """What would go with each rep (A2)."""
        alone = None if self._contacts is None else known_by_one(self._real, self._contacts, self._rules)
        return leaver(self._standing, self.single_threaded, alone, self._rules, self.facts.currency)

    @noun
    def books(self) -> pd.DataFrame:
        """Each rep's book: held against worked (D1)."""
        counted = (
            "worked", "high_value_worked", "worked_value_amount", "touches", "never", "recency_days", "worked_share",
            "touches_per_worked", "contacts_per_worked", "in_person_share",
        )  # fmt: skip
        found = books(self._standing, self._real, self._rules).assign(sits=lambda b: b["sits"] & self._knows_touches)
        return self._known(found, counted, "what is worked")

    @noun
    def depth(self) -> pd.DataFrame:
        """How deeply and broadly each rep works, and the share of easy wins (A8)."""
        wins = easy_wins(self._ledger, self._standing.frame["owner_rep_id"], self._log.today, self._rules)
        counted = ("worked_share", "touches_per_worked", "contacts_per_worked", "in_person_share")
        worked = books(self._standing, self._real, self._rules)
        return self._known(depth(worked, wins, self._rules), counted, "depth and breadth")

    @noun
    def lorenz(self) -> pd.DataFrame:
        """Lorenz curves of accounts, high-value accounts and touches; names nobody (D1)."""
        return lorenz(self.books, self._standing, self._real, self._rules)

    @noun
    def nps(self) -> pd.DataFrame:
        """NPS per rep with n and interval (A7)."""
        return nps(self.facts.tables.accounts, self._standing.frame, self._log.today, self._rules)

    @noun
    def top_criteria(self) -> pd.DataFrame:
        """The top accounts against the published activity criteria (A3)."""
        counted = ("touches", "contacts", "in_person", "longest_gap_days", "met")
        found = top_criteria(self._standing, self._real, self._steps, self._rules)
        return self._known(found, counted, "activity in top accounts")

    @noun
    def reporting(self) -> pd.DataFrame:
        """How far activity in key accounts is reported so that others can rely on it, per rep (A4)."""
        return reporting(self._standing, self._log, self._evidence, self.integrity["level"] == "none", self._rules)

    @noun
    def checks(self) -> list[Check]:
        """Judgements of how accounts are worked: per node, and of reps where something stands out."""
        tables = self.facts.tables
        if not self._knows_touches:
            return [Check.not_known("engagement", tables.lacks("activities", "engagement"))]
        return [
            *cadence_checks(self.coverage, self._rules),
            *key_checks(self.cadence, self.facts.tree),
            *self._thread_checks,
            *book_checks(self.books),
            *integrity_checks(self.integrity, self._log, self._rules),
        ]

    @noun
    def prospects(self) -> pd.DataFrame:
        """Touches per prospect against the 12 to 15 (A21)."""
        found = prospects(self._standing, self._real, self._rules)
        return self._known(found, ("touches", "meetings"), "touches per prospect")

    @noun
    def touches_before_win(self) -> pd.DataFrame:
        """How many touches new clients took in this company (A21); one row."""
        return touches_before_win(self._real, self._ledger)

    @noun
    def meetings_per_sale(self) -> pd.DataFrame:
        """What a won deal takes, by product family (A22); company-wide."""
        families = self.facts.tables.products.set_index("product_id")["family"]
        counted = ("meetings", "touches", "meetings_per_win", "touches_per_win", "hours_per_win")
        found = meetings_per_sale(self._real, self._ledger, families, self.effort, self._rules)
        return self._known(found, counted, "meetings per sale")

    @noun
    def at_risk(self) -> pd.DataFrame:
        """What winning the neglected accounts has cost (A22)."""
        cost = self.facts.tables.reps["cost_per_hour"].dropna()
        hour = float(cost.astype("float64").median()) if len(cost) else None
        return at_risk(self._standing, self._real, self.effort, hour, self._rules)

    @noun
    def neglected(self) -> pd.DataFrame:
        """High value and not engaged, by account, with who could work them (D5); none where touches are not known."""
        takers = self.rotation.assign(to_name=self.rotation["to_rep"].map(self._rep_names))
        found = neglected(self._standing, self._real, takers, self._rules, self.facts.currency)
        return found if self._knows_touches else found.iloc[:0]

    @noun
    def since_touch(self) -> pd.DataFrame:
        """What changed on each account since the touch point before its last (C9)."""
        last, before = last_two(self._real)
        since = np.where(before != NO_DAY, before, last).astype(np.int64)
        return changes(self._standing, self._real, self._ledger, since, self._rules)

    @noun
    def since_review(self) -> pd.DataFrame:
        """What changed on each account since the last review of its territory (or a node above), else as far back
        as ``classes.review_days`` says."""
        since = review_days(self.facts, self._standing.frame["territory_id"])
        found = changes(self._standing, self._real, self._ledger, since, self._rules)
        return found if self._knows_touches else found.assign(touches=pd.array([pd.NA] * len(found), dtype="Int64"))

    @noun
    def review_answers(self) -> pd.DataFrame:
        """What reviews answered per account and topic, and whether class, grade and plan followed (C9)."""
        facts = self.facts
        return review_answers(facts.decisions, self._standing.frame, facts.plans)

    @noun
    def sight(self) -> pd.DataFrame:
        """What a family does elsewhere that can open an account here (C10); nothing where the rules tell nothing of elsewhere."""
        found = sight(self._standing, self._real, self._ledger, self._rules)
        return found.iloc[:0] if self.facts.rules.portfolio.family_elsewhere == "none" else found

    @noun
    def call_list(self) -> pd.DataFrame:
        """Who is to be called, visited or messaged in the next four weeks, per rep (B5)."""
        channels = self.facts.tables.accounts.set_index("account_id")["prefers_channel"]
        actions = action(self._standing, channels)
        return call_list(self._standing, self.cadence, actions, self.main_contacts, self._log.today)

    @noun
    def main_contacts(self) -> pd.DataFrame | None:
        """The contact to turn to, per account; None without contacts."""
        return None if self._contacts is None else main_contact(self._contacts, self._real)

    def list_of(self, name: str) -> pd.DataFrame:
        """One of the lists of :data:`workbook.engagement.lists.LISTS`, in scope, with rep_name.

        Raises :class:`UsageError` for another name.
        """
        if name not in LISTS:
            raise UsageError(f"there is no list {name!r}", remedy=f"Use one of {', '.join(LISTS)}.")
        source, todo, _ = LISTS[name]
        rows: pd.DataFrame = getattr(self, source)
        if name == "look-again":
            rows = rows[rows["look_again"]]
        listed = rows if name == "due" else self.as_list(rows.drop_duplicates("account_id"), todo)
        return listed.assign(rep_name=listed["rep_id"].map(self._rep_names).astype("str"))

    def as_list(self, rows: pd.DataFrame, action: str, reason: str = "sentence") -> pd.DataFrame:
        """Any frame with account_id as a list for one action (B5); ``reason`` names its column of sentences."""
        whole = self.whole or self
        return as_list(rows, whole._standing, action, reason, whole.main_contacts)

    def board(self, by: str = "rep_id") -> pd.DataFrame:
        """Accounts by cadence verdict per rep or territory in scope, for the cadence board."""
        tables = self.facts.tables
        table, key = ("reps", "rep_id") if by == "rep_id" else ("territories", "territory_id")
        return board(self.cadence, by, tables[table].set_index(key)["name"])

    def by_signal(self) -> pd.DataFrame:
        """Flagged activities in scope, by signal."""
        return by_signal(self.integrity)

    def daily(self, days_back: int = 365) -> pd.DataFrame:
        """Real touches per day in scope, for the calendar: columns done_on, touches."""
        return daily(self.touches, self.facts.as_of, days_back)

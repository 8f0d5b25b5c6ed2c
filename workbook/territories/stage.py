"""The territories stage: its nouns, each made by a function of this package."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.checks import Check
from workbook.rules.territories import DesignRules, TerritoriesRules
from workbook.stage import Stage, noun
from workbook.territories import concentration as concentrating
from workbook.territories import handover, moves, sizing, spread, staffing
from workbook.territories import health as judging
from workbook.territories import loans as lending
from workbook.territories.design import Company, design
from workbook.territories.explain import Names
from workbook.territories.few import first
from workbook.territories.proposal import Proposal, proposal, short
from workbook.territories.reach import group_of
from workbook.territories.solver import Effort, ready, solve
from workbook.territories.standing import Books, accounts_frame
from workbook.territories.tenure import tenure
from workbook.territories.wishes import Wishes, refuse
from workbook.territories.words import again, limited, without_choice, without_takings

Floats = npt.NDArray[np.float64]


class Territories(Stage):
    """Nouns of territories. Each is a frame or a list of checks, computed once, cut to the scope in a scoped book."""

    @property
    def rules(self) -> TerritoriesRules:
        return self.facts.rules.territories

    @property
    def _engagement(self) -> Any:
        return self.before

    @property
    def _portfolio(self) -> Any:
        return self._engagement.before

    @property
    def workload(self) -> pd.DataFrame:
        """Hours per account and year, with its working: the noun of engagement, where rotation needs it first."""
        return self._engagement.workload

    @property
    def touch_mix(self) -> pd.DataFrame:
        """Minutes of a touch and share of visits per class (engagement's)."""
        return self._engagement.touch_mix

    @property
    def capacity(self) -> pd.DataFrame:
        """Hours each rep has in the coming months, and needs (engagement's)."""
        return self._engagement.capacity

    @property
    def people(self) -> pd.DataFrame:
        """Everybody who holds or will hold a book (engagement's)."""
        return self._engagement.people

    @noun
    def health(self) -> list[Check]:
        """Every check of every rep, territory and the company (A13, C7, C8, D4, D5, D9)."""
        books = self._books
        found = judging.health(books, self._changed, self._portfolio.win_rates)
        held = [*books.groups("rep_id"), *map(str, self.facts.tree.ids)]
        found += concentrating.concentration_checks(self.concentration, held)
        return found + judging.spread_checks(self.spread, self.rules.health, self.facts.tree.root)

    @noun
    def concentration(self) -> pd.DataFrame:
        """How much of the sales of each rep and node hangs on its largest accounts, and those on how many threads (A19)."""
        threads = concentrating.thread_words(self._engagement.single_threaded)
        books = self._books
        home = self.people.set_index("rep_id")["territory_id"].dropna()
        below = {node: frozenset(self.facts.tree.below(node)) for node in home.unique() if node in self.facts.tree}
        pairs = zip(books.accounts["rep_id"], books.accounts["territory_id"], strict=True)
        away = [node not in below.get(home.get(rep), {node}) for rep, node in pairs]
        return concentrating.concentration(
            books.accounts.assign(elsewhere=away), threads, self.facts.tree, books.rules, books.currency
        )

    @noun
    def spread(self) -> pd.DataFrame:
        """How evenly the books are spread: level, measure, n, mean, cv, gini, lowest, highest, max_min; names nobody."""
        return judging.company_spread(self._books)

    @noun
    def books(self) -> pd.DataFrame:
        """What each rep holds: accounts, amounts, hours, classes."""
        return self._books.held["rep_id"]

    @noun
    def tenure(self) -> pd.DataFrame:
        """What an account of each book is worth against the rep's tenure (D9): rep_id, node, tenure_years, value_per_account_amount."""
        return tenure(self.books, self.people, self.facts.as_of, self.rules.health.new_rep_days)

    @noun
    def territory_books(self) -> pd.DataFrame:
        """What each territory holds."""
        return self._books.held["territory_id"]

    @noun
    def indexes(self) -> pd.DataFrame:
        """Each rep against a fair share by capacity: rep_id, measure, value, fair, index."""
        held = self._books.held["rep_id"]
        weight = self.capacity.set_index("rep_id")["available_hours"].reindex(held["rep_id"]).reset_index(drop=True)
        return spread.indexes(held, "rep_id", weight if weight.notna().all() else None)

    @noun
    def accounts(self) -> pd.DataFrame:
        """Every account with all that the design and health look at."""
        before, engagement = self._portfolio, self._engagement
        frame = accounts_frame(
            before.register,
            self.workload,
            classes=before.classes,
            grades=before.grades,
            projection=before.projection,
            key_accounts=before.key_accounts,
            cadence=engagement.cadence,
            keep=engagement.keep,
        )
        if not self.rules.design.skills:
            return frame
        table = self.facts.tables.accounts
        named = table if "segment" in table else before.segments  # the book's own word for it comes first
        return frame.assign(segment=frame["account_id"].map(named.set_index("account_id")["segment"]))

    @noun
    def moves(self) -> pd.DataFrame:
        """Accepted moves: account_id, from_rep, to_rep, on, reason, decided_by, decided_at, proposal."""
        return moves.moves(self.facts.decisions)

    @noun
    def loans(self) -> pd.DataFrame:
        """Every account on loan: role, rep, from, to, share, previous holder, reason, and whether it is past, now or coming (A1, A9)."""
        tables = self.facts.tables
        territory = tables.accounts.set_index("account_id")["territory_id"]
        return lending.loans(tables.ownership, self.moves, self.pending_moves, territory, self.facts.as_of)

    @noun
    def pending_moves(self) -> pd.DataFrame:
        """Accepted moves that the ownership table does not show yet."""
        return moves.pending(self.moves, self._portfolio.register, self.facts.tables.ownership)

    @noun
    def moved_wins(self) -> pd.DataFrame:
        """Deals won after accounts changed hands, against accounts that stayed (D5); company-wide."""
        changed = moves.transfers(self.moves, self.facts.tables.ownership)
        return moves.moved_wins(
            changed, self.facts.tables.opportunities, self._portfolio.register, (self.facts.as_of, 182)
        )

    @noun
    def scenarios(self) -> pd.DataFrame:
        """Reps and territories needed for each scenario of growth, what stays uncovered and what it costs (A14, D6)."""
        nodes = pd.Series(self.facts.tree.ids)
        reach = pd.Series(group_of(self.facts.tree, nodes, self.rules.design.across), index=nodes)
        return staffing.scenarios(self.capacity, self.people, self.accounts, (reach, self.rules.capacity))

    @noun
    def hiring(self) -> pd.DataFrame:
        """When to hire what each scenario is short of, so that the ramp ends in time: scenario, node, month, hires."""
        return staffing.hiring(self.scenarios, self.facts.rules.targets.ramp, self._engagement.edges)

    @noun
    def first_success(self) -> pd.DataFrame:
        """How long each new rep took to the first won deal (A10): rep_id, hired_on, first_win_on, won, days."""
        return handover.first_success(self.people, self.facts.tables.opportunities, self.facts.as_of)

    @noun
    def book_size(self) -> pd.DataFrame:
        """The right book size with its working (D6); company-wide."""
        return staffing.book_size(self.capacity, self.accounts, self.book_sizes, self.rules)

    @noun
    def book_sizes(self) -> pd.DataFrame:
        """The right book size by class and industry, with cycle length and account value (D6); company-wide."""
        pace = sizing.deal_pace(self.facts.tables.opportunities, self.facts.as_of)
        return sizing.book_sizes(self.capacity, self.accounts, self.workload, pace, self.rules)

    @property
    def needed(self) -> pd.DataFrame:
        """Reps and territories needed in scope for each scenario of growth, by hours alone (A14)."""
        return sizing.territories_needed(self.scenarios, (self.whole or self).capacity, self.rules)

    @noun
    def lacking(self) -> pd.DataFrame:
        """Which rep lacks hours, accounts or potential (A14): rep_id, node, short_hours, short_accounts, short_potential_amount."""
        return sizing.lacking(self.capacity, self.indexes, self.rules)

    @noun
    def months(self) -> pd.DataFrame:
        """Hours there are and needed by territory and month ahead: node, month, available_hours, needed_hours, free_hours."""
        return staffing.months(self.people, self.capacity, self.presence * self.ramp, self._engagement.edges)

    @noun
    def placed_accounts(self) -> pd.DataFrame:
        """Accounts whose place is known: account_id, territory_id, rep_id, latitude, longitude."""
        rows = self.accounts[["account_id", "territory_id", "rep_id"]].copy()
        rows["latitude"], rows["longitude"] = self._engagement.places[:, 0], self._engagement.places[:, 1]
        return rows[rows["latitude"].notna()].reset_index(drop=True)

    def propose(
        self, wishes: Wishes | None = None, effort: Effort | None = None, rules: DesignRules | None = None
    ) -> Proposal:
        """A territory design with its proof (A10, A14, D2, D5) under the published weights; in a scoped book only among the
        accounts and reps in scope.
        """
        stage = self.whole or self
        rules = rules or stage.rules.design
        company, wanted = self.company, (wishes or Wishes()).with_decisions(stage.facts.decisions)
        problem = design(company, rules, wanted)
        if not ready.compiled():
            ready.prepare()
        found = solve(problem.problem, effort or Effort(seconds=rules.seconds, seed=rules.seed, limit=rules.clock()))
        whole = found.objective
        if wanted.limit is not None:
            found = first(problem.problem, found, wanted.limit)
        made = proposal(company, problem, found, stage.names)
        if wanted.limit is not None:
            summary = {**made.summary, "left_out_points": max(0.0, found.objective - whole)}
            told = (limited(problem.problem, found, whole), *without_choice(made, wanted.limit))
            made = replace(made, summary=summary, notes=(*told, *made.notes))
        if refused := again(made, wanted, stage.facts.decisions):
            made = replace(made, notes=(*made.notes, refused))
        idle = without_takings(made, company, wanted.takers, stage.names)
        made = replace(made, notes=(*idle, *made.notes))
        if rules.hard_capacity and made.summary["short_hours"] > 0.5:
            refuse(short(company, problem, found))
        return made

    @property
    def company(self) -> Company:
        """What a design in this scope starts from."""
        whole = (self.whole or self)._company
        return whole.cut(self.scope.accounts, self.scope.reps) if self.scope is not None else whole

    @cached_property
    def _company(self) -> Company:
        """What a design starts from: accounts with who holds them once accepted moves are done, sellers, places."""
        accounts = self.accounts.copy()
        moved = self.pending_moves.set_index("account_id")["to_rep"]
        moved = moved[moved.isin(self.people["rep_id"])]  # who has left since takes nothing
        accounts["rep_id"] = accounts["account_id"].map(moved).astype("str").fillna(accounts["rep_id"])
        hours = "available_hours" if self.rules.design.ramp_new else "selling_hours"
        there = self.capacity[["rep_id", hours]].rename(columns={hours: "available_hours"})
        people = self.people.merge(there, on="rep_id", how="left")
        scale = 12 / self.rules.capacity.months
        people["available_hours"] *= scale
        visits = self.workload["visits_per_year"].to_numpy()
        return Company(
            accounts, people, self._engagement.places, visits, self.facts.tree, pd.Timestamp(self.facts.as_of)
        )

    @property
    def names(self) -> Names:
        reps = self.facts.tables.reps
        by_id = dict(zip(reps["rep_id"], reps["name"], strict=True))
        return Names(by_id, dict(zip(reps["rep_id"], reps["territory_id"], strict=True)), self.facts.currency)

    @property
    def presence(self) -> Floats:
        """Shape (people, months): who is there."""
        return self._engagement.presence

    @property
    def ramp(self) -> Floats:
        """Shape (people, months): what new people can carry, by the ramp that targets publish."""
        return self._engagement.ramp

    @cached_property
    def _books(self) -> Books:
        people = self.people
        accounts = self.accounts
        live = accounts[~accounts["disqualified"].to_numpy(dtype=bool)].reset_index(drop=True)
        leaves = pd.Series(self.facts.tree.leaves())
        present = people["rep_id"][(people["present"] | (people["holds"] > 0)).to_numpy()].reset_index(drop=True)
        held = {
            "rep_id": spread.holdings(live, "rep_id", present),
            "territory_id": spread.holdings(live, "territory_id", leaves),
        }
        mix = dict(self.facts.rules.portfolio.classes.target_mix)
        knows = self.facts.tables.has("activities", "done_on")
        rules, worked, money = self.rules.health, self.facts.rules.engagement, self.facts.currency
        year = 12 / self.rules.capacity.months
        return Books(live, self.capacity, people, held, mix, knows, self.facts.as_of, rules, worked, money, year)

    @cached_property
    def _changed(self) -> dict[str, pd.DataFrame]:
        """Every change of owner, by rep (giver and taker) and by territory: columns holder, on."""
        changed = moves.transfers(self.moves, self.facts.tables.ownership)
        both = [
            changed[["from_rep", "on"]].set_axis(["holder", "on"], axis=1),
            changed[["to_rep", "on"]].set_axis(["holder", "on"], axis=1),
        ]
        territory = changed["account_id"].map(self._portfolio.register.set_index("account_id")["territory_id"])
        return {"rep_id": pd.concat(both), "territory_id": pd.DataFrame({"holder": territory, "on": changed["on"]})}

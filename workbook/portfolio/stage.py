"""The portfolio stage: its nouns, each made by a function of this package."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from workbook.portfolio import boards, grading, overlap
from workbook.portfolio import class_record as recording
from workbook.portfolio import families as kin
from workbook.portfolio import family_whitespace as spread
from workbook.portfolio import history as selling
from workbook.portfolio import new_business as fresh
from workbook.portfolio import projection as ahead
from workbook.portfolio import register as registering
from workbook.portfolio import scope as scoping
from workbook.portfolio import segments as segmenting
from workbook.portfolio import whitespace as gaps
from workbook.portfolio.inputs import PortfolioInputs
from workbook.stage import noun


class Portfolio(PortfolioInputs):
    """Nouns of portfolio. Each is a frame or a list of checks, computed once, cut to the scope in a scoped book."""

    @noun
    def families(self) -> pd.DataFrame:
        """Each account's family: account_id, family_id, family_name, depth, territory_id, owner_rep_id, members."""
        tables = self.facts.tables
        tells = self.rules.family_elsewhere != "none"
        return kin.families(tables.accounts, kin.owners(tables.ownership, self.facts.as_of), tells)

    @noun
    def family_abroad(self) -> pd.DataFrame:
        """What each territory may see of its families' members in other territories, by the published rule."""
        return kin.elsewhere(self.families, self.register, self.rules.family_elsewhere)

    @noun
    def register(self) -> pd.DataFrame:
        """One row per account: who holds it since when, sales, open deals, contacts, potential (A1, C1)."""
        return registering.register(self.facts.tables, self.families, self._booked, self.facts.as_of)

    @noun
    def win_rates(self) -> pd.DataFrame:
        """Learned from closed deals: product_family, segment, stage, n, won, rate, low, high, cycle_days."""
        return self._deal_model.rates

    @noun
    def stages(self) -> list[str]:
        """The stages in which the company's deals are open, as they follow each other."""
        return selling.stages(self.facts.tables.opportunities)

    @noun
    def deal_odds(self) -> pd.DataFrame:
        """Open deals with win_probability, expected_close_on, weighted_amount, and on_top_amount for the projection."""
        rows = self._deals
        odds = self._deal_model.odds(rows[rows["status"] == "open"], self.facts.as_of)
        return overlap.with_on_top(odds, self._on_top_share if len(odds) else 1.0)

    @noun
    def outlook_months(self) -> pd.DataFrame:
        """Like projection_months, from the day after as-of to the end of the planned year or 12 months, the later."""
        horizon = self._horizon
        if len(horizon.share) == 12:
            return self.projection_months
        ids, past = self.facts.tables.accounts["account_id"], self._history
        cells = ahead.projection_cells(past, self._run_rate, self.deal_odds, ids, horizon)
        return ahead.projection_months(cells, ids, horizon.periods, past.families)

    @noun
    def projection_months(self) -> pd.DataFrame:
        """The next 12 months by account, fiscal month and product family: run-rate, pipeline, loss, and their sum."""
        return self._projected[1]

    @noun
    def projection(self) -> pd.DataFrame:
        """The next 12 months by account: run_rate_amount + pipeline_amount + loss_amount = projected_amount."""
        return self._projected[0]

    @noun
    def new_business(self) -> pd.DataFrame:
        """Sales expected of customers who cannot be named yet: territory_id, period, product_family, amount."""
        tables, horizon = self.facts.tables, self._horizon.cut(12)
        return fresh.new_business(self._history, tables.accounts, self.deal_odds, horizon)

    @noun
    def grades(self) -> pd.DataFrame:
        """Grade A to D per account with its score, points and one sentence (A6)."""
        projection = self.projection
        if self.facts.tables.sales.empty and self.facts.tables.opportunities.empty:
            projection = projection.assign(projected_amount=pd.Series(pd.NA, index=projection.index, dtype="Int64"))
        return grading.grades(self.register, projection, self.rules.grades, self.facts.as_of, self.facts.currency)

    @noun
    def key_accounts(self) -> pd.DataFrame:
        """Accounts graded A or among the largest by projected revenue."""
        return grading.key_accounts(self.register, self.projection, self.grades, self.rules.key_accounts)

    @noun
    def classes(self) -> pd.DataFrame:
        """Class per account with its sentence, when it changed and what it was (C4, C5)."""
        return recording.classes(self._ruled_now, self._ruled_before, self.facts.decisions, self.facts.as_of)

    @noun
    def class_changes(self) -> pd.DataFrame:
        """Changes of class by the rules since the last review, each with its trigger, for people to confirm (C5)."""
        deals = self.facts.tables.opportunities
        since = (deals["status"] == "won") & (deals["closed_on"] > pd.Timestamp(self._review_day))
        won = pd.Index(deals.loc[since, "account_id"].unique())
        return recording.class_changes(self._ruled_now, self._ruled_before, won)

    @noun
    def class_history(self) -> pd.DataFrame:
        """Every change and override of a class that people recorded, with its trigger and reason (C5)."""
        return recording.class_history(self._ruled_now, self.facts.decisions)

    @noun
    def class_mix(self) -> pd.DataFrame:
        """Accounts that nobody disqualified by class and node against the target mix (C7): node, class, accounts, share, target_share."""
        out = self.register.loc[self.register["disqualified"].to_numpy(), "account_id"]
        counted = self.classes[~self.classes["account_id"].isin(out).to_numpy()]
        return scoping.class_mix(counted, self.facts.tree, self.rules.classes)

    @noun
    def view(self) -> pd.DataFrame:
        """One view of each account (C1): the register, the accounts' own columns, projection, grade, class, growth."""
        parts = {
            "projected_amount": self.projection["projected_amount"],
            "grade": self.grades["grade"],
            "class": self.classes["class"],
        }
        return segmenting.account_view(self.register, self.facts.tables.accounts, parts)

    @noun
    def segments(self) -> pd.DataFrame:
        """Segment per account with priority, channels and cadence (B1): one column per dimension of the rules."""
        return segmenting.segments(self.view, self.rules.segments, self.facts.currency)

    @property
    def segment_grid(self) -> pd.DataFrame:
        """The grid of segments in scope: accounts, sales and potential, priority, channels, cadence."""
        return segmenting.segment_grid(self.segments, self.view, tuple(self.segment_labels))

    @property
    def segment_labels(self) -> dict[str, tuple[str, ...]]:
        """The dimensions of the segments, each with its labels from low to high (none for a text column)."""
        return {d.name: d.labels for d in self.rules.segments.dimensions}

    @property
    def grade_ladder(self) -> pd.DataFrame:
        """By grade, in scope: grade, accounts, partial (graded without all criteria), projected_amount."""
        return boards.grade_ladder(self.grades, self.projection)

    @property
    def projection_parts(self) -> pd.DataFrame:
        """From the last 12 months' sales to the projection, in scope: part, amount, adding up exactly."""
        return boards.projection_parts(self.register, self.projection)

    def whitespace_board(self, count: int = 15) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The gaps and purchases of the accounts in scope with the largest gaps: label, product_family, amount."""
        return boards.whitespace_board(self.whitespace, self.bought, self.register, count)

    @property
    def family_table(self) -> pd.DataFrame:
        """Families in scope with two or more members there: members, territories, owners, sales, open deals, contacts."""
        return boards.family_table(self.families, self.register, self.projection)

    @property
    def family_elsewhere(self) -> pd.DataFrame:
        """Of families in scope: their members outside it, as far as the rules tell (columns of ``family_abroad`` but territory_id)."""
        rows = self.family_abroad
        inside = self.scope.nodes if self.scope else set(rows["territory_id"])
        rows = rows[~rows["lies_in"].isin(inside).to_numpy()].drop(columns="territory_id")
        return rows.drop_duplicates(ignore_index=True)

    def family_members(self, family_id: str) -> pd.DataFrame:
        """The members of one family in scope, in tree order, with owner, sales, open deals and contacts."""
        return boards.family_members(self.families, self.register, self.facts.tables.accounts, family_id)

    def family_matrix(self, family_id: str) -> pd.DataFrame:
        """The members of one family in scope by product family: label, bought and gap to comparable accounts, in tree order (C3)."""
        whole = self.whole or self
        accounts, rules = whole.facts.tables.accounts, self.rules.whitespace
        cells = spread.family_matrix(accounts, whole.families, whole._compared, rules, family_id)
        cells = self.scope.cut(cells) if self.scope else cells
        return boards.member_labels(cells, self.family_members(family_id))

    @property
    def whitespace_family_first(self) -> pd.DataFrame:
        """The gaps in scope, best first; among equals those that others of the family buy (C3)."""
        return boards.family_first(self.whitespace, self.rules.whitespace.equal_share)

    def peers(self, account_id: str, product_family: str) -> pd.DataFrame:
        """The accounts in scope that stand behind a gap: same peer group, and buying that product family."""
        return boards.peers_behind(self.whitespace_groups, self.bought, self.register, [account_id], product_family)

    @noun
    def whitespace_groups(self) -> pd.DataFrame:
        """The peer groups that each account stands in, and which it is compared within: one row per account and group."""
        return gaps.group_rows(self.facts.tables.accounts, self._compared.peers)

    @noun
    def whitespace(self) -> pd.DataFrame:
        """Cross-sell and upsell per account and product family, sized from comparable accounts (C3)."""
        accounts, rules = self.facts.tables.accounts, self.rules.whitespace
        return gaps.whitespace(accounts, self._compared, self._kin, rules, self.facts.currency)

    @noun
    def family_whitespace(self) -> pd.DataFrame:
        """Bought and not bought per family, territory and product family, sized from comparable accounts (C3)."""
        accounts, rules = self.facts.tables.accounts, self.rules.whitespace
        return spread.family_whitespace(accounts, self.families, self._compared, rules)

    @property
    def family_plays(self) -> pd.DataFrame:
        """Ranked cross-sell and upsell per family in scope."""
        names = self.families.drop_duplicates("family_id").set_index("family_id")["family_name"]
        return spread.family_plays(self.family_whitespace, names, self.facts.currency)

    def family_peers(self, family_id: str, product_family: str) -> pd.DataFrame:
        """The accounts in scope that stand behind a family's gap: peers of its members that buy, outside the family."""
        own = self.families.loc[(self.families["family_id"] == family_id).to_numpy(), "account_id"].tolist()
        return boards.peers_behind(self.whitespace_groups, self.bought, self.register, own, product_family)

    @noun
    def territory_gaps(self) -> pd.DataFrame:
        """Product families that a territory sells less of than the company, or not at all (C10)."""
        return gaps.territory_gaps(self.facts.tables, self._bought)

    @noun
    def bought(self) -> pd.DataFrame:
        """What each account bought in the whitespace window: account_id, territory_id, product_family, bought_amount."""
        return gaps.bought_rows(self.facts.tables, self._bought)

    @noun
    def market_scope(self) -> pd.DataFrame:
        """Potential per node, and how much of it is owned and actively engaged (A12)."""
        return scoping.market_scope(self.register, self._engaged, self.facts, self.rules.scope)

    @noun
    def hunting_farming(self) -> pd.DataFrame:
        """Established and new business per node (A13): accounts, sales, open deals, engaged accounts."""
        return scoping.hunting_farming(self.register, self._engaged, self.facts, self.rules.scope)

    @cached_property
    def _ruled_now(self) -> pd.DataFrame:
        projected = self.projection["projected_amount"]
        return self._ruled(projected, self._history, self._ruled_before)

    @cached_property
    def _projected(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The projection by account, and by month and family: made together, so that their cells need not be kept."""
        accounts, past, months = self.facts.tables.accounts, self._history, self._horizon.cut(12)
        ids = accounts["account_id"]
        cells = ahead.projection_cells(past, self._run_rate, self.deal_odds, ids, months)
        return (
            ahead.projection(cells, accounts, self.rules.projection.method),
            ahead.projection_months(cells, ids, months.periods, past.families),
        )

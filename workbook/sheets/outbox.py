"""From what is known and what is stored to one file per rep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import pandas as pd

from workbook.errors import UsageError
from workbook.facts import Facts
from workbook.plans.behaviour import due
from workbook.plans.document import COMMITTED, AccountPlan, Commitment, Planned, TerritoryPlan, plan_of
from workbook.plans.known import Known
from workbook.plans.prefill import Prefill
from workbook.plans.rolling import rolled, rolled_territory
from workbook.sheets.entries import entry_of
from workbook.sheets.layout import lists
from workbook.sheets.rep_file import Held, RepFile


@dataclass(frozen=True, eq=False)
class Outbox:
    """Makes reps' files. ``stored`` are current plan revisions by plan id, as dicts of the facts."""

    facts: Facts
    known: Known
    prefill: Prefill
    stored: Mapping[str, Mapping[str, Any]]

    @cached_property
    def people(self) -> dict[str, dict[str, Any]]:
        """Reps by id."""
        return {str(row["rep_id"]): row for row in self.facts.tables.reps.to_dict("records")}

    @cached_property
    def _accounts(self) -> dict[str, list[dict[str, Any]]]:
        known = self.known
        frame = known.register.dropna(subset=["owner_rep_id"]).copy()
        for name, source, column in (
            ("class", known.classes, "class"), ("class_sentence", known.classes, "sentence"), ("grade", known.grades, "grade"),
            ("grade_sentence", known.grades, "sentence"), ("last_touch_on", known.cadence, "last_touch_on"),
            ("touch_due_on", known.cadence, "due_on"), ("touch_sentence", known.cadence, "sentence"),
        ):  # fmt: skip
            told = source.drop_duplicates("account_id").set_index("account_id")[column]
            frame[name] = told.reindex(frame["account_id"]).array
        full = frame["account_id"].isin(self.prefill.full)
        frame = frame.assign(full=full).sort_values(
            ["full", "sales_12m_amount", "account_id"], ascending=[False, False, True], kind="stable"
        )
        return _by(frame, "owner_rep_id")

    @cached_property
    def _deals(self) -> dict[str, list[dict[str, Any]]]:
        return _by(self.known.deals.sort_values(["expected_close_on", "opportunity_id"], kind="stable"), "account_id")

    @cached_property
    def _whitespace(self) -> dict[str, list[dict[str, Any]]]:
        most = self.facts.rules.plans.whitespace_plays
        frame = self.known.whitespace.sort_values(["account_id", "rank"], kind="stable")
        frame = frame[(frame["sized_amount"].fillna(0) > 0).to_numpy()]
        return _by(frame[frame.groupby("account_id").cumcount() < most], "account_id")

    @cached_property
    def _quota(self) -> dict[str, dict[str, int]]:
        rows = self.known.targets
        amount = rows["street_amount"].fillna(rows["target_amount"])
        out: dict[str, dict[str, int]] = {}
        for rep, period, value in zip(rows["rep_id"], rows["period"], amount, strict=True):
            if not pd.isna(value):
                out.setdefault(str(rep), {})[str(period)] = int(value)
        return out

    @cached_property
    def owner(self) -> dict[str, str]:
        """Who owns each account."""
        held = self.known.register.dropna(subset=["owner_rep_id"])
        return {str(a): str(r) for a, r in zip(held["account_id"], held["owner_rep_id"], strict=True)}

    @cached_property
    def families(self) -> tuple[str, ...]:
        """Product families to choose from."""
        products = self.facts.tables.products["family"].dropna()
        return tuple(sorted(set(products) | set(self.known.whitespace["product_family"].dropna())))

    def reps(self) -> list[str]:
        """Reps who own accounts, in order."""
        return sorted(self._accounts)

    def files(self, rep_ids: Iterable[str] | None = None) -> Iterator[RepFile]:
        """The files of some reps, or of all who own accounts."""
        for rep in rep_ids if rep_ids is not None else self.reps():
            yield self.file(rep)

    def file(self, rep_id: str) -> RepFile:
        """One rep's file."""
        if rep_id not in self._accounts:
            raise UsageError(f"{rep_id} owns no accounts", remedy=f"Reps with accounts: {', '.join(self.reps()[:8])} …")
        rules, horizon = self.facts.rules, self.prefill.horizon
        rows = self._accounts[rep_id]
        person = self.people.get(rep_id, {})
        seen: dict[str, int] = {}
        for row in rows:
            seen[str(row["name"]).casefold()] = seen.get(str(row["name"]).casefold(), 0) + 1
        held = [self._held(row, seen[str(row["name"]).casefold()] > 1) for row in rows]
        territory_id = str(person.get("territory_id", ""))
        plan, revision = self.territory(rep_id)
        return RepFile(
            book=rules.book.name, company=rules.book.name, rep_id=rep_id, rep_name=str(person.get("name", rep_id)),
            territory=self.facts.tree.name(territory_id) if territory_id in self.facts.tree else territory_id,
            as_of=self.facts.as_of.isoformat(), currency=rules.book.currency, sample=rules.book.sample, horizon=horizon,
            due_on=due(rules.plans.due_on, self.facts.calendar.bounds(horizon.year)[0]).isoformat(),
            accounts=held, deals=sorted((d for h in held for d in self._deal_rows(h)), key=lambda d: -d["marks"]),
            whitespace=[w for h in held for w in self._whitespace.get(h.plan.account_id, ())],
            plan=plan, revision=revision, quota=self._quota.get(rep_id, {}),
            lists=lists([h.label for h in held], self.families, horizon, rules.plans),
        )  # fmt: skip

    def current(self, account_id: str) -> tuple[AccountPlan, int]:
        """An account's plan as it is revised today: the stored one brought up to date, else the pre-filled one, revision 0."""
        row = self.stored.get(account_id)
        fresh = self.prefill.account(account_id)
        if row is None:
            return fresh, 0
        doc = plan_of(row)
        assert isinstance(doc, AccountPlan)
        if doc.year != self.facts.year:
            return fresh, int(row["revision"])
        return rolled(doc, fresh, self.prefill.horizon, self.known.outcomes), int(row["revision"])

    def territory(self, rep_id: str) -> tuple[TerritoryPlan, int]:
        """A rep's territory plan as it is revised today."""
        row = self.stored.get(rep_id)
        if row is None:
            return self.prefill.territory(rep_id), 0
        doc = plan_of(row)
        assert isinstance(doc, TerritoryPlan)
        same = doc.year == self.facts.year
        return (rolled_territory(doc, self.prefill.horizon) if same else self.prefill.territory(rep_id)), int(
            row["revision"]
        )

    def _held(self, row: Mapping[str, Any], doubled: bool) -> Held:
        account = str(row["account_id"])
        plan, revision = self.current(account)
        label = f"{row['name']} ({account})" if doubled else str(row["name"])
        said = [row["class_sentence"], row["grade_sentence"], row["touch_sentence"]]
        facts = {
            "class": _text(row["class"]), "grade": _text(row["grade"]), "sales": int(row["sales_12m_amount"]),
            "prior": int(row["sales_prior_12m_amount"]), "open": int(row["open_amount"]),
            "last_touch_on": _day(row["last_touch_on"]), "touch_due_on": _day(row["touch_due_on"]),
            "sentences": tuple(_text(s) for s in said if _text(s)) if plan.depth == "full" else (),
        }  # fmt: skip
        return Held(plan, entry_of(plan, self.prefill.horizon), revision, label, facts)

    def _deal_rows(self, held: Held) -> Iterator[dict[str, Any]]:
        planned = [a for a in held.plan.amounts if a.source == "opportunity"]
        marked, listed = {c.deal: c for c in held.plan.commitments}, set()
        for deal in self._deals.get(held.plan.account_id, ()):
            listed.add(str(deal["opportunity_id"]))
            mine = [a for a in planned if a.reference == deal["opportunity_id"]]
            first = self.prefill.horizon.place(_day(deal["expected_close_on"]), self.facts.calendar)
            for at, a in enumerate(cast("list[Planned | None]", mine) or [None]):
                yield _marks(marked.get(str(deal["opportunity_id"])), first=at == 0) | {
                    "deal": str(deal["opportunity_id"]), "account_id": held.plan.account_id, "account": held.label,
                    "family": _text(deal["product_family"]), "stage": _text(deal["stage"]), "amount": int(deal["amount"]),
                    "chance": float(deal["win_probability"]), "close_on": _day(deal["expected_close_on"]),
                    "pushes": None if pd.isna(deal.get("pushes")) else int(deal["pushes"]), "next_step": _text(deal.get("next_step")),
                    "period": a.period if a else first, "planned": a.amount if a else None, "note": a.note if a else "",
                }  # fmt: skip
        for a in planned:
            if a.reference not in listed:
                yield _marks(marked.pop(a.reference, None), first=True) | {
                    "deal": a.reference, "account_id": held.plan.account_id, "account": held.label, "stage": "closed",
                    "family": a.product_family, "period": a.period, "planned": a.amount, "note": a.note,
                }  # fmt: skip


def _marks(said: Commitment | None, *, first: bool) -> dict[str, Any]:
    """What the customer has put into a deal, as its rows show it: said in the first row of several, all sorted by it."""
    shown = {name: "yes" if said and first and getattr(said, name) else "" for name in COMMITTED}
    return shown | {"marks": said.marks if said else 0}


def _by(frame: pd.DataFrame, key: str) -> dict[str, list[dict[str, Any]]]:
    out: dict[str, list[dict[str, Any]]] = {}
    for row in frame.to_dict("records"):
        out.setdefault(str(row[key]), []).append(row)
    return out


def _text(value: Any) -> str:
    return "" if value is None or value is pd.NA or value != value else str(value)


def _day(value: Any) -> Any:
    return None if value is None or pd.isna(value) else pd.Timestamp(value).date()

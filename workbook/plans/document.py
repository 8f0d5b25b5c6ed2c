"""The account plan: one document model for spreadsheets, forms, the store and the roll-up.

Seven sections, each with our view and the customer's (checklist E1); what the customer wants (E2); whom we know and should
know; plays into whitespace; objectives and actions with owners, also of other functions (B4); planned amounts, each resting on
something (E5); risks; verified with whom and when (E3). A rep's territory plan is the same idea without an account.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from workbook.errors import DataError, Fault
from workbook.periods import normal

Section = Literal["history", "sold", "next", "known", "wanted", "numbers", "risks"]
#: The seven sections: key -> (title, our question, the customer's question).
SECTIONS: dict[Section, tuple[str, str, str]] = {
    "history": ("History", "What brought us here?", "How do they tell the same story?"),
    "sold": ("What we sold, and its outcome", "What did we deliver?", "What did it do for them?"),
    "next": ("What else", "What should they buy next?", "Which of their priorities does it serve?"),
    "known": (
        "Whom we know, and who cares",
        "Who decides, and whom do we know?",
        "Who there cares whether we succeed?",
    ),
    "wanted": ("Whom we want to know", "Whom must we meet, and how?", "Why would they take the meeting?"),
    "numbers": ("This year's quota and the years after", "What will they buy, and when?", "What have they budgeted?"),
    "risks": ("Risks, barriers, limits", "What can go wrong?", "What holds them back?"),
}
Source = Literal["run_rate", "renewal", "opportunity", "whitespace", "not_identified"]
#: What a planned amount rests on, for people.
SOURCES: dict[str, str] = {
    "run_rate": "repeat business",
    "renewal": "a renewal",
    "opportunity": "an open deal",
    "whitespace": "named whitespace",
    "not_identified": "not yet identified",
}
#: The reference of run-rate amounts that are booked already.
BOOKED = "booked"
RISK_TOLERANCE = ("low", "medium", "high")
#: What a customer can put into a deal.
COMMITTED = ("time", "money", "people")
#: Longest text that a field takes.
LONGEST = 4000

Text = Annotated[str, Field(max_length=LONGEST)]
Amount = Annotated[int, Field(ge=-(10**15), le=10**15)]


class Part(BaseModel):
    """Base of the parts: unknown keys refused, nothing changed in place."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class View(Part):
    """A section in two views."""

    ours: Text = ""
    theirs: Text = ""


class Outcome(Part):
    """What the customer wants to achieve (E2). ``priority`` 1 is the highest; ``by_on`` its time-frame."""

    outcome: Text
    by_on: date | None = None
    priority: Annotated[int, Field(ge=1, le=5)] | None = None
    risk_tolerance: Literal["", "low", "medium", "high"] = ""


class Stakeholder(Part):
    """Somebody there: influence 0 to 1, support -1 to 1; ``gap`` is what is missing between us and how to close it."""

    name: Text
    contact_id: str = ""
    title: Text = ""
    role: Text = ""
    influence: Annotated[float, Field(ge=0, le=1)] | None = None
    support: Annotated[float, Field(ge=-1, le=1)] | None = None
    our_contact: Text = ""
    known: bool = True
    gap: Text = ""
    how: Text = ""
    by_on: date | None = None


class Play(Part):
    """A product family that the account does not buy yet, and the customer outcome it would serve."""

    product_family: Text
    outcome: Text = ""
    idea: Text = ""


class Action(Part):
    """One step towards an objective, owned by one person of one function (B3, B4)."""

    action: Text
    objective: Text = ""
    owner: Text = ""
    function: Text = ""
    due_on: date | None = None
    done_on: date | None = None
    channel: Text = ""


class Planned(Part):
    """An amount (minor units) in a period, and what it rests on: ``reference`` is a deal's id, a product family, a contract."""

    period: str
    source: Source
    amount: Amount
    reference: Text = ""
    product_family: Text = ""
    note: Text = ""

    @field_validator("period")
    @classmethod
    def _normal(cls, value: str) -> str:
        try:
            return normal(value)
        except Exception as fault:
            raise ValueError(str(fault)) from fault


class Risk(Part):
    """What can go wrong, and what is done about it."""

    risk: Text
    answer: Text = ""
    owner: Text = ""


class Commitment(Part):
    """What the customer itself has put into a deal (E5): its time, its money, its people."""

    deal: Text
    time: bool = False
    money: bool = False
    people: bool = False

    @property
    def marks(self) -> int:
        """How many of the three, 0 to 3."""
        return self.time + self.money + self.people

    @property
    def words(self) -> str:
        """Which of the three, for people."""
        return ", ".join(name for name in COMMITTED if getattr(self, name))


class Verified(Part):
    """Who of the customer has seen and confirmed the plan, and when (E3)."""

    by: Text
    on: date


class AccountPlan(Part):
    """The plan of one account. ``depth``: full for key accounts, one line for the rest. ``made_with``: sheet, form, code.

    ``objective`` is the end result wanted, in the rep's words; ``strategy`` the objective of the sales strategy that it serves (B3).
    """

    account_id: str
    rep_id: str
    year: str
    depth: Literal["full", "line"] = "line"
    made_with: Literal["prefill", "sheet", "form", "code"] = "code"
    sections: dict[Section, View] = {}
    objective: Text = ""
    strategy: Text = ""
    outcomes: tuple[Outcome, ...] = ()
    stakeholders: tuple[Stakeholder, ...] = ()
    plays: tuple[Play, ...] = ()
    actions: tuple[Action, ...] = ()
    amounts: tuple[Planned, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    risks: tuple[Risk, ...] = ()
    verified: tuple[Verified, ...] = ()
    note: Text = ""

    @field_validator("commitments")
    @classmethod
    def _marked(cls, value: tuple[Commitment, ...]) -> tuple[Commitment, ...]:
        return tuple(row for row in value if row.marks)

    def planned_amount(self, period: str | None = None) -> int:
        """All that is planned in a fiscal year (the plan's own when none is named), in minor units."""
        wanted = period or self.year
        return sum(row.amount for row in self.amounts if row.period.startswith(wanted))

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values, as the store keeps them."""
        return self.model_dump(mode="json", exclude_defaults=True) | {
            "account_id": self.account_id,
            "rep_id": self.rep_id,
            "year": self.year,
        }


class TerritoryPlan(Part):
    """A rep's plan for the whole book of accounts: the approach, and amounts for which no account is known yet."""

    rep_id: str
    year: str
    made_with: Literal["prefill", "sheet", "form", "code"] = "code"
    approach: Text = ""
    priorities: Text = ""
    help_wanted: Text = ""
    amounts: tuple[Planned, ...] = ()
    actions: tuple[Action, ...] = ()
    note: Text = ""

    @property
    def account_id(self) -> str:
        return ""

    def planned_amount(self, period: str | None = None) -> int:
        """All that is planned without an account in a fiscal year, in minor units."""
        wanted = period or self.year
        return sum(row.amount for row in self.amounts if row.period.startswith(wanted))

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values, as the store keeps them."""
        return self.model_dump(mode="json", exclude_defaults=True) | {"rep_id": self.rep_id, "year": self.year}


PlanDocument = AccountPlan | TerritoryPlan


def plan_of(row: Mapping[str, Any]) -> PlanDocument:
    """The document of a stored plan (a row of ``facts.plans``); :class:`DataError` names every field that does not fit."""
    return parse(row["document"], territory=not row["account_id"])


def parse(document: Mapping[str, Any], *, territory: bool = False) -> PlanDocument:
    """A document from plain JSON values."""
    kind: type[AccountPlan | TerritoryPlan] = TerritoryPlan if territory else AccountPlan
    try:
        return kind.model_validate(document)
    except ValidationError as fault:
        who = str(document.get("account_id") or document.get("rep_id") or "")
        faults = tuple(
            Fault(
                "plans",
                who,
                0,
                ".".join(map(str, e["loc"])),
                str(e.get("input", ""))[:80],
                e["msg"],
                "Mend it and save again.",
            )
            for e in fault.errors()
        )
        raise DataError(f"the plan of {who} has {len(faults)} faults", faults, where="plans") from fault


def changed(plan: AccountPlan, **fields: Any) -> AccountPlan:
    """A copy with some fields replaced, checked again."""
    values = {name: getattr(plan, name) for name in AccountPlan.model_fields} | fields
    return AccountPlan.model_validate(values)


def blank(account_id: str, rep_id: str, year: str) -> AccountPlan:
    """An empty plan."""
    return AccountPlan(account_id=account_id, rep_id=rep_id, year=year)


__all__ = ["SECTIONS", "SOURCES", "AccountPlan", "PlanDocument", "TerritoryPlan", "plan_of"]

"""Between the plan's parts and grids of text: what is shown, and what a typed row means, with faults by cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from workbook.forms.grid import Grid, GridColumn
from workbook.plans.document import (
    COMMITTED,
    RISK_TOLERANCE,
    AccountPlan,
    Action,
    Commitment,
    Outcome,
    Part,
    Play,
    Risk,
    Stakeholder,
    Verified,
)  # fmt: skip
from workbook.sheets import values

Faults = dict[str, str]
Rows = Sequence[tuple[int, dict[str, str]]]


@dataclass(frozen=True)
class Field:
    """One field of a part: its name in the model, its heading, how it is read and written."""

    name: str
    label: str
    read: Callable[[str], Any]
    width: str = "9rem"
    choices: tuple[str, ...] = ()
    fixed: bool = False

    def column(self) -> GridColumn:
        return GridColumn(self.name, self.label, self.width, editable=not self.fixed, choices=self.choices)


@dataclass(frozen=True)
class PartForm:
    """How one list of parts is edited: the model, its fields, and the field without which a row is not read."""

    name: str
    title: str
    part: type[Part]
    fields: tuple[Field, ...]
    needed: str


def _day(text: str) -> date | None:
    return values.day(text) if text else None


def _share(low: float, high: float) -> Callable[[str], float | None]:
    return lambda text: values.number(text, low, high) if text else None


def _priority(text: str) -> int | None:
    if not text:
        return None
    if text not in tuple("12345"):
        raise values.CellError("is not 1 to 5", "Type 1 for the highest, up to 5.")
    return int(text)


def _one_of(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text and text not in allowed:
            raise values.CellError("is not in the list", f"Choose {', '.join(allowed)}.")
        return text

    return read


def _yes(blank: bool) -> Callable[[str], bool]:
    """Reads yes or no; what nothing means is ``blank``."""

    def read(text: str) -> bool:
        if text.lower() in ("yes", "y", "1", "true", "no", "n", "0", "false"):
            return text.lower() in ("yes", "y", "1", "true")
        if text:
            raise values.CellError("is not yes or no", "Type yes or no.")
        return blank

    return read


_WIDE = "16rem"
PARTS: dict[str, PartForm] = {
    form.name: form
    for form in (
        PartForm(
            "outcomes",
            "What the customer wants to achieve",
            Outcome,
            (
                Field("outcome", "outcome", values.text, _WIDE),
                Field("by_on", "by when", _day),
                Field("priority", "priority 1–5", _priority, "6rem"),
                Field("risk_tolerance", "risk tolerance", _one_of(*RISK_TOLERANCE), choices=RISK_TOLERANCE),
            ),
            "outcome",
        ),
        PartForm(
            "stakeholders",
            "Whom we know and should know",
            Stakeholder,
            (
                Field("name", "name", values.text),
                Field("title", "title", values.text),
                Field("role", "role", values.text),
                Field("influence", "influence 0–1", _share(0, 1), "6rem"),
                Field("support", "support −1–1", _share(-1, 1), "6rem"),
                Field("our_contact", "our contact", values.text),
                Field("known", "known", _yes(True), "4rem", ("yes", "no")),
                Field("gap", "gap to close", values.text, _WIDE),
                Field("how", "how", values.text, _WIDE),
                Field("by_on", "by when", _day),
            ),
            "name",
        ),
        PartForm(
            "plays",
            "Whitespace plays",
            Play,
            (
                Field("product_family", "product family", values.text),
                Field("outcome", "customer's outcome", values.text, _WIDE),
                Field("idea", "idea", values.text, _WIDE),
            ),
            "product_family",
        ),
        PartForm(
            "actions",
            "Objectives and actions",
            Action,
            (
                Field("objective", "objective", values.text, _WIDE),
                Field("action", "action", values.text, _WIDE),
                Field("owner", "owner", values.text),
                Field(
                    "function", "function", values.text, choices=("sales", "service", "marketing", "finance", "product")
                ),
                Field("due_on", "due", _day),
                Field("done_on", "done", _day),
                Field("channel", "channel", values.text, choices=("visit", "call", "meeting", "email")),
            ),
            "action",
        ),
        PartForm(
            "commitments",
            "What the customer has put into each deal",
            Commitment,
            (
                Field("deal", "deal", values.text, fixed=True),
                *(Field(name, f"their {name}", _yes(False), "6rem", ("yes", "no")) for name in COMMITTED),
            ),
            "deal",
        ),
        PartForm(
            "risks",
            "Risks, barriers, limits",
            Risk,
            (
                Field("risk", "risk", values.text, _WIDE),
                Field("answer", "what we do about it", values.text, _WIDE),
                Field("owner", "owner", values.text),
            ),
            "risk",
        ),
        PartForm(
            "verified",
            "Verified with the customer",
            Verified,
            (Field("by", "with whom", values.text, _WIDE), Field("on", "on", _day)),
            "by",
        ),
    )
}


def grids() -> dict[str, Grid]:
    """An empty grid for each list of parts; one with a row per deal has no rows of its own."""
    return {
        name: Grid([f.column() for f in form.fields], label=form.title, grows=not form.fields[0].fixed)
        for name, form in PARTS.items()
    }


def parts_of(form: PartForm, plan: AccountPlan) -> tuple[Part, ...]:
    """The plan's parts that a form edits; every deal that the plan counts on has a row for what the customer put into it."""
    held: tuple[Part, ...] = getattr(plan, form.name)
    if form.part is not Commitment:
        return held
    marked = {row.deal: row for row in plan.commitments}
    deals = dict.fromkeys((*(a.reference for a in plan.amounts if a.source == "opportunity"), *marked))
    made = [marked.get(deal) or Commitment(deal=deal) for deal in deals]
    return tuple(sorted(made, key=lambda row: -row.marks))


def shown(form: PartForm, parts: Sequence[Part]) -> list[list[str]]:
    """Rows of text for a list of parts."""
    return [[_text(getattr(part, field.name)) for field in form.fields] for part in parts]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def read(form: PartForm, rows: Rows, before: Sequence[Part] = ()) -> tuple[tuple[Part, ...], Faults]:
    """The parts that rows say, and the faults by cell. A row with a fault is left out, and its fault says so.

    What a grid does not show (a contact's id) is kept from the part of ``before`` with the same needed field.
    """
    known = {getattr(part, form.needed): part for part in before}
    made: list[Part] = []
    faults: Faults = {}
    for at, row in rows:
        wrong: Faults = {}
        found: dict[str, Any] = {}
        for column, field in enumerate(form.fields):
            text = row[field.name].strip()
            try:
                found[field.name] = field.read(text)
                if field.name == form.needed and not text:
                    raise values.CellError("is missing", "Fill it in, or empty the row.")
                if field.name == "on" and not text:
                    raise values.CellError("is missing", "Write the day, like 2026-09-30.")
            except values.CellError as fault:
                wrong[f"{at},{column}"] = f"{field.label} {fault.fault}. {fault.remedy}"
        if wrong:
            faults |= wrong
            continue
        old = known.get(found[form.needed])
        made.append(form.part.model_validate((old.model_dump() if old else {}) | found))
    return tuple(made), faults

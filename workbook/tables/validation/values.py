"""Values that are missing, or that cannot be: one pass over each table counts them, only what is found is listed."""

from __future__ import annotations

from dataclasses import dataclass

from workbook.errors import Fault, Severity
from workbook.rules.quality import QualityRules
from workbook.tables.faults import Finding
from workbook.tables.intake import Intake
from workbook.tables.schema import TABLES, Column


@dataclass(frozen=True)
class Condition:
    """A row is at fault where ``sql`` is true; the value shown is that of ``column``. ``needs`` are columns of the file."""

    table: str
    column: str
    topic: str
    sql: str
    fault: str
    remedy: str
    severity: Severity = "error"
    needs: tuple[str, ...] = ()
    whole_line: bool = False


def conditions(rules: QualityRules) -> list[Condition]:
    """All conditions of all tables."""
    return _general(rules) + SENSE


def check(intake: Intake, rules: QualityRules) -> None:
    """Blank cells that must be filled, values out of range, dates that cannot be, empty tables."""
    wanted = conditions(rules)
    for name in intake.columns:
        mine = [c for c in wanted if c.table == name and intake.has(name, c.column, *c.needs)]
        if not mine:
            continue
        counts = ", ".join(f"count(*) filter (where {c.sql})" for c in mine)
        total, *found = intake.db.execute(f"select count(*), {counts} from {name}").fetchall()[0]
        for condition, number in zip(mine, found, strict=True):
            if number:
                intake.find(_finding(condition))
        if not total and TABLES[name].needed:
            what, remedy = "the table has no rows", f"Fill it in: {TABLES[name].help}"
            severity: Severity = "error" if name in ("territories", "accounts") else "warning"
            intake.faults.add(Fault(name, intake.files[name], 0, "", "", what, remedy, severity), "columns")


def _finding(c: Condition) -> Finding:
    rows = f"select _row, \"{c.column}\" as value, '' as detail from {c.table} where {c.sql}"
    return Finding(c.table, c.column, c.topic, c.fault, c.remedy, rows, c.severity)


def _general(rules: QualityRules) -> list[Condition]:
    made = []
    for table in TABLES.values():
        for place, column in enumerate(table.columns):
            if column.filled:
                sql = f'"{column.name}" is null and _unfit & {1 << place} = 0'
                remedy = f"Fill it in: {column.help}."
                made.append(Condition(table.name, column.name, "values", sql, "the cell is blank", remedy))
            made += _ranges(table.name, column, rules)
    return made


def _ranges(table: str, column: Column, rules: QualityRules) -> list[Condition]:
    name = f'"{column.name}"'
    if column.kind == "date":
        sql = f"({name} < '{rules.first_year}-01-01' or {name} > '{rules.last_year}-12-31')"
        what, remedy = "this date cannot be", f"Dates lie from {rules.first_year} to {rules.last_year}."
        return [Condition(table, column.name, "dates", sql, what, remedy)]
    if column.kind == "share":
        sql = f"{name} not between 0 and 1"
        return [Condition(table, column.name, "values", sql, "a share is from 0 to 1", "40 % is written 0.4.")]
    return []


def _warn(table: str, column: str, topic: str, sql: str, texts: tuple[str, str], *needs: str) -> Condition:
    return Condition(table, column, topic, sql, *texts, "warning", needs)


_ORDER = "Mend the earlier or the later date."
_SIGN = "Mend the sign, if it is not meant."

#: What each table's rows must make sense of.
SENSE: list[Condition] = [
    Condition("accounts", "nps", "values", "nps not between 0 and 10",
              "a Net Promoter answer is from 0 to 10", "Enter the answer, not the score."),
    Condition("accounts", "parent_account_id", "tree", "parent_account_id = account_id",
              "the account is its own parent", "Leave parent_account_id blank."),
    Condition("territories", "parent_id", "tree", "parent_id = territory_id",
              "the node is its own parent", "Name the node above, or leave it blank for the company."),
    Condition("ownership", "to_on", "dates", "to_on < from_on", "ends before it starts", _ORDER,
              whole_line=True),
    Condition("contacts", "support", "values", "support not between -1 and 1", "support is from -1 to 1", "Scale it."),
    Condition("activities", "activity_id", "dates", "done_on is null and due_on is null",
              "neither done_on nor due_on is filled", "Fill in one of them."),
    _warn("accounts", "latitude", "coordinates", "latitude = 0 and longitude = 0",
          ("coordinates are 0, 0; read as not known", "Geocode the account again, or leave both blank."), "longitude"),
    _warn("accounts", "latitude", "coordinates", "abs(latitude) > 90",
          ("a latitude is from -90 to 90; read as not known", "Mend it; are latitude and longitude swapped?")),
    _warn("accounts", "longitude", "coordinates", "abs(longitude) > 180",
          ("a longitude is from -180 to 180; read as not known", "Mend it.")),
    _warn("accounts", "latitude", "coordinates", "(latitude is null) <> (longitude is null)",
          ("only one of latitude and longitude is filled", "Fill in both or none."), "longitude"),
    _warn("accounts", "employees", "amounts", "employees < 0", ("negative", _SIGN)),
    _warn("accounts", "annual_revenue", "amounts", "annual_revenue < 0", ("negative", _SIGN)),
    _warn("accounts", "potential_amount", "amounts", "potential_amount < 0", ("negative", _SIGN)),
    _warn("reps", "left_on", "dates", "left_on < hired_on", ("left before hired", _ORDER), "hired_on"),
    _warn("reps", "selling_hours_per_week", "amounts", "selling_hours_per_week not between 0 and 80",
          ("not a week's selling hours", "Enter hours per week, 0 to 80.")),
    _warn("reps", "cost_per_hour", "amounts", "cost_per_hour < 0", ("negative", _SIGN)),
    _warn("products", "list_price", "amounts", "list_price < 0", ("negative", _SIGN)),
    _warn("opportunities", "amount", "amounts", "amount < 0", ("a deal with a negative amount", _SIGN)),
    _warn("opportunities", "closed_on", "dates", "closed_on < created_on", ("closed before it was created", _ORDER),
          "created_on"),
    _warn("opportunities", "close_on", "dates", "close_on < created_on",
          ("expected to close before it was created", _ORDER), "created_on"),
    _warn("opportunities", "closed_on", "dates", "status = 'open' and closed_on is not null",
          ("open, yet it has a closing date", "Set status to won or lost, or clear closed_on."), "status"),
    _warn("opportunities", "close_on", "dates", "status = 'open' and close_on is null",
          ("an open deal without an expected close", "Enter when it is expected to close."), "status"),
    _warn("opportunities", "close_on", "dates", "status <> 'open' and close_on is null and closed_on is null",
          ("a closed deal without a date", "Enter closed_on."), "status"),
    _warn("opportunities", "pushes", "amounts", "pushes < 0", ("negative", _SIGN)),
    _warn("activities", "minutes", "amounts", "minutes not between 0 and 1440",
          ("longer than a day, or negative", "Enter minutes.")),
    Condition("targets", "amount", "amounts", "amount < 0", "a negative target", "Enter what is to be reached."),
]  # fmt: skip

"""Money that cannot be: mixed currencies, absurd sizes, targets that do not add up."""

from __future__ import annotations

from collections import defaultdict

from workbook.errors import Fault
from workbook.money import exponent, format_amount
from workbook.periods import children, parse
from workbook.rules.quality import QualityRules
from workbook.tables.faults import Finding
from workbook.tables.intake import Intake

_AMOUNTS = (
    ("sales", "amount"),
    ("opportunities", "amount"),
    ("targets", "amount"),
    ("accounts", "potential_amount"),
    ("accounts", "annual_revenue"),
    ("products", "list_price"),
)


def check(intake: Intake, rules: QualityRules) -> None:
    """Currencies, absurd amounts, and whether finance's targets agree with each other."""
    if intake.has("sales", "currency"):
        rows = (
            "select _row, currency as value, '' as detail from sales "
            f"where currency is not null and upper(currency) <> '{intake.currency}'"
        )
        what = f"another currency than the book's {intake.currency}"
        intake.find(
            Finding("sales", "currency", "currency", what, "Convert the amount, and say so in the mapping.", rows)
        )
    for table, column in _AMOUNTS:
        if intake.has(table, column):
            _absurd(intake, table, column, rules.absurd_times)
    if intake.has("targets", "territory_id", "period", "amount") and intake.has(
        "territories", "territory_id", "parent_id"
    ):
        _adds_up(intake)


def _absurd(intake: Intake, table: str, column: str, times: float) -> None:
    size = f"abs({column})"
    largest, usual = intake.db.execute(
        f"select max({size}), approx_quantile({size}, 0.99) filter (where {column} <> 0) from {table}"
    ).fetchall()[0]
    if not largest or not usual or largest <= usual * times:
        return
    rows = f"select _row, {column}::decimal(38, 0) / {10 ** exponent(intake.currency)} as value, '' as detail from {table} where {size} > {int(usual * times)}"
    usual_text = format_amount(int(usual), intake.currency, short=True)
    what = f"absurd: more than {times:,.0f} times what 99 % of rows stay below ({usual_text})"
    intake.find(Finding(table, column, "amounts", what, "Mend it; is the decimal point right?", rows, "warning"))


def _adds_up(intake: Intake) -> None:
    """Year against its quarters and months, and node against the nodes under it, where both are given."""
    rows = intake.db.execute(
        "select territory_id, period, coalesce(measure, ''), coalesce(product_family, ''), sum(amount)::bigint from targets "
        "where period is not null and amount is not null and territory_id is not null and regexp_full_match(period, 'FY[0-9]{4}(-[HQM][0-9]+)?') group by all"
    ).fetchall()  # fmt: skip
    given = {(n, p, m, f): a for n, p, m, f, a in rows}
    below = defaultdict(list)
    for node, up in intake.db.execute(
        "select territory_id, parent_id from territories where parent_id is not null order by 1"
    ).fetchall():
        below[up].append(node)
    for (node, period, measure, family), amount in sorted(given.items()):
        what = ""
        under = [given.get((n, period, measure, family)) for n in below.get(node, ())]
        if under and None not in under and sum(a for a in under if a is not None) != amount:
            what = _differ(amount, sum(a for a in under if a is not None), "the nodes under it", intake.currency)
        grain = parse(period)[1]
        for finer in {"year": ("half", "quarter", "month"), "half": ("quarter", "month"), "quarter": ("month",)}.get(
            grain, ()
        ):
            parts = [given.get((node, p, measure, family)) for p in children(period, finer)]  # type: ignore[arg-type]
            if None not in parts and sum(a for a in parts if a is not None) != amount:
                what = _differ(amount, sum(a for a in parts if a is not None), f"its {finer}s", intake.currency)
        if what:
            fault = Fault(
                "targets", intake.files["targets"], 0, "amount", f"{node} {period} {family}".strip(), what,
                "Mend one of them; the finer numbers are not changed here.", "warning",
            )  # fmt: skip
            intake.faults.add(fault, "targets")


def _differ(whole: int, parts: int, what: str, currency: str) -> str:
    gap = format_amount(parts - whole, currency)
    return (
        f"{what} add up to {format_amount(parts, currency)}, which is {gap} more"
        if parts > whole
        else (
            f"{what} add up to {format_amount(parts, currency)}, which is {format_amount(whole - parts, currency)} less"
        )
    )

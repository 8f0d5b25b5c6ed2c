"""The first sheet of a rep's file: whose it is, what to do, and the running total of the plan against the quota."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbook.sheets.canvas import Canvas
from workbook.sheets.layout import DEALS, NEW, TERRITORY
from workbook.sheets.references import letters

if TYPE_CHECKING:
    from workbook.sheets.rep_file import RepFile

_STEPS = (
    "Start from the end: your quota is below. Write each account's end result first (Objective), then work back to what it takes.",
    "Accounts: the objective and which strategy objective it serves, the next action, the repeat business of each open period.",
    "Deals: say in which period you plan each deal, how much of it, and what the customer has put into it (time, money, people).",
    "New business: give amounts to whitespace you go for, name renewals, and say which outcome of theirs it serves.",
    "K sheets: your key accounts, in full: the end result first, then both views, who decides, actions, risks, verified with them.",
    "Territory: your approach, and amounts for which you know no account yet. Then save as .xlsx and send it back.",
)

_KINDS = ("run_rate", "opportunity", "new", "unnamed")


def cover(canvas: Canvas, file: RepFile, places: Mapping[str, str]) -> None:
    """The first sheet: whose plan it is, what to do, and the running total against the quota."""
    sheet, styles, horizon = canvas.sheet, canvas.styles, file.horizon
    sheet.set_column(1, 1, 4)
    sheet.set_column(2, 2, 24)
    sheet.set_column(3, 8, 15)
    canvas.banner(f"Account plans {horizon.year}", "", 8)
    sheet.write_string(1, 1, f"{file.rep_name} · {file.territory} · {file.company}", styles("band_note"))
    at = 3
    told = [
        ("For", f"{file.rep_name} ({file.rep_id})"),
        ("Back by", file.due_on),
        ("As known on", file.as_of),
        ("Amounts in", file.currency),
    ]
    if file.sample:
        told.append(("Note", "Synthetic data: a sample company"))
    for label, value in told:
        sheet.write_string(at, 2, label, styles("label"))
        sheet.write_string(at, 3, value, styles("label"))
        at += 1
    at += 1
    sheet.write_string(at, 1, "What to do", styles("title"))
    for column in range(2, 9):
        sheet.write_blank(at, column, None, styles("title"))
    for number, words in enumerate(_STEPS, start=1):
        at += 1
        sheet.write_string(at, 1, str(number), styles("step"))
        sheet.merge_range(at, 2, at, 8, words, styles("text"))
        sheet.set_row(at, 20)
    at += 1
    sheet.write_blank(at, 2, None, styles("legend_input"))
    sheet.write_string(at, 3, "pale yellow: type here", styles("label"))
    sheet.write_blank(at, 5, None, styles("legend_fixed"))
    sheet.write_string(at, 6, "grey: known already, for reading", styles("label"))
    _against_quota(canvas, at + 2, file, places)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    canvas.print_setup(portrait=True)


def _against_quota(canvas: Canvas, at: int, file: RepFile, places: Mapping[str, str]) -> None:
    sheet, styles, horizon = canvas.sheet, canvas.styles, file.horizon
    heads = ("Period", "Quota", "Repeat business", "Deals", "New business", "Not identified", "Plan less quota")
    sheet.write_string(at, 1, "Your plan against your quota", styles("title"))
    for column in range(2, 9):
        sheet.write_blank(at, column, None, styles("title"))
    at += 1
    for number, words in enumerate(heads):
        sheet.write_string(at, 2 + number, words, styles("head" if number == 0 else "head_right"))
    first = at + 1
    sums = _sums(file)
    ahead = [*horizon.open, *horizon.later]
    for period in (*horizon.periods, *horizon.later):
        at += 1
        said, look = period + (" (booked)" if period in horizon.over else ""), styles.cell("text", fixed=True)
        if period in horizon.later[1:]:  # until the rep plans it
            before = horizon.later[horizon.later.index(period) - 1]
            same = sums["run_rate", period] == sums["run_rate", before]
            carried = f"{period} (carried over)"
            formula = f'=IF(E{at + 1}=E{at},"{carried}","{period}")'
            sheet.write_formula(at, 2, formula, look, carried if same else period)
        else:
            sheet.write_string(at, 2, said, look)
        quota, money = file.quota.get(period), styles.cell("exact", fixed=True)
        if quota is None:
            sheet.write_string(at, 3, "not set", money)
        else:
            sheet.write_number(at, 3, quota / canvas.scale, money)
        sheet.write_formula(at, 4, f"={places[f'repeat:{period}']}", money, sums["run_rate", period] / canvas.scale)
        deals = places["deals"].split(":")
        formula = f'=SUMIFS({DEALS}!$L${deals[0]}:$L${deals[1]},{DEALS}!$K${deals[0]}:$K${deals[1]},"{period}")'
        sheet.write_formula(at, 5, formula, money, sums["opportunity", period] / canvas.scale)
        for column, (name, where, base) in enumerate((("new", f"'{NEW}'", 7), ("unnamed", TERRITORY, 5)), start=6):
            formula, value = "=0", 0
            if period in ahead:
                a, z = places[name].split(":")
                letter = letters(base + ahead.index(period))
                formula, value = f"=SUM({where}!${letter}${a}:${letter}${z})", sums[name, period]
            sheet.write_formula(at, column, formula, money, value / canvas.scale)
        plan = sum(sums[name, period] for name in ("run_rate", "opportunity", "new", "unnamed"))
        formula = f'=IF(ISNUMBER(D{at + 1}),SUM(E{at + 1}:H{at + 1})-D{at + 1},"")'
        sheet.write_formula(
            at, 8, formula, styles("sum_exact"), (plan - quota) / canvas.scale if quota is not None else ""
        )
    at += 1
    last = first + len(horizon.periods) - 1
    sheet.write_string(at, 2, f"{horizon.year} in all", styles("sum_label"))
    year = list(horizon.periods)
    for column in range(3, 9):
        letter = letters(column)
        names = ("run_rate", "opportunity", "new", "unnamed")
        value = sum(file.quota.get(p, 0) for p in year) if column == 3 else 0
        if 4 <= column <= 7:
            value = sum(sums[names[column - 4], p] for p in year)
        if column == 8:
            value = sum(sums[n, p] for n in names for p in year) - sum(file.quota.get(p, 0) for p in year)
        formula = f"=SUM({letter}{first + 1}:{letter}{last + 1})"
        if column == 8:
            formula = f"=SUM(E{at + 1}:H{at + 1})-D{at + 1}"
        sheet.write_formula(at, column, formula, styles("sum_exact"), value / canvas.scale)
    for kind, colour in ((">=", "good"), ("<", "bad")):
        sheet.conditional_format(
            first, 8, at, 8, {"type": "cell", "criteria": kind, "value": 0, "format": styles(colour)}
        )


def _sums(file: RepFile) -> dict[tuple[str, str], int]:
    every = (*file.horizon.periods, *file.horizon.later)
    out = {(n, p): 0 for n in ("run_rate", "opportunity", "new", "unnamed") for p in every}
    names = {"run_rate": "run_rate", "opportunity": "opportunity"}
    for held in file.accounts:
        for a in held.plan.amounts:
            key = (names.get(a.source, "new"), a.period)
            if key in out:
                out[key] += a.amount
    for a in file.plan.amounts:
        if ("unnamed", a.period) in out:
            out["unnamed", a.period] += a.amount
    return out

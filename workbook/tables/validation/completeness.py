"""Mandatory fields: how many of them each rep has filled in (A4)."""

from __future__ import annotations

import pandas as pd

from workbook.errors import Fault
from workbook.rules.quality import QualityRules
from workbook.tables.faults import Finding
from workbook.tables.intake import Intake
from workbook.tables.schema import TABLES
from workbook.tables.source import frame

COLUMNS = ("rep_id", "territory_id", "table", "column", "rows", "filled", "share")
_OWNER = "(select account_id, min_by(rep_id, _row) as owner from ownership where role = 'owner' and to_on is null group by 1) w"
#: Whose row it is: SQL of the rep, and the rows that count.
_WHOSE = {
    "accounts": ("w.owner", f"accounts t join {_OWNER} using (account_id)", "true"),
    "contacts": ("coalesce(t.owner_rep_id, w.owner)", f"contacts t left join {_OWNER} using (account_id)", "true"),
    "opportunities": (
        "coalesce(t.rep_id, w.owner)",
        f"opportunities t left join {_OWNER} using (account_id)",
        "t.status = 'open'",
    ),
    "activities": ("t.rep_id", "activities t", "true"),
}


def check(intake: Intake, rules: QualityRules) -> pd.DataFrame:
    """Completeness per rep, table and mandatory column; adds a warning for each rep below the published share."""
    parts = [_counted(intake, table, rules.mandatory[table]) for table in sorted(rules.mandatory)]
    parts = [p for p in parts if not p.empty]
    if not parts:
        return pd.DataFrame({c: pd.Series(dtype="str") for c in COLUMNS}).astype(
            {"rows": "int64", "filled": "int64", "share": "float64"}
        )
    made = pd.concat(parts, ignore_index=True)
    made["share"] = made["filled"] / made["rows"]
    _warn(intake, made, rules.complete_share)
    return made


def _counted(intake: Intake, table: str, columns: tuple[str, ...]) -> pd.DataFrame:
    if table not in intake.columns or table not in _WHOSE or "reps" not in intake.columns:
        return pd.DataFrame()
    known = []
    for column in columns:
        if intake.has(table, column):
            known.append(column)
            continue
        what = "a mandatory field is not in the file" if column in TABLES[table].column else "no such column"
        remedy = "Export it too, or take it out of quality.mandatory in book.toml."
        intake.faults.add(Fault(table, intake.files[table], 1, column, "", what, remedy, "warning"), "completeness")
    if not known:
        return pd.DataFrame()
    whose, source, which = _WHOSE[table]
    counts = ", ".join(f'count(t."{c}") as "{c}"' for c in known)
    wide = frame(
        intake.db,
        f"select rep_id, any_value(territory_id) as territory_id, any_value(rows) as rows, {', '.join(f'any_value({_q(c)}) as {_q(c)}' for c in known)} "
        f"from (select {whose} as rep_id, count(*) as rows, {counts} from {source} where {which} group by 1) "
        "join (select rep_id, min(territory_id) as territory_id from reps group by 1) using (rep_id) group by rep_id order by rep_id",
    )
    long = wide.melt(["rep_id", "territory_id", "rows"], known, "column", "filled")
    return long.assign(table=table)[[c for c in COLUMNS if c != "share"]].sort_values(
        ["rep_id", "column"], kind="stable", ignore_index=True
    )


def _q(name: str) -> str:
    return f'"{name}"'


def _warn(intake: Intake, made: pd.DataFrame, least: float) -> None:
    low = made[made["share"] < least]
    if low.empty:
        return
    said = low["column"] + " in " + low["filled"].astype("str") + " of " + low["rows"].astype("str")
    lines = low.assign(said=said).groupby(["rep_id", "table"], sort=True)["said"].agg(", ".join).reset_index()
    intake.db.register("_low", lines)
    for table in sorted(lines["table"].unique()):
        rows = (
            f"select min(_row) as _row, rep_id as value, min(said) as detail from _low join reps using (rep_id) "
            f"where \"table\" = '{table}' group by rep_id"
        )
        what = f"mandatory fields of {table} are filled below {least:.0%}: {{}}"
        intake.find(Finding("reps", "rep_id", "completeness", what, "Fill them in in the CRM.", rows, "warning"))
    intake.db.unregister("_low")

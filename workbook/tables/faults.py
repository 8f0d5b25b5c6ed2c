"""The list of everything that is wrong: rows found by SQL, counted all, listed up to a thousand of a kind."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pandas as pd

from workbook.errors import Fault, Severity
from workbook.tables.schema import TABLES
from workbook.tables.source import frame, text

#: Columns of a frame of faults; ``node`` is the territory that a row belongs to, blank where it concerns the company;
#: ``general`` is the fault without what it says of other rows.
COLUMNS = ("table", "file", "row", "column", "value", "fault", "remedy", "severity", "topic", "node", "general")
#: Columns of a frame of the rows that are not listed: how many (``count``) of each kind and node.
UNLISTED = ("table", "file", "column", "remedy", "severity", "topic", "node", "general", "count")
#: How many rows of one kind of fault are listed; the others are counted in a last row.
LISTED = 1000


@dataclass(frozen=True)
class Finding:
    """One kind of fault: where it is looked for, what is wrong with what it finds, and what to do.

    ``rows`` is SQL that gives ``_row``, ``value`` and ``detail`` (text put into ``fault`` at ``{}``).
    """

    table: str
    column: str
    topic: str
    fault: str
    remedy: str
    rows: str
    severity: Severity = "error"


class Faults:
    """Collects faults in a DuckDB table; ``listed=None`` lists every row."""

    def __init__(self, db: duckdb.DuckDBPyConnection, listed: int | None = LISTED) -> None:
        self.db, self.listed = db, listed
        self.totals = {"error": 0, "warning": 0}
        self.topics: dict[tuple[str, str], int] = {}
        db.execute('create table _bad ("table" varchar, "row" bigint)')
        db.execute(
            'create table _unlisted ("table" varchar, file varchar, "row" bigint, "column" varchar, remedy varchar, '
            "severity varchar, topic varchar, place integer, general varchar)"
        )
        db.execute(
            'create table _faults ("table" varchar, file varchar, "row" bigint, "column" varchar, value varchar, '
            "fault varchar, remedy varchar, severity varchar, topic varchar, place integer, general varchar)"
        )

    def add(self, fault: Fault, topic: str, count: int = 1) -> None:
        """Add one fault that stands for ``count`` rows."""
        self._count(fault.severity, topic, count)
        if fault.severity == "error" and fault.row > 1:
            self.db.execute("insert into _bad values (?, ?)", [fault.table, fault.row])
        self.db.execute(
            "insert into _faults values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                fault.table, fault.file, fault.row, fault.column, fault.value[:200], fault.fault, fault.remedy,
                fault.severity, topic, _place(fault.table), fault.fault,
            ],
        )  # fmt: skip

    def find(self, finding: Finding, file: str) -> int:
        """Run a finding and add the rows that it finds; returns how many."""
        self.db.execute(f"create or replace temp table _hits as {finding.rows}")
        number: int = self.db.execute("select count(*) from _hits").fetchall()[0][0]
        if not number:
            return 0
        self._count(finding.severity, finding.topic, number)
        if finding.severity == "error":
            self.db.execute(f"insert into _bad select {text(finding.table)}, _row from _hits where _row > 1")
        limit = "" if self.listed is None else f"limit {self.listed}"
        order = "from _hits order by _row, value, detail"
        fault = f"replace({text(finding.fault)}, '{{}}', coalesce(detail::varchar, ''))"
        fixed = f"{text(finding.remedy)}, {text(finding.severity)}, {text(finding.topic)}, {_place(finding.table)}, {text(general(finding.fault))}"
        self.db.execute(
            f"insert into _faults select {text(finding.table)}, {text(file)}, _row, {text(finding.column)}, "
            f"coalesce(value::varchar, '')[:200], {fault}, {fixed} {order} {limit}"
        )
        if self.listed is not None and number > self.listed:
            more = f"the same in {number - self.listed:,} more rows: {finding.fault.replace('{}', '…')}"
            self.db.execute(
                f"insert into _faults select {text(finding.table)}, {text(file)}, 0, {text(finding.column)}, '', ?, {fixed}",
                [more],
            )
            self.db.execute(
                f"insert into _unlisted select {text(finding.table)}, {text(file)}, _row, {text(finding.column)}, {fixed} "
                f"{order} offset {self.listed}"
            )
        return number

    def _count(self, severity: str, topic: str, number: int) -> None:
        self.totals[severity] += number
        self.topics[topic, severity] = self.topics.get((topic, severity), 0) + number

    def rejected(self, table: str) -> int:
        """How many rows of a table have an error."""
        sql = 'select count(distinct "row") from _bad where "table" = ?'
        number: int = self.db.execute(sql, [table]).fetchall()[0][0]
        return number

    def frame(self) -> pd.DataFrame:
        """All listed faults: errors first, then in the order of tables, rows, columns; columns as in :data:`COLUMNS`."""
        self._find_nodes("_faults")
        found = frame(
            self.db,
            'select f."table", file, f."row", "column", value, fault, remedy, severity, topic, '
            "coalesce(node, '') as node, general "
            'from _faults f left join _nodes n on n."table" = f."table" and n."row" = f."row" '
            'order by severity, place, f."row" = 0, f."row", "column", fault, value',
        )
        return found.astype({"row": "int64"})

    def unlisted(self) -> pd.DataFrame:
        """How many rows of each kind and node are at fault and not listed; columns as in :data:`UNLISTED`."""
        self._find_nodes("_unlisted")
        found = frame(
            self.db,
            'select u."table", file, "column", remedy, severity, topic, coalesce(node, \'\') as node, general, '
            'count(*) as count from _unlisted u left join _nodes n on n."table" = u."table" and n."row" = u."row" '
            'group by all order by severity, min(place), "column", general, node',
        )
        return found.astype({"count": "int64"})

    def _find_nodes(self, faults: str) -> None:
        """The territory of each row in a table of faults, in ``_nodes``."""
        self.db.execute('create or replace temp table _nodes ("table" varchar, "row" bigint, node varchar)')
        for name, (node, source) in _NODES.items():
            rows = f'select distinct "row" from {faults} where "table" = \'{name}\' and "row" > 1'
            if self.db.execute(f"select count(*) from ({rows})").fetchall()[0][0]:
                self.db.execute(
                    f"insert into _nodes select '{name}', t._row, min({node}) from {source} "
                    f"where t._row in ({rows}) group by all"
                )


#: How to find the territory of a row, per table.
_ACCOUNT = ("a.territory_id", "{0} t join accounts a using (account_id)")
_NODES = {
    "territories": ("t.territory_id", "territories t"),
    "reps": ("t.territory_id", "reps t"),
    "accounts": ("t.territory_id", "accounts t"),
    "targets": ("t.territory_id", "targets t"),
} | {
    name: (_ACCOUNT[0], _ACCOUNT[1].format(name))
    for name in ("ownership", "sales", "contacts", "opportunities", "activities")
}


def general(fault: str) -> str:
    """A finding's fault without what it says of other rows.

    >>> general("may be the same as {}"), general("two owners at a time: {}")
    ('may be the same as another', 'two owners at a time')
    """
    return fault.replace(": {}", "").replace("{}", "another")


def _place(table: str) -> int:
    return list(TABLES).index(table) if table in TABLES else len(TABLES)

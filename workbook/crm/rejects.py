"""What an import could not use: every line and value, with its file, line and reason."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd

from workbook.crm.export import Export
from workbook.files import write_text
from workbook.tables.source import frame, text

#: ``what`` is "line" where the whole line was left out, "value" where only this value was.
COLUMNS = ("table", "file", "line", "what", "column", "value", "reason")


class Rejects:
    """Collects rejected lines and values in a DuckDB table."""

    def __init__(self, db: duckdb.DuckDBPyConnection) -> None:
        self.db = db
        db.execute(
            'create table _rejects ("table" varchar, file varchar, line bigint, what varchar, "column" varchar, '
            "value varchar, reason varchar)"
        )

    def take(self, table: str, what: str, rows: str, reason: str, column: str = "") -> int:
        """Note the rows of SQL ``rows``, which gives _file, _line, value and detail (put into ``reason`` at ``{}``)."""
        before = self._count()
        said = f"replace({text(reason)}, '{{}}', coalesce(detail::varchar, ''))"
        self.db.execute(
            f"insert into _rejects select {text(table)}, _file, _line, {text(what)}, {text(column)}, "
            f"coalesce(value::varchar, '')[:200], {said} from ({rows}) order by _file, _line, value, detail"
        )
        return self._count() - before

    def line(self, table: str, file: str, line: int, reason: str) -> None:
        """Note one line."""
        self.db.execute("insert into _rejects values (?, ?, ?, 'line', '', '', ?)", [table, file, line, reason])

    def _count(self) -> int:
        number: int = self.db.execute("select count(*) from _rejects").fetchall()[0][0]
        return number

    def frame(self, export: Export) -> pd.DataFrame:
        """All rejects in order of file, line, table; lines counted as a text editor does."""
        found = frame(
            self.db,
            'select "table", coalesce(file, \'\') as file, coalesce(line, 0) as line, what, "column", value, reason '
            'from _rejects order by file, line, "table", what, "column", reason',
        ).astype({"line": "int64"})
        for file in sorted(set(found["file"])):
            mine = found["file"] == file
            lines = export.line(file, {int(row) for row in found.loc[mine, "line"]})
            if lines:
                found.loc[mine, "line"] = found.loc[mine, "line"].map(lambda row, at=lines: at.get(row, row))
        return found[list(COLUMNS)]


def reasons(rejects: pd.DataFrame) -> pd.DataFrame:
    """Rejects counted by table, what, column and reason, the most first; examples of file and line."""
    if rejects.empty:
        return pd.DataFrame(columns=["table", "what", "column", "reason", "count", "example"])
    plain = rejects.assign(
        reason=rejects["reason"].str.replace(r"\b\d+\b", "…", regex=True),
        example=rejects["file"] + " line " + rejects["line"].astype("str"),
    )
    keys = ["table", "what", "column", "reason"]
    made = plain.groupby(keys, sort=False, dropna=False).agg(count=("line", "size"), example=("example", "first"))
    return made.reset_index().sort_values("count", ascending=False, kind="stable", ignore_index=True)


def write_rejects(path: Path, rejects: pd.DataFrame) -> None:
    """The rejects as CSV for people; cells that a spreadsheet would compute start with an apostrophe."""
    safe = rejects.copy()
    for column in ("file", "column", "value", "reason"):
        starts = safe[column].str.startswith(("=", "+", "-", "@", "\t", "\r"), na=False)
        safe[column] = safe[column].where(~starts, "'" + safe[column])
    write_text(path, safe.to_csv(index=False, lineterminator="\n"))

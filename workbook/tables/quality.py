"""What is known of the data's quality: every fault, rows read and used, mandatory fields, and the checks made from them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import pandas as pd

from workbook.checks import Check, counted
from workbook.errors import Fault
from workbook.tables.manifest import Imported

#: What each topic of faults is called in a check, in order.
TOPICS = {
    "columns": "Tables and columns",
    "values": "Values fit their columns",
    "keys": "Keys",
    "tree": "Territories and families are trees",
    "ownership": "One owner at a time",
    "dates": "Dates",
    "amounts": "Amounts",
    "currency": "Currency",
    "targets": "Targets add up",
    "coverage": "Territories, reps and accounts belong together",
    "coordinates": "Coordinates",
    "likeness": "Accounts that may be one",
    "completeness": "Mandatory fields",
}

#: What the faults of a topic are called after their number, in a footer.
COUNTED = {
    "columns": "about files and columns",
    "values": "unfit values",
    "keys": "keys that point nowhere or stand twice",
    "tree": "about the trees",
    "ownership": "about ownership",
    "dates": "missing or impossible dates",
    "amounts": "amounts to look at",
    "currency": "of another currency",
    "targets": "targets that do not add up",
    "coverage": "gaps between territories, reps and accounts",
    "coordinates": "accounts without usable coordinates",
    "likeness": "accounts that may be one",
    "completeness": "reps or fields below the mandatory share",
}

#: What a topic cannot be judged without: a table with rows, and columns of it.
NEEDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "ownership": ("ownership", ()),
    "amounts": ("sales", ()),
    "targets": ("targets", ()),
    "coverage": ("reps", ()),
    "coordinates": ("accounts", ("latitude", "longitude")),
}


@dataclass(frozen=True)
class Quality:
    """The data quality of a snapshot.

    ``faults`` has the columns of :data:`workbook.tables.faults.COLUMNS` (up to a thousand rows of a kind), ``unlisted`` those of
    :data:`workbook.tables.faults.UNLISTED`, ``topics`` counts all of both: topic, severity, count. ``counts``: table, file, read, used, rejected, columns (the canonical ones in the file,
    with blanks between). ``completeness``: rep_id, territory_id, table, column, rows, filled, share. ``snapshot`` is the hash of the input files; ``imported`` is there as long as
    the tables that an import wrote are as it wrote them.
    """

    faults: pd.DataFrame
    topics: pd.DataFrame
    counts: pd.DataFrame
    completeness: pd.DataFrame
    unlisted: pd.DataFrame
    snapshot: str = ""
    imported: Imported | None = None

    @property
    def errors(self) -> int:
        """How many errors there are."""
        return self._count("error")

    @property
    def warnings(self) -> int:
        """How many warnings there are."""
        return self._count("warning")

    def _count(self, severity: str) -> int:
        return int(self.topics.loc[self.topics["severity"] == severity, "count"].sum())

    @property
    def sentence(self) -> str:
        """For a document's footer: rows read and used, warnings by topic."""
        read, used = int(self.counts["read"].sum()), int(self.counts["used"].sum())
        rows = f"{read:,} rows read = {used:,} used + {read - used:,} rejected"
        if self.imported:
            whole, kept = self.imported.read, self.imported.used
            rows = f"{whole:,} rows of the export read = {kept:,} used + {whole - kept:,} rejected, {self.imported.sentence}"
            rows += f", then {read - used:,} with errors" if read > used else ""
        if not len(self.topics):
            return f"{rows}; no warnings"
        said = [
            f"{COUNTED.get(topic, topic)} ({number:,})"
            for topic, number in zip(self.topics["topic"], self.topics["count"], strict=True)
        ]
        return f"{rows}; {counted(self.errors + self.warnings, 'data warning')}: {', '.join(said)}"

    @property
    def checks(self) -> list[Check]:
        """One check per topic, with its faults as evidence."""
        made = []
        for topic, name in TOPICS.items():
            mine = self.topics[self.topics["topic"] == topic]
            rows = self.faults[self.faults["topic"] == topic]
            errors = int(mine.loc[mine["severity"] == "error", "count"].sum())
            warnings = int(mine.loc[mine["severity"] == "warning", "count"].sum())
            kinds = rows["general"].drop_duplicates().head(3)
            said = "; ".join(kinds) + (" …" if rows["general"].nunique() > 3 else "")
            if rows.empty and (lacking := self._lacking(topic)):
                made.append(Check.not_known(name, f"{lacking}: not known."))
                continue
            found = " and ".join(counted(n, word) for n, word in ((errors, "error"), (warnings, "warning")) if n)
            sentence = f"{found}: {said}." if found else "Nothing found."
            verdict = "fail" if errors else "warn" if warnings else "ok"
            numbers = {"errors": errors, "warnings": warnings}
            made.append(Check(name, verdict, sentence, numbers, rows.reset_index(drop=True)))  # type: ignore[arg-type]
        return made

    def _lacking(self, topic: str) -> str:
        """What a topic cannot be judged without: "no targets table"."""
        table, columns = NEEDS.get(topic, ("", ()))
        row = self.counts[(self.counts["table"] == table) & (self.counts["read"] > 0)]
        if table and row.empty:
            return f"no rows of {table}" if (self.counts["table"] == table).any() else f"no {table} table"
        given = row["columns"].tolist()[0].split() if table else []
        if missing := [c for c in columns if c not in given]:
            return f"the {table} table has no {' and no '.join(missing)}"
        if topic == "completeness" and self.completeness.empty:
            return "none of the mandatory fields is in the files, or no rep has rows"
        return ""

    def error_list(self) -> list[Fault]:
        """The errors as :class:`Fault`."""
        rows = self.faults[self.faults["severity"] == "error"]
        keys = ["table", "file", "row", "column", "value", "fault", "remedy", "severity"]
        return [Fault(*row) for row in rows[keys].itertuples(index=False, name=None)]

    def scoped(self, nodes: Collection[str]) -> Quality:
        """What concerns some nodes: their rows' faults, without what these say of rows elsewhere; their reps' completeness."""
        inside = set(nodes)
        faults = self.faults[self.faults["node"].isin(inside)].copy()
        own = faults["topic"].isin(["likeness", "ownership", "tree"])
        faults["fault"] = faults["fault"].where(~own, faults["general"])
        unlisted = self.unlisted[self.unlisted["node"].isin(inside)].reset_index(drop=True)
        both = pd.concat([faults.assign(count=1), unlisted])
        topics = both.groupby(["topic", "severity"], sort=False, observed=True)["count"].sum().reset_index()
        faults = pd.concat([faults, _summed(unlisted)]) if len(unlisted) else faults
        done = self.completeness[self.completeness["territory_id"].isin(inside)]
        return replace(
            self,
            faults=faults.reset_index(drop=True),
            topics=topics.astype({"count": "int64"}),
            completeness=done.reset_index(drop=True),
            unlisted=unlisted,
        )


def _summed(unlisted: pd.DataFrame) -> pd.DataFrame:
    """The rows that are not listed as one fault of each kind."""
    kinds = ["table", "file", "column", "remedy", "severity", "topic", "general"]
    rows = unlisted.groupby(kinds, sort=False, dropna=False, as_index=False)["count"].sum()
    said = [
        f"the same in {counted(n, 'more row')}: {what}" for n, what in zip(rows["count"], rows["general"], strict=True)
    ]
    return rows.assign(row=0, value="", node="", fault=said).drop(columns="count")

"""Taking a store out and in: JSON lines with a seal at the end, and SQLite's own back-up."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, text

from workbook.errors import DataError, Fault, StoreError, UsageError
from workbook.files import replacing
from workbook.store.schema import VERSION, decisions, plan_revisions, plans
from workbook.store.store import Store

FORMAT = "territory-workbook store"


def export(store: Store, path: Path) -> dict[str, int]:
    """Write all decisions and plan revisions as JSON lines; the same store gives the same bytes. Returns rows by table."""
    digest, counts = sha256(), {"decisions": 0, "plan_revisions": 0}
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        for line in _lines(store, counts):
            file.write(line + "\n")
            digest.update(line.encode() + b"\n")
        file.write(_line({"table": "end", **counts, "sha256": digest.hexdigest()}) + "\n")
    return counts


def _lines(store: Store, counts: dict[str, int]) -> Iterator[str]:
    yield _line({"table": "format", "format": FORMAT, "schema": VERSION})
    for decision in store.decisions().rows:
        counts["decisions"] += 1
        yield _line(
            {
                "table": "decisions",
                "revision": decision.revision,
                "kind": decision.kind,
                "subject": decision.subject,
                "payload": decision.payload,
                "decided_by": decision.by,
                "decided_at": decision.at.isoformat(),
                "reason": decision.reason,
            }
        )
    for plan in store.revisions():
        counts["plan_revisions"] += 1
        yield _line({"table": "plan_revisions", **plan.as_dict(), "saved_at": plan.saved_at.isoformat()})


def import_(store: Store, path: Path) -> dict[str, int]:
    """Read an export into an empty store, revisions as they were, all or nothing. Returns rows by table."""
    rows = _read(path)
    if store.reps is not None:
        raise UsageError("a session limited to some reps cannot import", remedy="Unset WORKBOOK_REPS.")
    decided = [
        {**row, "payload": _line(row["payload"]), "decided_at": datetime.fromisoformat(row["decided_at"])}
        for row in rows["decisions"]
    ]
    saved = [
        {
            **row,
            "plan_id": row["account_id"] or row["rep_id"],
            "document": _line(row["document"]),
            "saved_at": datetime.fromisoformat(row["saved_at"]),
        }
        for row in rows["plan_revisions"]
    ]
    heads = {row["plan_id"]: row for row in sorted(saved, key=lambda row: row["revision"])}
    columns = [column.name for column in plans.columns]
    with store._writing() as connection:
        held = sum(
            connection.execute(select(func.count()).select_from(table)).scalar_one() for table in (decisions, plans)
        )
        if held:
            raise StoreError(
                f"holds {held} rows already, and an import fills an empty store only",
                where=str(store.place),
                remedy="Move the store away (or use an empty database), then import.",
            )
        for table, values in ((decisions, decided), (plan_revisions, saved)):
            if values:
                connection.execute(insert(table), values)
        if heads:
            connection.execute(insert(plans), [{c: row[c] for c in columns} for row in heads.values()])
        if connection.dialect.name == "postgresql" and decided:
            last = max(row["revision"] for row in decided)
            connection.execute(text("SELECT setval(pg_get_serial_sequence('decisions', 'revision'), :n)"), {"n": last})
    return {"decisions": len(decided), "plan_revisions": len(saved)}


def backup(store: Store, path: Path) -> Path:
    """A whole copy while others may be writing: of a SQLite file by SQLite's back-up, of a server as JSON lines."""
    if store.place.path is None:
        export(store, path)
        return path
    with (
        replacing(path) as temporary,
        contextlib.closing(sqlite3.connect(store.place.path)) as source,
        contextlib.closing(sqlite3.connect(temporary)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")
    return path


_KEYS: dict[str, dict[str, type]] = {
    "decisions": {
        "revision": int, "kind": str, "subject": str, "payload": dict, "decided_by": str, "decided_at": str, "reason": str,
    },
    "plan_revisions": {
        "rep_id": str, "account_id": str, "revision": int, "state": str, "saved_by": str, "saved_at": str,
        "comment": str, "document": dict,
    },
}  # fmt: skip


def _read(path: Path) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _KEYS}
    faults: list[Fault] = []
    digest, seal = sha256(), None
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                row = _parsed(raw)
                if number == 1 and (row or {}).get("format") != FORMAT:
                    raise DataError(
                        "is not an export of a store", where=str(path), remedy="Name a file that was exported."
                    )
                if seal is not None:
                    faults.append(_fault(path, number, "the line stands after the end"))
                elif row is None:
                    faults.append(_fault(path, number, "the line is not JSON"))
                elif row.get("table") == "end":
                    seal = row
                elif number > 1:
                    faults += [_fault(path, number, words) for words in _wrong(row)]
                    rows.get(str(row.pop("table", "")), []).append(row)
                if seal is None:
                    digest.update(raw)
    except OSError as fault:
        raise UsageError(f"cannot be read: {fault.strerror}", where=str(path), remedy="Name another file.") from fault
    if seal is None:
        faults.append(_fault(path, 0, "the end is missing: the file was cut off"))
    elif seal.get("sha256") != digest.hexdigest() and not faults:
        faults.append(_fault(path, 0, "the file was changed after it was exported"))
    if faults:
        raise DataError(f"{len(faults)} faults; nothing was imported", faults, where=str(path), remedy="Export again.")
    return rows


def _parsed(raw: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(raw)
    except (ValueError, UnicodeDecodeError):
        return None
    return row if isinstance(row, dict) else None


def _wrong(row: Mapping[str, Any]) -> list[str]:
    wanted = _KEYS.get(str(row.get("table")))
    if wanted is None:
        return [f"there is no table {row.get('table')!r}"]
    wrong = [
        f"{key} is missing or of another type" for key, kind in wanted.items() if not isinstance(row.get(key), kind)
    ]
    for key in ("decided_at", "saved_at"):
        if key in wanted and isinstance(row.get(key), str):
            try:
                datetime.fromisoformat(row[key])
            except ValueError:
                wrong.append(f"{key} is not a time")
    return wrong


def _fault(path: Path, row: int, words: str) -> Fault:
    return Fault("store", path.name, row, "", "", words, "Export the store again.")


def _line(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

"""What may be typed into a column: the list to choose from, the range of numbers or days, and what is said beside it."""

from __future__ import annotations

from datetime import date
from typing import Any

from workbook.sheets.layout import Column


def entry_check(column: Column) -> dict[str, Any] | None:
    """XlsxWriter's data validation of a column; None where anything may be typed and nothing is to be said."""
    base: dict[str, Any] = {"error_type": "stop", "ignore_blank": True}
    if column.help:
        base |= {"input_title": column.title[:32], "input_message": column.help[:255]}
    wrong: dict[str, Any] = {}
    if column.choices:
        wrong = {"validate": "list", "source": f"=list_{column.choices}", "error_title": "Choose from the list"}
        wrong["error_message"] = "Only what is in the list can be read back."
    elif column.kind == "amount":
        wrong = {"validate": "decimal", "criteria": ">=", "value": 0, "error_title": "An amount"}
        wrong["error_message"] = "A number, zero or more, without text."
    elif column.kind == "date":
        wrong = {"validate": "date", "criteria": "between", "minimum": date(2000, 1, 1), "maximum": date(2099, 12, 31)}
        wrong |= {"error_title": "A day", "error_message": "A day, like 2026-09-30."}
    elif column.kind in ("share", "support"):
        low = 0 if column.kind == "share" else -1
        wrong = {
            "validate": "decimal",
            "criteria": "between",
            "minimum": low,
            "maximum": 1,
            "error_title": column.title[:32],
        }
        wrong["error_message"] = f"A number from {low} to 1."
    elif not column.help:
        return None
    else:
        wrong = {"validate": "any"}
    return base | wrong

"""The data quality page: everything ``workbook check`` found, as one offline HTML document."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from workbook.files import write_text
from workbook.places import shipped
from workbook.rules import Rules
from workbook.tables.quality import TOPICS, Quality


def write_check_page(path: Path, quality: Quality, rules: Rules) -> Path:
    """Write ``documents/check.html``: checks, rows read and used, all faults by kind, mandatory fields per rep."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    world = Environment(
        loader=FileSystemLoader(shipped("templates", "check")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = world.get_template("check.html.j2").render(
        company=rules.book.name,
        sample=rules.book.sample,
        quality=quality,
        checks=quality.checks,
        counts=quality.counts.to_dict("records"),
        kinds=_kinds(quality.faults),
        completeness=_completeness(quality.completeness),
        rules_hash=rules.hash,
        least=rules.quality.complete_share,
    )
    write_text(path, text)
    return path


def _kinds(faults: pd.DataFrame) -> list[dict[str, object]]:
    """Faults in groups of one kind, errors first; each with its rows."""
    groups = faults.groupby(["severity", "topic", "table", "column", "general"], sort=False, dropna=False)
    return [
        {
            "severity": severity,
            "topic": TOPICS.get(topic, topic),
            "table": table,
            "column": column,
            "general": general,
            "rows": rows[["file", "row", "column", "value", "fault", "remedy"]].to_dict("records"),
        }
        for (severity, topic, table, column, general), rows in groups
    ]


def _completeness(done: pd.DataFrame) -> dict[str, object]:
    """Share filled per rep, one column per mandatory field."""
    if done.empty:
        return {"fields": [], "reps": []}
    field = done["table"] + "." + done["column"]
    wide = done.assign(field=field).pivot_table(index="rep_id", columns="field", values="share").sort_index()
    reps = [
        {"rep": rep, "shares": [None if pd.isna(v) else float(v) for v in row]}
        for rep, row in zip(wide.index, wide.to_numpy(), strict=True)
    ]
    return {"fields": list(wide.columns), "reps": reps}

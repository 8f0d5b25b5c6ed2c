"""Trees that are none: several roots or none, circles among territories, families, and managers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.errors import Fault, Severity
from workbook.tables.faults import Finding
from workbook.tables.intake import Intake
from workbook.tables.source import frame


def check(intake: Intake) -> None:
    """Roots of the territories; circles in territories, account families and the management line."""
    if intake.has("territories", "territory_id", "parent_id"):
        _roots(intake)
        _circles(intake, ("territories", "territory_id", "parent_id"), "the nodes run in a circle: {}", "error")
    if intake.has("accounts", "account_id", "parent_account_id"):
        _circles(intake, ("accounts", "account_id", "parent_account_id"), "the family runs in a circle: {}", "error")
    if intake.has("reps", "rep_id", "manager_rep_id"):
        _circles(intake, ("reps", "rep_id", "manager_rep_id"), "the managers run in a circle: {}", "warning")


def _roots(intake: Intake) -> None:
    nodes = intake.db.execute("select count(*) from territories").fetchall()[0][0]
    roots = intake.db.execute(
        "select _row, territory_id from territories where parent_id is null and territory_id is not null order by _row"
    ).fetchall()
    remedy = "Exactly one territory, the company, has a blank parent_id."
    if not roots and nodes:
        fault = Fault("territories", intake.files["territories"], 0, "parent_id", "", "no node is the root", remedy)
        intake.faults.add(fault, "tree")
    if len(roots) > 1:
        rows = (
            "select _row, territory_id as value, (select min_by(territory_id, _row) from territories where parent_id is null) "
            f"as detail from territories where parent_id is null and territory_id is not null and _row > {roots[0][0]}"
        )
        intake.find(Finding("territories", "parent_id", "tree", "a second root beside {}", remedy, rows))


def _circles(intake: Intake, columns: tuple[str, str, str], fault: str, severity: Severity) -> None:
    table, key, up = columns
    links = frame(
        intake.db,
        f"select t._row, t.{key} as key, t.{up} as up from {table} t where t.{key} is not null and t.{up} is not null "
        f"and t.{up} <> t.{key} order by t._row",
    )
    links = links.drop_duplicates("key")
    if links.empty:
        return
    index = pd.Index(links["key"])
    circle = in_circle(index.get_indexer(links["up"]))
    if not circle.any():
        return
    caught = links[circle]
    shown = pd.DataFrame(
        {"_row": caught["_row"], "value": caught["key"], "detail": caught["key"] + " → " + caught["up"]}
    )
    intake.db.register("_caught", shown)
    intake.find(Finding(table, up, "tree", fault, f"Mend {up}.", "select _row, value, detail from _caught", severity))
    intake.db.unregister("_caught")


def in_circle(up: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    """Which nodes lie on a circle. ``up`` holds each node's parent position, -1 for none; by doubling the steps.

    >>> in_circle(np.array([1, 2, 1, -1, 0])).tolist()
    [False, True, True, False, False]
    """
    count = len(up)
    end = count
    step = np.append(np.where(up < 0, end, up), end)
    for _ in range(max(1, int(count).bit_length())):
        step = step[step]
    on = np.zeros(count + 1, dtype=bool)
    on[step[step < end]] = True
    loop = np.append(np.where(up < 0, end, up), end)
    for _ in range(max(1, int(count).bit_length())):
        on[loop[on[: count + 1].nonzero()[0]]] = True
        loop = loop[loop]
    on[end] = False
    return on[:count]

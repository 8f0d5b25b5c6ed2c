"""One company plan, and team plans as its subsets (A11): what each node's plan is made of, and that it adds up to the cent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from workbook.checks import Check, counted
from workbook.money import format_amount
from workbook.plans.document import PlanDocument, TerritoryPlan
from workbook.plans.lines import roll_up
from workbook.tree import Tree

#: What a rep says of the territory in words: the field and its heading.
WORDS = {"approach": "Approach", "priorities": "Priorities", "help_wanted": "Help wanted", "note": "Note"}
NAME = "plans add up"


def written(
    stored: Iterable[tuple[Mapping[str, Any], PlanDocument]], reps: pd.DataFrame, year: str
) -> pd.DataFrame:  # fmt: skip
    """Reps' territory plans in their own words: columns rep_id, territory_id, approach, priorities, help_wanted, note,
    unnamed_amount (planned in the year without an account), state, saved_at. One row per rep; ``reps``: rep_id, territory_id.
    """
    said = {doc.rep_id: (row, doc) for row, doc in stored if isinstance(doc, TerritoryPlan)}
    rows = [
        (rep, *(getattr(doc, name) for name in WORDS), doc.planned_amount(year), row["state"], row["saved_at"])
        for rep, (row, doc) in sorted(said.items())
    ]
    out = pd.DataFrame(rows, columns=["rep_id", *WORDS, "unnamed_amount", "state", "saved_at"])
    home = reps.drop_duplicates("rep_id").set_index("rep_id")["territory_id"]
    out.insert(1, "territory_id", out["rep_id"].map(home))
    texts = dict.fromkeys(["rep_id", "territory_id", *WORDS, "state"], "str")
    return out.astype(texts | {"unnamed_amount": "int64", "saved_at": "datetime64[us]"})


def parts(lines: pd.DataFrame, words: pd.DataFrame, tree: Tree, year: str) -> pd.DataFrame:
    """What the plan of a year is made of: one row per node, and per rep under each node where something of theirs lies.

    ``lines`` from :func:`workbook.plans.lines.lines`; ``words`` from :func:`written`. Columns node, node_kind (territory, rep),
    parent, reps (who plan something at or under it), written (territory plans with words in them), plan_amount and, of it,
    unnamed_amount (without an account). A parent is the exact sum of the rows that name it.
    """
    inside = lines[lines["period"].str.startswith(year).to_numpy()]
    whole, bare = (
        roll_up(rows, tree)
        .query("node_kind != 'account'")
        .groupby(["node", "node_kind", "parent"])["plan_amount"]
        .sum()
        for rows in (inside, inside[(inside["account_id"] == "").to_numpy()])
    )
    out = whole.reset_index()
    out["unnamed_amount"] = bare.reindex(whole.index, fill_value=0).to_numpy()
    filled = words[(words[list(WORDS)] != "").any(axis=1).to_numpy()]
    for name, rows in (("reps", inside), ("written", filled)):
        under = _reps_under(rows, tree)
        out[name] = [len(under.get(node, ())) for node in out["node"]]
    columns = ["node", "node_kind", "parent", "reps", "written", "plan_amount", "unnamed_amount"]
    return out[columns].reset_index(drop=True)


def checks(parts: pd.DataFrame, amounts: pd.DataFrame, tree: Tree, year: str, currency: str) -> list[Check]:
    """Per node with a plan: it is the sum of what lies under it, and of what reps wrote, to the minor unit.

    ``amounts``: planned amounts as they were written (territory_id, rep_id, planned_in, amount) – not spread over months, and
    added up here by another way than :func:`parts`.
    """
    wrote = amounts[amounts["planned_in"].str.startswith(year).to_numpy()]
    own = wrote.groupby("territory_id")["amount"].sum().reindex(tree.ids, fill_value=0)
    summed = dict(zip(map(str, tree.ids), tree.roll_up(own.to_numpy(dtype="int64")).tolist(), strict=True))
    people, under = _reps_under(wrote, tree), parts.groupby("parent")["plan_amount"].sum()
    nodes = parts[(parts["node_kind"] == "territory").to_numpy()]
    inner = nodes.groupby("parent").size()
    found = []
    for node, plan in zip(nodes["node"], nodes["plan_amount"].tolist(), strict=True):
        below, reps, kinds = int(under.get(node, 0)), summed[node], int(inner.get(node, 0))
        each = counted(len(people.get(node, ())), "rep")
        sums = f"its {counted(kinds, 'part')} and of the plans of {each}" if kinds else f"the plans of {each}"
        right = plan == below == reps
        said = f"The plan of {format_amount(plan, currency)} is the sum of {sums}, to the cent."
        if not right:
            off = max(abs(plan - below), abs(plan - reps))
            said = f"The plan of {format_amount(plan, currency)} is not the sum of {sums}: {format_amount(off, currency)} off."
        numbers: dict[str, int] = {"plan_amount": plan, "below_amount": below, "reps_amount": reps}
        found.append(Check(NAME, "ok" if right else "fail", said, numbers, subject=node))
    return found


def _reps_under(rows: pd.DataFrame, tree: Tree) -> dict[str, set[str]]:
    """The reps of rows (territory_id, rep_id) by every node at or above their territory, and each rep alone."""
    found: dict[str, set[str]] = {}
    pairs = rows[["territory_id", "rep_id"]].dropna().drop_duplicates()
    for territory, rep in zip(pairs["territory_id"], pairs["rep_id"], strict=True):
        for node in (*tree.path(territory), rep):
            found.setdefault(node, set()).add(rep)
    return found

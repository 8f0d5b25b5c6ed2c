"""What is measured in the book for each capability: a share, what is missing, and the projection behind it. Nobody is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbook.engagement.threads import held_large
from workbook.facts import Facts
from workbook.tables.schema import TABLES
from workbook.territories.moves import transfers

#: Capabilities and their measures, with what one unit of each is and what mending means.
CAPABILITIES: dict[str, tuple[str, ...]] = {
    "segmentation": ("accounts_graded_fully", "mix_close_to_target", "classes_reviewed"),
    "account planning": (
        "key_accounts_with_plan",
        "plans_measured",
        "plans_revised",
        "plans_tied_to_strategy",
        "plans_name_products",
    ),
    "engagement": ("accounts_on_time", "key_accounts_on_time", "activity_unquestioned"),
    "balance and capacity": ("reps_with_fitting_load", "accounts_with_owner", "moves_recorded"),
    "targets and reconciliation": ("targets_accepted", "nodes_aligned", "nodes_signed"),
    "collaboration": ("large_accounts_shared", "plans_cross_functional", "numbers_talked_about"),
    "list management": ("prospects_started", "accounts_with_contact", "deals_with_next_step"),
    "data quality": ("mandatory_fields", "rows_used", "tables_given"),
}
FIXES = {
    "accounts_graded_fully": ("account", "Collect what grades lack: contacts, an NPS answer"),
    "mix_close_to_target": ("account", "Move accounts towards the class mix that was published"),
    "classes_reviewed": ("account", "Review the classes of accounts and record the change"),
    "key_accounts_with_plan": ("account", "Write the missing plans of key accounts"),
    "plans_measured": ("plan", "Give plans amounts and dated actions"),
    "plans_revised": ("plan", "Revise plans that were written once"),
    "plans_name_products": ("plan", "Name the product families that a plan is to grow by"),
    "plans_tied_to_strategy": ("plan", "Say which objective of the sales strategy the plan serves"),
    "accounts_on_time": ("account", "Make the overdue touches"),
    "key_accounts_on_time": ("account", "Make the overdue touches of key accounts"),
    "activity_unquestioned": ("activity", "Close recurring tasks that only reserve an account"),
    "reps_with_fitting_load": ("rep", "Even out the books: relieve full ones, give reps with room more to work"),
    "accounts_with_owner": ("account", "Name an owner"),
    "moves_recorded": ("account", "Record why an account changed hands, and its hand-over"),
    "targets_accepted": ("company", "Accept an allocation of targets"),
    "nodes_aligned": ("node", "Bring plan and target together"),
    "nodes_signed": ("node", "Sign nodes off"),
    "large_accounts_shared": ("account", "Name a second contact and a second of our people on large accounts"),
    "plans_cross_functional": ("plan", "Share an action with another function"),
    "numbers_talked_about": ("node", "Propose and answer numbers in rounds"),
    "prospects_started": ("account", "Make the first touch of prospects, or let them go"),
    "accounts_with_contact": ("account", "Find a contact"),
    "deals_with_next_step": ("deal", "Give open deals a next step with a date"),
    "mandatory_fields": ("field", "Fill the mandatory fields"),
    "rows_used": ("row", "Mend the rows that were rejected"),
    "tables_given": ("table", "Export the tables that are missing"),
}  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """One measure: ``share`` of ``total`` units that are well (None: not known), the 12 months' projection behind those that are not."""

    share: float | None
    total: int
    behind_amount: int | None
    words: str


def not_known(why: str) -> Measured:
    """A measure whose input is missing."""
    return Measured(None, 0, None, why)


def of_rows(well: pd.Series, accounts: pd.Series | None, projected: pd.Series, what: str) -> Measured:
    """From one row per unit: ``well`` (bool), the account of each (for the projection behind the others), what the units are called."""
    total = len(well)
    if not total:
        return not_known(f"no {what}")
    good = int(well.sum())
    behind = None
    if accounts is not None:
        missing = accounts[~well.to_numpy(dtype=bool)].dropna().unique()
        behind = int(projected.reindex(missing).fillna(0).sum())
    return Measured(good / total, total, behind, f"{good:,} of {total:,} {what}")


@dataclass(frozen=True, eq=False)
class Inputs:
    """The stages before, by name, as attributes: portfolio, engagement, territories, targets, plans, reconcile."""

    facts: Facts
    stages: dict[str, Any]

    @property
    def projected(self) -> pd.Series:
        """The next 12 months' projection by account."""
        frame = self.stages["portfolio"].projection
        return frame.set_index("account_id")["projected_amount"]


def measures(inputs: Inputs) -> dict[str, Measured]:
    """Every measure by name."""
    return {
        **_segmentation(inputs), **_planning(inputs), **_engagement(inputs), **_balance(inputs),
        **_targets(inputs), **_collaboration(inputs), **_lists(inputs), **_data(inputs),
    }  # fmt: skip


def _segmentation(i: Inputs) -> dict[str, Measured]:
    portfolio, projected = i.stages["portfolio"], i.projected
    grades, mix = portfolio.grades, portfolio.class_mix
    own = mix[(mix["node"] == i.facts.tree.root).to_numpy()]
    away = float((own["share"] - own["target_share"]).abs().sum() / 2)
    count = int(own["accounts"].sum())
    changed = {d.subject for d in i.facts.decisions.rows if d.kind in ("class_override", "class_change")}
    reviewed = len(changed & set(grades["account_id"]))
    close = (
        Measured(1 - away, count, None, f"{1 - away:.0%} of {count:,} accounts lie as the target mix has it")
        if count
        else not_known("no classes")
    )
    return {
        "accounts_graded_fully": of_rows(~grades["partial"].astype(bool), grades["account_id"], projected, "accounts graded on all criteria"),
        "mix_close_to_target": close,
        "classes_reviewed": Measured(reviewed / max(len(grades), 1), len(grades), None, f"{reviewed:,} of {len(grades):,} accounts had their class reviewed by a person"),
    }  # fmt: skip


def _planning(i: Inputs) -> dict[str, Measured]:
    plans, key = i.stages["plans"], i.stages["portfolio"].key_accounts["account_id"]
    behaviour = plans.behaviour
    rows = behaviour[(behaviour["node"] == i.facts.tree.root).to_numpy()]
    planned = key.isin(plans.scores["account_id"])
    out = {"key_accounts_with_plan": of_rows(planned, key, i.projected, "key accounts with a plan")}
    for name, column, words in (
        ("plans_measured", "measured", "with amounts and dated actions"),
        ("plans_revised", "revised", "revised since written"),
    ):
        out[name] = _of_plans(rows, column, words)
    lines = plans.amounts
    grown = lines[lines["source"].isin(["whitespace", "opportunity"]).to_numpy()]
    growing = set(grown.loc[grown["product_family"].fillna("").ne("").to_numpy(), "account_id"])
    written = plans.scores["account_id"]
    out["plans_name_products"] = (
        of_rows(written.isin(growing), written, i.projected, "plans that name the product families to grow by")
        if len(written)
        else Measured(0.0, 0, None, "no account plans yet")
    )
    tied = "tied to an objective of the sales strategy"
    why = "the rules name no objectives of the sales strategy ([plans] objectives): what serves it is not known"
    named = i.facts.rules.plans.objectives
    out["plans_tied_to_strategy"] = _of_plans(rows, "tied", tied) if named else not_known(why)
    return out


def _of_plans(rows: pd.DataFrame, column: str, words: str) -> Measured:
    number = round(float((rows["accounts"] * rows["exists"]).sum()))
    if not number:
        return Measured(0.0, 0, None, "no account plans yet")
    good = round(float((rows["accounts"] * rows[column]).sum()))
    return Measured(good / number, number, None, f"{good:,} of {number:,} plans {words}")


def _engagement(i: Inputs) -> dict[str, Measured]:
    if not i.facts.tables.has("activities"):
        why = i.facts.tables.lacks("activities", "engagement")
        return dict.fromkeys(CAPABILITIES["engagement"], not_known(why))
    stage, projected = i.stages["engagement"], i.projected
    flags = of_rows(stage.integrity["level"] == "none", None, projected, "activities without a mark")
    if not i.facts.tables.has("activities", "done_on"):
        why = i.facts.tables.lacks("activities", "who was touched")
        return dict.fromkeys(CAPABILITIES["engagement"], not_known(why)) | {"activity_unquestioned": flags}
    rows = stage.cadence
    good = rows["verdict"] == "ok"
    key = rows[rows["is_key"].to_numpy(dtype=bool)]
    return {
        "accounts_on_time": of_rows(good, rows["account_id"], projected, "accounts touched on time"),
        "key_accounts_on_time": of_rows(good[key.index], key["account_id"], projected, "key accounts touched on time"),
        "activity_unquestioned": flags,
    }  # fmt: skip


def _balance(i: Inputs) -> dict[str, Measured]:
    capacity, register = i.stages["territories"].capacity, i.stages["portfolio"].register
    known = capacity[capacity["load"].notna().to_numpy()]
    fits = known["load"].between(0.6, 1.05)
    active = register[~register["disqualified"].to_numpy(dtype=bool)]
    return {
        "reps_with_fitting_load": of_rows(fits, None, i.projected, "reps with 60% to 105% of their hours needed"),
        "accounts_with_owner": of_rows(active["owner_rep_id"].notna(), active["account_id"], i.projected, "accounts with an owner"),
        "moves_recorded": _moves(i),
    }  # fmt: skip


def _moves(i: Inputs) -> Measured:
    """Accounts that changed hands within a year: those with a recorded decision count as well."""
    changes = transfers(i.stages["territories"].moves, i.facts.tables.ownership)
    day = pd.Timestamp(i.facts.as_of)
    lately = (changes["on"] <= day) & (changes["on"] > day - pd.Timedelta(days=365))
    new = changes[(lately & (changes["source"] == "ownership")).to_numpy(dtype=bool)]
    changed = new["account_id"].drop_duplicates()
    recorded = {d.subject for d in i.facts.decisions.log("move")}
    if changed.empty:
        return not_known("no account changed hands within a year")
    return of_rows(changed.isin(recorded), None, i.projected, "accounts that changed hands with a recorded reason")


def _targets(i: Inputs) -> dict[str, Measured]:
    stage, year = i.stages["reconcile"], i.facts.year
    rows = stage.standing
    rows = rows[
        (
            (rows["period"] == year) & rows["node_kind"].isin(["territory", "rep"]) & (rows["verdict"] != "no target")
        ).to_numpy()
    ]
    accepted = any(d.payload.get("year") == year for d in i.facts.decisions.log("allocation"))
    signed = set(stage.sign_offs.loc[(stage.sign_offs["state"] == "signed").to_numpy(), "node"]) & set(i.facts.tree.ids)
    count = len(i.facts.tree)
    return {
        "targets_accepted": Measured(float(accepted), 1, None, "an allocation was accepted" if accepted else "no allocation was accepted"),
        "nodes_aligned": of_rows(rows["verdict"].isin(["aligned", "exceeds", "overreach"]), None, i.projected, "nodes and reps whose plan meets the target"),
        "nodes_signed": Measured(len(signed) / count, count, None, f"{len(signed)} of {count} nodes signed off"),
    }  # fmt: skip


def _collaboration(i: Inputs) -> dict[str, Measured]:
    plans, stage = i.stages["plans"], i.stages["reconcile"]
    behaviour = plans.behaviour
    rows = behaviour[(behaviour["node"] == i.facts.tree.root).to_numpy()]
    shared = not_known(i.facts.tables.lacks("contacts", "who knows whom"))
    if i.facts.tables.has("contacts"):
        engagement = i.stages["engagement"]
        large = engagement.standing.loc[held_large(engagement.standing, i.facts.rules.engagement), "account_id"]
        alone = large.isin(engagement.single_threaded["account_id"])
        shared = of_rows(~alone, large, i.projected, "large accounts with several contacts and several of our people")
    nodes = len(i.facts.tree)
    talked = len(set(stage.talks["node"]) & set(i.facts.tree.ids))
    return {
        "large_accounts_shared": shared,
        "plans_cross_functional": _of_plans(rows, "cross_functional", "shared with another function"),
        "numbers_talked_about": Measured(talked / nodes, nodes, None, f"{talked} of {nodes} nodes had their number talked about"),
    }  # fmt: skip


def _lists(i: Inputs) -> dict[str, Measured]:
    tables, projected = i.facts.tables, i.projected
    register = i.stages["portfolio"].register
    started = not_known(tables.lacks("activities", "who was touched"))
    if tables.has("activities", "done_on"):
        prospects = i.stages["engagement"].prospects
        started = of_rows(prospects["touches"] > 0, prospects["account_id"], projected, "prospects with a first touch")
    contact = not_known(tables.lacks("contacts", "who can be reached"))
    if tables.has("contacts"):
        active = register[~register["disqualified"].to_numpy(dtype=bool)]
        contact = of_rows(active["contacts"].fillna(0) > 0, active["account_id"], projected, "accounts with a contact")
    steps = not_known(tables.lacks("opportunities", "next steps of deals"))
    if tables.has("opportunities"):
        opened = tables.opportunities[(tables.opportunities["status"] == "open").to_numpy()]
        steps = of_rows(
            opened["next_step_on"].notna(), opened["account_id"], projected, "open deals with a dated next step"
        )
    return {"prospects_started": started, "accounts_with_contact": contact, "deals_with_next_step": steps}


def _data(i: Inputs) -> dict[str, Measured]:
    quality, tables = i.facts.tables.quality, i.facts.tables
    given = len(tables.given)
    count = len(TABLES)
    there = Measured(given / count, count, None, f"{given} of {count} tables given")
    if quality is None:
        why = not_known("the tables were not checked")
        return {"mandatory_fields": why, "rows_used": why, "tables_given": there}
    filled, rows = int(quality.completeness["filled"].sum()), int(quality.completeness["rows"].sum())
    read, used = int(quality.counts["read"].sum()), int(quality.counts["used"].sum())
    fields = (
        Measured(filled / rows, rows, None, f"{filled:,} of {rows:,} mandatory fields filled")
        if rows
        else not_known("no mandatory fields")
    )
    return {
        "mandatory_fields": fields,
        "rows_used": Measured(used / read, read, None, f"{used:,} of {read:,} rows used") if read else not_known("no rows"),
        "tables_given": there,
    }  # fmt: skip

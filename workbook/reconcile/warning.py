"""During the year: actuals against plan and target by month, leading signs, and the day from which a miss was foreseeable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.checks import Check, counted
from workbook.checks import chance as in_words
from workbook.facts import Facts
from workbook.money import format_amount
from workbook.reconcile.cube import Cube
from workbook.rules.reconcile import WarningRules

Int64s = npt.NDArray[np.int64]


def progress(facts: Facts, cube: Cube) -> pd.DataFrame:
    """Actuals, plan and target by month, with sums since the year's start; nodes of the tree and reps.

    Out: node, node_kind, period, plan_amount, target_amount (Int64), actual_amount (Int64, missing for months that have not begun),
    plan_to_date_amount, target_to_date_amount, actual_to_date_amount, closed (the month is over).
    """
    head = cube.head
    begun = np.array([facts.calendar.bounds(m)[0] <= facts.as_of for m in cube.months])
    closed = np.array([facts.calendar.bounds(m)[1] <= facts.as_of for m in cube.months])
    out = pd.DataFrame(
        {
            "node": pd.Series(np.repeat(cube.nodes.ids[:head], 12), dtype="str"),
            "node_kind": pd.Series(np.repeat(cube.nodes.kinds[:head], 12), dtype="str"),
            "period": pd.Series(np.tile(np.array(cube.months, dtype=object), head), dtype="str"),
        }
    )
    shown = {
        "plan": np.ones((head, 12), dtype=bool),
        "target": np.repeat(cube.target_known[:head, None], 12, axis=1),
        "actual": np.repeat(begun[None, :], head, axis=0),
    }
    for measure, known in shown.items():
        cells = cube.cells[measure][:head].sum(axis=2)
        for name, values in (("", cells), ("to_date_", cells.cumsum(axis=1))):
            column = pd.Series(pd.array(values.reshape(-1), dtype="Int64"))
            out[f"{measure}_{name}amount"] = column.where(known.reshape(-1))
    out["closed"] = np.tile(closed, head)
    return out


@dataclass(frozen=True, eq=False)
class Signs:
    """What leading signs are read from: engagement's cadence (None where not known), plan scores, owners and territories per account."""

    cadence: pd.DataFrame | None
    scores: pd.DataFrame
    register: pd.DataFrame


def leading(facts: Facts, cube: Cube, signs: Signs, rules: WarningRules) -> pd.DataFrame:
    """Signs that come before the numbers, per node of the tree and rep; missing where a table is missing.

    Out: node, node_kind, accounts, overdue (accounts whose touch is overdue), overdue_share, created_amount (pipeline created in the last
    ``pipeline_days``), usual_amount (mean of the four such spans before), open_amount, slipped (open deals past their close date or pushed),
    slipped_amount, pushes (re-forecast counts of open deals), plan_revisions.
    """
    nodes, day = cube.nodes, pd.Timestamp(facts.as_of)
    head = cube.head

    def rolled(accounts: pd.Series, values: pd.Series | None = None) -> pd.Series:
        one = np.ones(len(accounts), dtype=np.int64)
        weights = one if values is None else values.fillna(0).to_numpy(dtype=np.int64)
        return pd.Series(pd.array(nodes.rolled(accounts, weights)[:head], dtype="Int64"))

    out = pd.DataFrame(
        {
            "node": pd.Series(nodes.ids[:head], dtype="str"),
            "node_kind": pd.Series(nodes.kinds[:head], dtype="str"),
            "accounts": rolled(signs.register["account_id"]),
        }
    )
    missing = pd.Series(pd.array([pd.NA] * head, dtype="Int64"))
    if signs.cadence is None:
        out["overdue"], out["overdue_share"] = missing, np.nan
    else:
        late = signs.cadence[(signs.cadence["overdue_days"].fillna(0) > 0).to_numpy()]
        judged = rolled(signs.cadence["account_id"].drop_duplicates())
        out["overdue"] = rolled(late["account_id"].drop_duplicates())
        out["overdue_share"] = (
            (out["overdue"] / judged.where(judged > 0)).astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
        )
    deals = facts.tables.opportunities
    if not facts.tables.has("opportunities"):
        for name in ("created_amount", "usual_amount", "open_amount", "slipped", "slipped_amount", "pushes"):
            out[name] = missing
    else:
        span = pd.Timedelta(days=rules.pipeline_days)
        new = deals[(deals["created_on"] > day - span).to_numpy()]
        before = deals[((deals["created_on"] <= day - span) & (deals["created_on"] > day - 5 * span)).to_numpy()]
        opened = deals[(deals["status"] == "open").to_numpy()]
        pushes = opened["pushes"].fillna(0)
        slipped = opened[((opened["close_on"] < day) | (pushes > 0)).to_numpy()]
        out["created_amount"] = rolled(new["account_id"], new["amount"])
        out["usual_amount"] = rolled(before["account_id"], before["amount"]) // 4
        out["open_amount"] = rolled(opened["account_id"], opened["amount"])
        out["slipped"] = rolled(slipped["account_id"])
        out["slipped_amount"] = rolled(slipped["account_id"], slipped["amount"])
        out["pushes"] = rolled(opened["account_id"], pushes)
    revised = signs.scores if "revisions" in signs.scores else pd.DataFrame({"account_id": [], "revisions": []})
    out["plan_revisions"] = rolled(revised["account_id"], revised["revisions"]) if len(revised) else missing
    return out


def early_warning(
    today: pd.DataFrame, replayed: pd.DataFrame, signs: pd.DataFrame, rules: WarningRules, currency: str
) -> pd.DataFrame:
    """Per node of the tree and rep with a target: the chance now and before, the verdict, since when it was foreseeable, and why.

    ``today``: odds of the year. Out: node, node_kind, target_probability, a_quarter_ago (the replayed chance about three months before; missing
    when not known), verdict (on course, at risk, likely missed), foreseeable_on (the first month end from which the chance stayed below
    ``at_risk_below``; missing when it is not below), signs (count of leading signs), leading_signs (in words, '' where none stands out,
    "not known" without the tables that tell), sentence.
    """
    now = today.dropna(subset=["target_probability"]).drop_duplicates("node")
    chance = now["target_probability"].to_numpy()
    verdict = np.select(
        [chance < rules.likely_missed_below, chance < rules.at_risk_below], ["likely missed", "at risk"], "on course"
    )
    wide = (
        replayed.pivot_table(index="node", columns="known_on", values="target_probability")
        if len(replayed)
        else pd.DataFrame()
    )
    wide = wide.reindex(now["node"])
    days = list(wide.columns)
    low = (wide < rules.at_risk_below).to_numpy() if len(days) else np.zeros((len(now), 0), dtype=bool)
    stays = np.logical_and.accumulate(low[:, ::-1], axis=1)[:, ::-1] if len(days) else low
    first = np.where(stays.any(axis=1), stays.argmax(axis=1), -1) if len(days) else np.full(len(now), -1)
    below = chance < rules.at_risk_below
    foreseen = pd.Series(
        [days[f] if f >= 0 and b else pd.NaT for f, b in zip(first, below, strict=True)], dtype="datetime64[us]"
    )
    found = signs.set_index("node").reindex(now["node"])
    words = [_signs(row, rules, currency) for row in found.reset_index().itertuples()]
    out = pd.DataFrame(
        {
            "node": now["node"].to_numpy(),
            "node_kind": now["node_kind"].to_numpy(),
            "target_probability": chance,
            "a_quarter_ago": wide[days[-3]].to_numpy() if len(days) >= 3 else np.nan,
            "verdict": pd.Series(verdict, dtype="str"),
            "foreseeable_on": foreseen,
            "signs": [len(w) for w in words],
            "leading_signs": pd.Series(["; ".join(w) for w in words], dtype="str"),
        }
    )
    told = found[["overdue_share", "usual_amount", "open_amount"]].notna().any(axis=1).to_numpy()
    out["leading_signs"] = out["leading_signs"].where(told, "not known")
    out["sentence"] = pd.Series(
        [_sentence(row, said) for row, said in zip(out.itertuples(), words, strict=True)], dtype="str"
    )
    return out


def _signs(row: object, rules: WarningRules, currency: str) -> list[str]:
    found = []
    share = row.overdue_share  # type: ignore[attr-defined]
    if share == share and share > rules.overdue_share:
        late = int(row.overdue)  # type: ignore[attr-defined]
        found.append(f"{counted(late, 'account')} ({share:.0%}) wait{'s' if late == 1 else ''} for an overdue touch")
    created, usual = row.created_amount, row.usual_amount  # type: ignore[attr-defined]
    if not pd.isna(usual) and usual > 0 and created < rules.pipeline_fall_share * usual:
        new, was = (format_amount(int(v), currency, short=True) for v in (created, usual))
        found.append(f"new pipeline of {rules.pipeline_days} days is {new}, usual is {was}")
    opened, slipped = row.open_amount, row.slipped_amount  # type: ignore[attr-defined]
    if not pd.isna(opened) and opened > 0 and slipped > rules.slipped_share * opened:
        deals = counted(int(row.slipped), "open deal")  # type: ignore[attr-defined]
        found.append(f"{deals} of {format_amount(int(slipped), currency, short=True)} slipped")
    return found


def _sentence(row: object, words: list[str]) -> str:
    text = f"Chance of the target {in_words(row.target_probability)}"  # type: ignore[attr-defined]
    if row.a_quarter_ago == row.a_quarter_ago:  # type: ignore[attr-defined]
        text += f" ({in_words(row.a_quarter_ago)} a quarter ago)"  # type: ignore[attr-defined]
    text += f": {row.verdict}"  # type: ignore[attr-defined]
    if not pd.isna(row.foreseeable_on):  # type: ignore[attr-defined]
        text += f", foreseeable since {row.foreseeable_on:%Y-%m-%d}"  # type: ignore[attr-defined]
    if not words:
        known = row.leading_signs == ""  # type: ignore[attr-defined]
        return f"{text}; no leading sign stands out." if known else f"{text}; leading signs are not known."
    said = "; ".join(words)
    return f"{text}. {said[:1].upper()}{said[1:]}."


def warning_checks(rows: pd.DataFrame, names: dict[str, str]) -> list[Check]:
    """One check per node of the tree (A18)."""
    verdicts = {"on course": "ok", "at risk": "warn", "likely missed": "fail"}
    tree = rows[(rows["node_kind"] == "territory").to_numpy()]
    return [
        Check("early warning", verdicts[row.verdict], f"{names.get(row.node, row.node)}: c{row.sentence[1:]}",  # type: ignore[arg-type]
              {"target_probability": row.target_probability}, subject=row.node)
        for row in tree.itertuples()
    ]  # fmt: skip

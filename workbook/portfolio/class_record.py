"""Classes as people live with them: what is in force, what changed and why, and the record of it (C4, C5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd

from workbook.decisions import Decision, Decisions, signed_at, signer
from workbook.errors import UsageError
from workbook.keys import positions
from workbook.portfolio.classes import CLASSES, class_then

#: What an override says that gives an account back to the rules.
BY_RULES = "by rules"


def confirmed(earlier: pd.DataFrame, decisions: Decisions) -> pd.DataFrame:
    """``earlier`` (account_id, class, rule by the rules at the last review) with the classes that people confirmed since
    (decision ``class_change``) in their place.
    """
    last = {
        a: str(d.payload["to"]) for a, d in decisions.state("class_change").items() if d.payload.get("to") in CLASSES
    }
    if not last:
        return earlier
    given = earlier["account_id"].map(last).astype("str")
    return earlier.assign(**{"class": given.fillna(earlier["class"])})


def classes(ruled: pd.DataFrame, earlier: pd.DataFrame, decisions: Decisions, as_of: date) -> pd.DataFrame:
    """The class in force: account_id, territory_id, class, sentence, changed_on, previous, rule, overridden.

    A person's override (decision ``class_override``: class, until) stands over the rules until it ends. ``previous`` and
    ``changed_on`` come from the log (``class_change``), else from ``earlier``, the classes that the rules gave at the last
    review (the change lies between the two days, and is dated ``as_of``); missing where nothing changed.
    """
    frame = ruled.copy()
    frame["changed_on"] = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us]")
    then = class_then(frame["account_id"], earlier)
    differs = (then >= 0) & (then != positions(frame["class"], pd.Index(CLASSES)))
    words = pd.Series([*CLASSES, None], dtype="str")
    frame["previous"] = words.take(np.where(differs, then, -1)).array
    frame.loc[differs, "changed_on"] = pd.Timestamp(as_of)
    frame["overridden"] = False
    overrides, changed = decisions.state("class_override"), decisions.state("class_change")
    at = pd.Index(frame["account_id"] if overrides or changed else [])
    if overrides:
        frame["sentence"] = frame["sentence"].astype("str")
    for account, decision in overrides.items():
        until = decision.payload.get("until")
        wanted = decision.payload.get("class")
        if account not in at or wanted not in CLASSES or (until and pd.Timestamp(until) < pd.Timestamp(as_of)):
            continue
        row = at.get_loc(account)
        frame.loc[row, "previous"] = frame.loc[row, "class"]
        frame.loc[row, "class"] = wanted
        frame.loc[row, "changed_on"] = pd.Timestamp(decision.at).tz_localize(None).normalize()
        frame.loc[row, "overridden"] = True
        why = f" ({decision.reason})" if decision.reason else ""
        frame.loc[row, "sentence"] = (
            f"{str(wanted).capitalize()}: set by {decision.by} on {decision.at.date()}{why}; "
            f"the rules say {frame.loc[row, 'previous']}."
        )
    for account, decision in changed.items():
        row = at.get_loc(account) if account in at else None
        if row is None or frame.loc[row, "overridden"] or decision.payload.get("to") != frame.loc[row, "class"]:
            continue
        frame.loc[row, "previous"] = decision.payload.get("from")
        frame.loc[row, "changed_on"] = pd.Timestamp(decision.at).tz_localize(None).normalize()
    columns = ["account_id", "territory_id", "class", "sentence", "changed_on", "previous", "rule", "overridden"]
    return frame[columns]


#: What a change is laid to, by the rule that decides now, or that decided before where no rule fits now.
TRIGGERS = {
    "disqualified": "it was disqualified",
    "small": "its projection or potential fell",
    "costly": "selling to it came to cost too much",
    "competitor": "a competitor holds it, or its potential rose",
    "growing": "its sales grew",
    "growing unmeasured": "its sales grew",
    "regular": "it buys regularly now",
}
LAPSED = {
    "regular": "it no longer buys regularly",
    "growing": "its growth slowed",
    "growing unmeasured": "its growth slowed",
    "costly": "selling to it came to pay",
    "small": "its projection or potential rose",
    "competitor": "no competitor is noted, or its potential fell",
    "disqualified": "it is no longer disqualified",
    "open": "the facts changed",
    "kept": "it is past the margin by which it kept its class",
}


def class_changes(ruled: pd.DataFrame, earlier: pd.DataFrame, won: pd.Index) -> pd.DataFrame:
    """Changes of class by the rules since the last review, for people to confirm: account_id, territory_id, from, to, trigger,
    sentence. ``won`` are the accounts with which a deal was won since then.
    """
    at = positions(ruled["account_id"], earlier["account_id"])
    moved = (at >= 0) & (class_then(ruled["account_id"], earlier) != positions(ruled["class"], pd.Index(CLASSES)))
    rows, before = ruled[moved], earlier[["class", "rule"]].take(at[moved])
    lapsed = pd.Series(before["rule"].astype("str").map(LAPSED).array, index=rows.index)
    trigger = rows["rule"].astype("str").map(TRIGGERS).fillna(lapsed)
    deal = rows["account_id"].isin(won)
    return pd.DataFrame(
        {
            "account_id": rows["account_id"],
            "territory_id": rows["territory_id"],
            "from": before["class"].array,
            "to": rows["class"],
            "trigger": trigger.where(~deal, "a deal was won; " + trigger).astype("str"),
            "sentence": rows["sentence"],
        }
    ).reset_index(drop=True)


def class_history(ruled: pd.DataFrame, decisions: Decisions) -> pd.DataFrame:
    """Every change and override that people recorded, oldest first: account_id, at, by, from, to, trigger, reason (C5)."""
    columns = ["account_id", "at", "by", "from", "to", "trigger", "reason"]
    wanted = {d.subject for d in decisions.rows if d.kind in ("class_change", "class_override")}
    known = ruled[ruled["account_id"].isin(wanted).to_numpy()] if wanted else ruled.iloc[:0]
    last = dict(zip(known["account_id"], known["class"], strict=True))
    seen: dict[str, str] = {}
    rows = []
    for row in decisions.rows:
        if row.kind not in ("class_change", "class_override") or row.subject not in last:
            continue
        override = row.kind == "class_override"
        to = row.payload.get("class" if override else "to") or BY_RULES
        given = seen.get(row.subject, last[row.subject]) if override else row.payload.get("from")
        trigger = f"override: {row.reason}" if override else row.payload.get("trigger", "")
        rows.append((row.subject, pd.Timestamp(row.at).tz_localize(None), row.by, given, to, trigger, row.reason))
        seen[row.subject] = str(to)
    return pd.DataFrame(rows, columns=columns)


@dataclass(frozen=True)
class Wish:
    """What somebody wants of one account: a class, or :data:`BY_RULES`, until a day (for good when None), and why."""

    account_id: str
    to: str
    reason: str
    until: date | None = None


def class_override(known: pd.DataFrame, wish: Wish, by: str, as_of: date, now: datetime) -> Decision:
    """The decision that sets an account's class, or gives it back to the rules. ``known`` are the classes in force.

    Raises :class:`UsageError` for an unknown account or class, a last day that is past, and where name or reason is missing.
    """
    if not (known["account_id"] == wish.account_id).any():
        raise UsageError(f"there is no account {wish.account_id!r} here", remedy="Take an account_id of notebook 02.")
    if wish.to not in (*CLASSES, BY_RULES):
        raise UsageError(f"there is no class {wish.to!r}", remedy=f"Use one of {', '.join(CLASSES)}, or rules.")
    name = signer(by)
    if not wish.reason.strip():
        raise UsageError("a class set by hand needs a reason", remedy="Say why: --reason TEXT.")
    if wish.until is not None and wish.until < as_of:
        raise UsageError(f"{wish.until} is past (as of {as_of})", remedy="Give a later day, or none.")
    payload = {
        "class": None if wish.to == BY_RULES else wish.to,
        "until": wish.until.isoformat() if wish.until and wish.to != BY_RULES else None,
    }
    return Decision("class_override", wish.account_id, payload, name, signed_at(as_of, now), wish.reason.strip())


def confirmations(changes: pd.DataFrame, by: str, as_of: date, now: datetime) -> list[Decision]:
    """One decision ``class_change`` for each of the ``changes`` of class by the rules; the next review counts from them.

    Raises :class:`UsageError` where nobody signs.
    """
    name = signer(by)
    return [
        Decision(
            "class_change",
            str(row["account_id"]),
            {"from": row["from"], "to": row["to"], "trigger": row["trigger"]},
            name,
            signed_at(as_of, now),
            str(row["sentence"]),
        )
        for row in changes.to_dict("records")
    ]

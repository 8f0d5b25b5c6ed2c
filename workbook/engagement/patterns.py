"""Flagged activity as a manager asks about it (D8): per rep and kind of sign, with dated rows; a question, no accusation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from workbook.engagement.log import Log, dates

#: Signs that tell how rows came about; the other signals say what is on a row, and are counted within a pattern.
HOW = ("fixed interval", "created in bulk", "closed in bulk", "pushed")
_KEYS = ["territory_id", "rep_id", "signs"]


def flagged(judged: pd.DataFrame, log: Log, real: Log, territory: pd.Series) -> pd.DataFrame:
    """Every flagged row that a person made, with its pattern.

    ``judged`` from :func:`workbook.engagement.integrity.integrity`; ``territory``: the territory of each of the log's accounts.
    Columns activity_id, account_id, rep_id, territory_id, signs (those of :data:`HOW`, comma-separated), signals, level, kind,
    subject, created_on, due_on, done_on, real_touches (of the same rep on the account).
    """
    at = np.flatnonzero(
        ((judged["level"] != "none") & ~judged["signals"].str.startswith("system")).to_numpy(dtype=bool)
    )
    rows = judged.iloc[at][["activity_id", "account_id", "rep_id", "signals", "level"]].reset_index(drop=True)
    told = {s: ", ".join(n for n in s.split(",") if n in HOW) or "open or empty" for s in rows["signals"].unique()}
    places = pd.concat([territory, pd.Series([""], dtype="str")], ignore_index=True)
    rows["signs"] = rows["signals"].map(told).astype("str")
    rows["territory_id"] = places.take(log.account[at]).to_numpy()
    for name in ("kind", "subject"):
        rows[name] = log.column(name).iloc[at].to_numpy()
    rows["kind"] = rows["kind"].fillna("activity")
    for name, days in (("created_on", log.created), ("due_on", log.due), ("done_on", log.done)):
        rows[name] = dates(days[at])
    every, pair = np.sort(real.pair), log.pair[at]
    rows["real_touches"] = np.searchsorted(every, pair, side="right") - np.searchsorted(every, pair, side="left")
    return rows


def patterns(rows: pd.DataFrame, today: int) -> pd.DataFrame:
    """What shows the same signs, per rep: red before yellow, then by activities.

    ``rows`` from :func:`flagged`. Columns territory_id, rep_id, signs, level, activities, accounts, done, real_touches (of the
    same rep on these accounts), first_on, last_on, sentence. The sentence counts and names nobody.
    """
    found = [_pattern(part, today) | dict(zip(_KEYS, key, strict=True)) for key, part in rows.groupby(_KEYS, sort=True)]
    columns = [*_KEYS, "level", "activities", "accounts", "done", "real_touches", "first_on", "last_on", "sentence"]
    kinds = dict.fromkeys([*_KEYS, "level", "sentence"], "str") | dict.fromkeys(
        ["first_on", "last_on"], "datetime64[us]"
    )
    counts = dict.fromkeys(["activities", "accounts", "done", "real_touches"], "int64")
    out = pd.DataFrame(found, columns=columns).astype(kinds | counts)
    order = out.assign(yellow=out["level"] != "red", many=-out["activities"])
    return out.loc[order.sort_values(["yellow", "many", *_KEYS], kind="stable").index].reset_index(drop=True)


def examples(rows: pd.DataFrame) -> pd.DataFrame:
    """Three rows of each pattern as evidence: its first, middle and last by date.

    Columns account_id, territory_id, rep_id, signs, activity_id, kind, subject, created_on, due_on, done_on, level.
    """
    day = rows["due_on"].fillna(rows["done_on"]).fillna(rows["created_on"])
    ordered = rows.assign(day=day).sort_values([*_KEYS, "day", "activity_id"], kind="stable", ignore_index=True)
    by = ordered.groupby(_KEYS, sort=False)
    place, size = by.cumcount(), by["rep_id"].transform("size")
    wanted = (place == 0) | (place == size // 2) | (place == size - 1)
    columns = ["account_id", *_KEYS, "activity_id", "kind", "subject", "created_on", "due_on", "done_on", "level"]
    return ordered.loc[wanted, columns].reset_index(drop=True)


def _pattern(part: pd.DataFrame, today: int) -> dict[str, Any]:
    """One pattern's numbers and sentence."""
    each = part.groupby("account_id").size()
    on = part["due_on"].fillna(part["done_on"]).fillna(part["created_on"])
    touches = part.drop_duplicates("account_id")["real_touches"]
    words = ", ".join(_said(part, today))
    word = part["kind"].iloc[0] if len(set(part["kind"])) == 1 else "activity"
    if len(each) and each.min() == each.max() > 1:
        head = f"{len(each):,} {_plural('account', len(each))}, {each.iloc[0]} {_plural(word, 2)} each"
    else:
        head = f"{len(part):,} {_plural(word, len(part))} on {len(each):,} {_plural('account', len(each))}"
    bare = int((touches == 0).sum())
    rest = "none" if bare == len(each) else "all" if not bare else f"{len(each) - bare:,}"
    return {
        "level": "red" if (part["level"] == "red").any() else "yellow", "activities": len(part), "accounts": len(each),
        "done": int(part["done_on"].notna().sum()), "real_touches": int(touches.sum()), "first_on": on.min(),
        "last_on": on.max(), "sentence": f"{head}: {words}. Real touches by the same rep are on record on {rest} of them.",
    }  # fmt: skip


def _said(part: pd.DataFrame, today: int) -> list[str]:
    """What the rows of a pattern have in common, in words."""
    signs, said = part["signs"].iloc[0], []
    if "fixed interval" in signs:
        gaps = part.sort_values("due_on").groupby("account_id")["due_on"].diff().dt.days
        usual = gaps[gaps > 0].median()
        said.append(f"every {usual:.0f} days" if usual == usual else "at a fixed interval")
    if "created in bulk" in signs:
        said.append(_on("made", part["created_on"]))
    if "pushed" in signs:
        out = (part["due_on"] - part["created_on"]).dt.days.median()
        said.append(f"dated {out:.0f} days after they were made" if out == out else "their date moved out and out")
    done = part["done_on"].notna()
    if not done.any():
        over = (part["due_on"] <= dates([today]).iloc[0]).all()
        said.append("never done" if over else "none done so far")
    else:
        said.append(_on("closed", part["done_on"]) if "closed in bulk" in signs else f"{int(done.sum()):,} done")
    late = int(part["signals"].str.contains("never closed", regex=False).sum())
    if late and done.any():
        said.append(f"{late:,} open long after their date")
    if part["signals"].str.contains("empty", regex=False).all():
        said.append("without contact, outcome or minutes")
    return said


def _on(done: str, days: pd.Series) -> str:
    """On how many days something was done, and how much of it at a time."""
    counts = days.value_counts()
    if len(counts) == 1:
        return f"{done} on one day ({counts.index[0]:%Y-%m-%d})"
    return f"{done} on {len(counts):,} days, up to {int(counts.max()):,} at a time"


def _plural(word: str, count: int) -> str:
    if count == 1:
        return word
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"

"""How far recorded activity can be relied on (D8): none, yellow or red per row, with the evidence; nobody is accused."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbook.engagement.evidence import Evidence
from workbook.engagement.log import Bools, Ints, Log, dates, distinct
from workbook.engagement.signals import SIGNALS, Suspicion
from workbook.keys import coded
from workbook.rules.engagement import KINDS, EngagementRules

LEVELS = ("none", "yellow", "red")


def integrity(log: Log, rules: EngagementRules, evidence: Evidence | None = None) -> pd.DataFrame:
    """Every activity's level with its signals and one sentence.

    Columns activity_id, account_id, rep_id, level (none, yellow, red), signals (names, comma-separated), sentence; the last
    two are blank where no signal shows. Levels come from points that the rules publish. ``evidence`` saves judging it again.
    """
    case = Suspicion(log, evidence or Evidence.of(log, rules.integrity), rules.integrity)
    shown = {name: make(case) for name, (make, _, _) in SIGNALS.items()}
    points = sum(
        (shown[name] * np.int64(getattr(rules.integrity, weight)) for name, (_, weight, _) in SIGNALS.items()),
        np.zeros(len(log), dtype=np.int64),
    )
    flagged = points >= rules.integrity.yellow_points
    shown["nothing real"] = _reserves(log, case, flagged, rules)
    points += shown["nothing real"] * np.int64(rules.integrity.reserve_points)
    red = (points >= rules.integrity.red_points) & ~log.by_system
    level = np.where(flagged, np.where(red, 2, 1), 0)
    return _described(log, case, shown, level)


def _reserves(log: Log, case: Suspicion, flagged: Bools, rules: EngagementRules) -> Bools:
    """Flagged rows of people where the rep shows nothing with substance on the account in the time before the row's date
    (or now, when that is earlier)."""
    mine = flagged & ~log.by_system
    out = np.zeros(len(log), dtype=bool)
    if not mine.any():
        return out
    suspects = distinct(log.pair[mine])
    real = np.flatnonzero(case.evidence.substance & pd.Series(log.pair).isin(suspects).to_numpy())
    real_keys = np.sort(log.pair[real] * 4_000_000 + log.done[real].astype(np.int64) + 1_000_000)
    at = np.flatnonzero(mine)
    day = np.maximum(np.maximum(log.done[at], log.due[at]), log.created[at]).astype(np.int64)
    until = np.minimum(day, log.today)
    key = log.pair[at] * 4_000_000 + 1_000_000
    before = np.searchsorted(real_keys, key + until, side="right")
    after = np.searchsorted(real_keys, key + until - rules.integrity.reserve_days, side="left")
    out[at] = before == after
    return out


def _described(log: Log, case: Suspicion, shown: dict[str, Bools], level: Ints) -> pd.DataFrame:
    keys = pd.DataFrame({name: log.column(name) for name in ("activity_id", "account_id", "rep_id")})
    at = np.flatnonzero(level > 0)
    series = case.series
    numbers = {
        "series": series.rows[series.of[at]],
        "interval": series.interval[series.of[at]],
        "made": case.made_with[at] - 1,
        "closed": case.closed_with[at] - 1,
        "late": case.late_days[at],
        "pushed": case.open_for[at],
    }
    texts = {name: pd.Series(values).astype("str") for name, values in numbers.items()}
    names = pd.Series("", index=range(len(at)), dtype="str")
    said = pd.Series("", index=range(len(at)), dtype="str")
    for name, (_, _, phrase) in SIGNALS.items():
        on = pd.Series(shown[name][at])
        names = names.where(~on, names + ("," + name))
        said = said.where(~on, said + "; " + _filled(phrase, texts))
    kind = log.column("kind").iloc[at].reset_index(drop=True).fillna("activity")
    made = {"signals": names.str[1:], "sentence": kind.str.capitalize() + ": " + said.str[2:] + "."}
    keys["level"] = coded(LEVELS, level)
    place = np.zeros(len(log), dtype=np.int64)
    place[at] = np.arange(1, len(at) + 1)
    blank = pd.Series([""], dtype="str")
    for column, values in made.items():
        keys[column] = coded(pd.concat([blank, values.astype("str")], ignore_index=True), place)
    return keys


def _filled(phrase: str, numbers: dict[str, pd.Series]) -> pd.Series | str:
    """A phrase with its numbers, one text per row."""
    for name, values in numbers.items():
        if "{" + name + "}" in phrase:
            head, tail = phrase.split("{" + name + "}", 1)
            return head + values + _filled(tail, numbers)
    return phrase


def real_rows(log: Log, judged: pd.DataFrame, rules: EngagementRules, evidence: Evidence | None = None) -> Bools:
    """Which rows are real touches: done by a person, of a kind that can be a touch, not flagged, with some evidence where
    the book records any, and with an outcome that says somebody was reached where it has one.
    """
    evidence = evidence or Evidence.of(log, rules.integrity)
    clean = (judged["level"] == "none").to_numpy(dtype=bool)
    return log.is_done & clean & ~evidence.empty & ~evidence.missed & log.is_kind(rules.touch_kinds)


def touches(real: Log) -> pd.DataFrame:
    """The log of real touches as a frame.

    Columns activity_id, account_id, rep_id, kind, done_on, minutes (NaN where not known), contact_id; in order of the table.
    """
    columns = ["activity_id", "account_id", "rep_id", "kind", "done_on", "minutes", "contact_id"]
    held = {"rep_id": coded(pd.Series(real.reps, dtype="str"), real.rep), "kind": coded(KINDS, real.kind)}
    few = {name: texts.remove_unused_categories() for name, texts in held.items()}
    return pd.DataFrame({name: few[name] if name in few else real.column(name) for name in columns})


def reserved(judged: pd.DataFrame, log: Log, real: Log) -> pd.DataFrame:
    """Where flagged rows stand on an account, per rep: what a manager asks about first.

    Columns account_id, rep_id, level, flagged, red, real_touches, first_on, last_on, sentence; red before yellow, then by
    flagged. Rows by systems are not counted: nobody made them.
    """
    rows = judged[(judged["level"] != "none") & ~judged["signals"].str.startswith("system")]
    day = dates(np.maximum(log.done, np.maximum(log.due, log.created)))
    rows = rows.assign(red=rows["level"] == "red", day=day.reindex(rows.index), pair=log.pair[rows.index])
    by = ["account_id", "rep_id"]
    out = rows.groupby(by, sort=True).agg(
        flagged=("red", "size"),
        red=("red", "sum"),
        first_on=("day", "min"),
        last_on=("day", "max"),
        pair=("pair", "first"),
    )
    out = out.reset_index()
    every, pair = np.sort(real.pair), out["pair"].to_numpy(np.int64)
    out["real_touches"] = np.searchsorted(every, pair, side="right") - np.searchsorted(every, pair, side="left")
    out["level"] = pd.Series(np.where(out["red"] > 0, "red", "yellow"), index=out.index).astype("str")
    count = out["flagged"].astype("str") + " recorded activities show signs of recurring by themselves or being empty, "
    out["sentence"] = count + out["real_touches"].astype("str") + " real touches by the same rep on record."
    order = out.assign(first=out["level"] != "red").sort_values(
        ["first", "flagged", *by], ascending=[True, False, True, True], kind="stable"
    )
    columns = [*by, "level", "flagged", "red", "real_touches", "first_on", "last_on", "sentence"]
    return order[columns].reset_index(drop=True)


def by_signal(judged: pd.DataFrame) -> pd.DataFrame:
    """Flagged activities by signal, most frequent first. Columns signal, yellow, red; company-wide counts, names nobody."""
    flagged = judged[judged["level"] != "none"]
    rows = pd.DataFrame({"level": flagged["level"], "signal": flagged["signals"].str.split(",")}).explode("signal")
    counts = pd.crosstab(rows["signal"], rows["level"]).reindex(columns=["yellow", "red"], fill_value=0)
    counts.columns.name = None
    order = np.lexsort((counts.index.to_numpy(dtype=object), -counts.sum(axis=1).to_numpy()))
    return counts.iloc[order].reset_index()

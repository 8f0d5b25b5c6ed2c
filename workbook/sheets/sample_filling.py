"""One rep's seeded hand: what it types into the cells of a plan file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbook.plans.document import RISK_TOLERANCE, SECTIONS, AccountPlan
from workbook.sheets import layout
from workbook.sheets import sample_words as words
from workbook.sheets.outbox import Outbox


@dataclass(frozen=True)
class Round:
    """One round of planning: on which day, who answers, who leaves it a draft; and the year's targets of reps."""

    on: date
    reps: tuple[str, ...]
    drafts: frozenset[str]
    number: int
    targets: pd.DataFrame


class Hand:
    """Fills one rep's file as a rep would: in the program's own file, cell by cell, in the cells that may be typed into."""

    def __init__(
        self, path: Path, outbox: Outbox, rep: str, rng: np.random.Generator, turn: Round, share: float | None
    ):
        self.path, self.outbox, self.rep, self.rng, self.turn, self.share = path, outbox, rep, rng, turn, share
        self.horizon = outbox.prefill.horizon
        self.care = float(rng.beta(3, 2))
        self.marks = rng.spawn(1)[0]  # a stream of its own: what else the hand writes stays as it was
        self.blocks = layout.blocks(self.horizon)
        self.scale = 100

    def fill(self) -> None:
        """Type into the file and save it."""
        from openpyxl import load_workbook

        from workbook.files import replacing

        self.book = load_workbook(self.path)
        file = self.outbox.file(self.rep)
        fresh = {h.plan.account_id: self.outbox.prefill.account(h.plan.account_id) for h in file.accounts}
        self._accounts(fresh)
        self._clear()
        deals = sum(
            a.amount for h in file.accounts for a in h.plan.amounts if a.source == "opportunity" and "-" in a.period
        )
        repeat = sum(
            a.amount for plan in fresh.values() for a in plan.amounts if a.source == "run_rate" and "-" in a.period
        )
        planned, wanted = repeat + deals, self._wanted()
        if planned > wanted and self.share:
            self._cut(planned - wanted)
        elif planned < wanted:
            self._add(wanted - planned)
        self._territory()
        self._serves(self.outbox.facts.rules.plans.objectives)
        for sheet in self.book.sheetnames:
            if sheet.startswith("K") and sheet[1:].isdigit():
                self._card(self.book[sheet])
        with replacing(self.path) as temporary:
            self.book.save(temporary)

    def _wanted(self) -> int:
        """What the plan shall come to: somewhat more than the quota (A17), or the story's share of the target."""
        mine = self.turn.targets[self.turn.targets["rep_id"] == self.rep]
        if self.share is None:
            return round(int(mine["street_amount"].sum()) * (1 + float(self.rng.uniform(0.01, 0.09))))
        return round(int(mine["target_amount"].sum()) * self.share)

    def _rows(self, sheet: Any, name: str) -> tuple[dict[str, int], list[int]]:
        """Columns by key and the rows of a block (numbers from 1)."""
        keys = [sheet.cell(r, 1).value for r in range(1, sheet.max_row + 1)]
        head = keys.index(f"head:{name}") + 1
        titles = {c.title: c.key for c in self.blocks[name].columns}
        columns = {titles[v]: c for c in range(2, 40) if (v := sheet.cell(head, c).value) in titles}
        rows = []
        for row in range(head + 1, sheet.max_row + 1):
            key = str(keys[row - 1] or "")
            if key.startswith(("end:", "total:", "head:")):
                break
            rows.append(row)
        return columns, rows

    def _chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def _one(self, among: tuple[Any, ...]) -> Any:
        return among[int(self.rng.integers(len(among)))]

    def _day(self, low: int, high: int) -> date:
        return self.turn.on + timedelta(days=int(self.rng.integers(low, high)))

    def _accounts(self, fresh: Mapping[str, AccountPlan]) -> None:
        """Take the projection of today for the open periods, and give most accounts an objective and a next action."""
        sheet = self.book[layout.ACCOUNTS]
        at, rows = self._rows(sheet, "account")
        for row in rows:
            plan = fresh[str(sheet.cell(row, 1).value).partition(":")[2]]
            for period in self.horizon.open:
                amount = sum(a.amount for a in plan.amounts if a.source == "run_rate" and a.period == period)
                sheet.cell(row, at[f"p:{period}"]).value = amount / self.scale
            due = sheet.cell(row, at["due_on"]).value
            if due and due.date() <= self.turn.on and self._chance(0.7):
                sheet.cell(row, at["done_on"]).value = due
                continue
            if sheet.cell(row, at["sheet"]).value or not self._chance(0.35 + 0.6 * self.care):
                continue
            sheet.cell(row, at["objective"]).value = self._one(words.OBJECTIVES)
            action, function, channel = self._one(words.ACTIONS)
            typed = {
                "action": action,
                "owner": self._one(words.OWNERS[function]),
                "function": function,
                "channel": channel,
            }
            for key, value in (typed | {"due_on": self._day(10, 150)}).items():
                sheet.cell(row, at[key]).value = value

    def _serves(self, objectives: tuple[str, ...]) -> None:
        """Say which objective of the sales strategy a plan serves, and what customers have put into their deals."""
        sheet, rng = self.book[layout.ACCOUNTS], self.marks
        at, rows = self._rows(sheet, "account")
        for row in rows:
            wanted = bool(sheet.cell(row, at["objective"]).value) and not sheet.cell(row, at["sheet"]).value
            if objectives and wanted and rng.random() < 0.3 + 0.6 * self.care:
                sheet.cell(row, at["strategy"]).value = objectives[int(rng.integers(len(objectives)))]
        sheet = self.book[layout.DEALS]
        at, rows = self._rows(sheet, "deal")
        for row in rows:
            chance = sheet.cell(row, at["chance"]).value
            if not isinstance(chance, int | float):
                continue
            for name, share in (("time", 0.9), ("people", 0.7), ("money", 0.4)):
                if rng.random() < share * min(1.0, 0.2 + 1.2 * float(chance)) * (0.4 + 0.6 * self.care):
                    sheet.cell(row, at[name]).value = "yes"

    def _clear(self) -> None:
        """Plan anew what is not in hand: amounts for whitespace and for what is not identified."""
        for name, block in ((layout.NEW, "new"), (layout.TERRITORY, "unnamed")):
            sheet = self.book[name]
            at, rows = self._rows(sheet, block)
            for row in rows:
                for period in self.horizon.open:
                    sheet.cell(row, at[f"p:{period}"]).value = None

    def _cut(self, less: int) -> None:
        """Lower repeat business of the open periods, the same share everywhere."""
        sheet = self.book[layout.ACCOUNTS]
        at, rows = self._rows(sheet, "account")
        columns = [at[f"p:{p}"] for p in self.horizon.open]
        total = sum(float(sheet.cell(r, c).value or 0) for r in rows for c in columns)
        keep = max(0.0, 1 - less / self.scale / total) if total else 1.0
        for row in rows:
            for column in columns:
                held = float(sheet.cell(row, column).value or 0)
                sheet.cell(row, column).value = round(held * keep, 2)

    def _add(self, more: int) -> None:
        """Find the rest: deals up to their amount, whitespace up to its size, then what is not identified yet."""
        left = more / self.scale
        sheet = self.book[layout.DEALS]
        at, rows = self._rows(sheet, "deal")
        for row in rows:
            amount, planned = (sheet.cell(row, at[k]).value for k in ("amount", "planned"))
            if not amount or left <= 0 or str(sheet.cell(row, at["period"]).value) not in self.horizon.open:
                continue
            step = min(left, float(amount) - float(planned or 0))
            if step > 0 and self._chance(0.7):
                sheet.cell(row, at["planned"]).value = round(float(planned or 0) + step, 2)
                left -= step
        left = self._whitespace(left, 0.35)
        rest = left * 0.6
        left = self._whitespace(left - rest, 0.8)
        self.unnamed = max(0.0, rest + left)

    unnamed = 0.0

    def _whitespace(self, left: float, most: float) -> float:
        sheet = self.book[layout.NEW]
        at, rows = self._rows(sheet, "new")
        for row in rows:
            size = sheet.cell(row, at["size"]).value
            first = sheet.cell(row, at[f"p:{self.horizon.open[0]}"]).value if self.horizon.open else None
            if left < 500 or not size or first or not self._chance(0.6):
                continue
            amount = min(left, float(size) * most)
            amount = max(500.0, amount // 500 * 500)
            family = str(sheet.cell(row, at["family"]).value)
            period = self._one(self.horizon.open)
            sheet.cell(row, at[f"p:{period}"]).value = amount
            sheet.cell(row, at["idea"]).value = self._one(words.IDEAS).format(family=family.lower())
            if self._chance(self.care):
                sheet.cell(row, at["outcome"]).value = self._one(words.OUTCOMES)
            left -= amount
        return left

    def _territory(self) -> None:
        sheet = self.book[layout.TERRITORY]
        at, rows = self._rows(sheet, "territory")
        texts = (words.APPROACHES, words.PRIORITIES, words.HELP)
        for row, among in zip(rows, texts, strict=False):
            if self._chance(0.4 + 0.6 * self.care):
                sheet.cell(row, at["text"]).value = self._one(among)
        at, rows = self._rows(sheet, "unnamed")
        if self.unnamed >= 1000 and self.horizon.open:
            share = self.unnamed // len(self.horizon.open) // 500 * 500
            sheet.cell(rows[0], at["note"]).value = self._one(words.UNNAMED)
            for period in self.horizon.open:
                sheet.cell(rows[0], at[f"p:{period}"]).value = share

    def _card(self, sheet: Any) -> None:
        at, rows = self._rows(sheet, "section")
        for row, key in zip(rows, SECTIONS, strict=False):
            ours, theirs = words.VIEWS[key]
            if self._chance(0.3 + 0.7 * self.care):
                sheet.cell(row, at["ours"]).value = self._one(ours)
            if self._chance(self.care * 0.8):
                sheet.cell(row, at["theirs"]).value = self._one(theirs)
        at, rows = self._rows(sheet, "objective")
        sheet.cell(rows[0], at["text"]).value = self._one(words.OBJECTIVES)
        objectives = self.outbox.facts.rules.plans.objectives
        at, rows = self._rows(sheet, "strategy")
        if objectives and self.marks.random() < 0.4 + 0.5 * self.care:
            sheet.cell(rows[0], at["strategy"]).value = objectives[int(self.marks.integers(len(objectives)))]
        self._free(sheet, "outcome", [self._outcome() for _ in range(1 + self._chance(self.care))])
        self._people(sheet)
        self._done(sheet)
        self._free(sheet, "action", [self._action() for _ in range(2 + self._chance(self.care) * 2)])
        if self._chance(0.3 + 0.6 * self.care):
            risk, answer = self._one(words.RISKS)
            self._free(sheet, "risk", [{"risk": risk, "answer": answer, "owner": self._one(words.OWNERS["sales"])}])
        if self._chance(self.care * 0.7):
            self._free(sheet, "verified", [{"by": self._one(words.CUSTOMERS), "on": self._day(-60, 0)}])

    def _outcome(self) -> dict[str, Any]:
        typed: dict[str, Any] = {"outcome": self._one(words.OUTCOMES), "priority": int(self.rng.integers(1, 4))}
        if self._chance(self.care):
            typed |= {"by_on": self._day(60, 400), "risk_tolerance": self._one(RISK_TOLERANCE)}
        return typed

    def _action(self) -> dict[str, Any]:
        action, function, channel = self._one(words.ACTIONS)
        typed = {"action": action, "function": function, "channel": channel, "owner": self._one(words.OWNERS[function])}
        typed |= {"due_on": self._day(10, 170), "objective": self._one(words.OBJECTIVES)}
        return typed

    def _done(self, sheet: Any) -> None:
        at, rows = self._rows(sheet, "action")
        for row in rows:
            due = sheet.cell(row, at["due_on"]).value
            if due and due.date() <= self.turn.on and not sheet.cell(row, at["done_on"]).value and self._chance(0.7):
                sheet.cell(row, at["done_on"]).value = due

    def _people(self, sheet: Any) -> None:
        at, rows = self._rows(sheet, "person")
        for row in rows:
            if not sheet.cell(row, at["name"]).value:
                if self._chance(self.care):
                    gap, how = self._one(words.GAPS)
                    name, title = self._one(words.WANTED)
                    typed = {"name": name, "title": title, "role": "decides", "known": "no", "gap": gap, "how": how}
                    for key, value in (typed | {"by_on": self._day(20, 120)}).items():
                        sheet.cell(row, at[key]).value = value
                return

    def _free(self, sheet: Any, name: str, made: list[dict[str, Any]]) -> None:
        at, rows = self._rows(sheet, name)
        free = [r for r in rows if not any(sheet.cell(r, c).value for c in at.values())]
        for row, typed in zip(free, made, strict=False):
            for key, value in typed.items():
                sheet.cell(row, at[key]).value = value

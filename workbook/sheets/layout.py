"""What stands where in a rep's file: the blocks of each sheet and their columns, shared by the writer and the reader.

Every row of ours carries a key in the hidden column A: ``head:<block>`` on a heading, ``<block>:<key>`` on a row, so that rows
may be sorted, inserted and deleted, and columns added, without anything being mistaken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from workbook.plans.document import RISK_TOLERANCE, SECTIONS
from workbook.plans.known import Horizon

Kind = Literal["text", "amount", "date", "choice", "share", "support", "count"]

START, ACCOUNTS, DEALS, NEW, TERRITORY, STAMP, LISTS = (
    "Start", "Accounts", "Deals", "New business", "Territory", "_stamp", "_lists",
)  # fmt: skip
#: Version of the layout, stamped into every file.
LAYOUT = "2"
KINDS_OF_NEW = {"whitespace": "whitespace", "renewal": "renewal", "not identified": "not_identified"}
TOTAL = "Repeat business in all"
YES = ("yes", "no")
PRIORITIES = ("1", "2", "3", "4", "5")


@dataclass(frozen=True)
class Column:
    """One column of a block. ``fixed``: for reading only; ``span``: cells it stretches over; ``choices``: a list's name."""

    key: str
    title: str
    kind: Kind = "text"
    width: float = 12
    fixed: bool = False
    choices: str = ""
    span: int = 1
    help: str = ""


@dataclass(frozen=True)
class Block:
    """A table within a sheet: its columns, whether people may add rows to it, and where each column stands (B is 1)."""

    name: str
    columns: tuple[Column, ...]
    free: bool = False
    placed: tuple[tuple[Column, int], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        at = [1]
        for column in self.columns:
            at.append(at[-1] + column.span)
        object.__setattr__(self, "placed", tuple(zip(self.columns, at, strict=False)))

    @property
    def keyed(self) -> bool:
        """Whether its rows are given, and told by their hidden keys alone."""
        return self.columns[0].key == "topic"

    @property
    def width(self) -> int:
        """Cells across."""
        return sum(c.span for c in self.columns)


WHOLE = "Whole amount of this period with what is booked so far, in the currency of the book."


def amount_columns(
    periods: Sequence[str], over: frozenset[str] = frozenset(), hints: Mapping[str, str] | None = None
) -> tuple[Column, ...]:
    """A column per period; those that are over are for reading only. ``hints``: what is said beside the help, by period."""
    return tuple(
        Column(
            f"p:{p}",
            _short(p) + (" booked" if p in over else ""),
            "amount",
            10,
            fixed=p in over,
            help="Booked: nothing to plan"
            if p in over
            else " ".join([WHOLE, *([hints[p]] if hints and p in hints else [])]),
        )
        for p in periods
    )


@lru_cache(maxsize=64)
def blocks(horizon: Horizon) -> dict[str, Block]:
    """All blocks by name, for the periods of a plan."""
    every = (*horizon.periods, *horizon.later)
    ahead = (*horizon.open, *horizon.later)
    account = Column("account", "Account", width=26, fixed=True)
    action = (
        Column("action", "Next action", width=28, help="What happens next"),
        Column("owner", "Owner", width=14, help="One name"),
        Column("function", "Function", "choice", 12, choices="functions", help="Which function owns it"),
        Column("due_on", "Due", "date", 11, help="A day, like 2026-09-30"),
        Column("channel", "Channel", "choice", 10, choices="channels"),
    )
    made = (
        Block(
            "account",
            (
                account,
                Column("class", "Class", width=15, fixed=True),
                Column("grade", "Grade", width=8, fixed=True),
                Column("sheet", "Plan", width=6, fixed=True),
                Column("last_touch_on", "Last touch", "date", 11, fixed=True),
                Column("touch_due_on", "Next due", "date", 11, fixed=True),
                Column("sales", "Last 12 months", "amount", 10, fixed=True),
                Column("open", "Open deals", "amount", 10, fixed=True),
                *amount_columns(every, horizon.over, dict.fromkeys(horizon.later[1:], horizon.carried_over)),
                Column("total", f"Plan {_short(horizon.year)}", "amount", 11, fixed=True),
                Column("objective", "Objective", width=30, help="The end result that we want with this account"),
                Column("strategy", "Strategy objective", "choice", 22, choices="objectives", help="Which objective of our sales strategy it serves"),
                *action,
                Column("done_on", "Done", "date", 11),
                Column("note", "Note", width=26),
            ),
        ),
        Block(
            "deal",
            (
                Column("deal", "Deal", width=10),
                account,
                Column("family", "Product family", width=14, fixed=True),
                Column("stage", "Stage", width=13, fixed=True),
                Column("amount", "Deal amount", "amount", 12, fixed=True),
                Column("chance", "Chance", "share", 8, fixed=True),
                Column("close_on", "Expected close", "date", 12, fixed=True),
                Column("pushes", "Pushed", "count", 8, fixed=True),
                Column("next_step", "Next step", width=28, fixed=True),
                Column("period", "Planned in", "choice", 12, choices="periods", help="The period in which you plan it"),
                Column("planned", "Planned amount", "amount", 13, help="What you plan of it, up to the deal's amount"),
                Column("note", "Note", width=34),
                *(
                    Column(name, f"Their {name}", "choice", 9, choices="yes_no", help=f"yes: the customer has put {what} into it")
                    for name, what in (("time", "working time"), ("money", "money, or a budget"), ("people", "people of its own"))
                ),
            ),
            free=True,
        ),
        Block(
            "new",
            (
                Column("account", "Account", "choice", 26, choices="accounts"),
                Column("kind", "Rests on", "choice", 13, choices="kinds"),
                Column("family", "Product family", "choice", 14, choices="families"),
                Column("size", "Whitespace size", "amount", 13, fixed=True),
                Column("idea", "Idea", width=30, help="What we offer, and why now"),
                Column("outcome", "Their outcome it serves", width=28),
                *amount_columns(ahead),
            ),
            free=True,
        ),
        Block("territory", (Column("topic", "Topic", width=30, fixed=True), Column("text", "Your words", span=7))),
        Block(
            "unnamed",
            (
                Column("family", "Product family", "choice", 30, choices="families"),
                Column("note", "What it could be, where you look", span=3),
                *amount_columns(ahead),
            ),
            free=True,
        ),
        Block("section", (Column("topic", "Section", width=34, fixed=True), *_views())),
        Block("objective", (Column("topic", "Objective", fixed=True), Column("text", "The end result that we want", span=9))),
        Block(
            "strategy",
            (
                Column("topic", "Strategy", fixed=True),
                Column("strategy", "Which objective of our sales strategy it serves", "choice", span=9, choices="objectives"),
            ),
        ),
        Block(
            "outcome",
            (
                Column("outcome", "What they want to achieve", span=4),
                Column("by_on", "By when", "date"),
                Column("priority", "Priority (1 = first)", "count", choices="priorities"),
                Column("risk_tolerance", "Risk tolerance", "choice", choices="tolerances"),
            ),
            free=True,
        ),
        Block(
            "person",
            (
                Column("name", "Name"),
                Column("title", "Title"),
                Column("role", "Role in buying"),
                Column("influence", "Influence 0–1", "share"),
                Column("support", "Support -1–1", "support"),
                Column("our_contact", "Our contact"),
                Column("known", "Known?", "choice", choices="yes_no"),
                Column("gap", "The gap"),
                Column("how", "How we close it"),
                Column("by_on", "By when", "date"),
            ),
            free=True,
        ),
        Block(
            "action",
            (
                Column("objective", "Objective it serves", span=2),
                Column("action", "Action", span=3),
                *action[1:],
                Column("done_on", "Done on", "date"),
            ),
            free=True,
        ),
        Block(
            "risk",
            (Column("risk", "Risk, barrier or limit", span=4), Column("answer", "Our answer", span=5), Column("owner", "Owner")),
            free=True,
        ),
        Block(
            "verified",
            (Column("by", "Verified by whom (their side)", span=4), Column("on", "On", "date")),
            free=True,
        ),
    )  # fmt: skip
    return {block.name: block for block in made}


def _views() -> tuple[Column, Column]:
    return Column("ours", "Our view", span=4), Column("theirs", "The customer's view", span=5)


#: Topics of the territory sheet: the document's field, its title, its question.
TOPICS = {
    "approach": ("Approach", "How will you work this territory this year?"),
    "priorities": ("Priorities", "Which accounts come first, and which do you leave?"),
    "help_wanted": ("Help wanted", "What do you need from others: service, marketing, product, management?"),
    "note": ("Note", "Anything else your manager should know."),
}

#: Rows of the blocks of a key account's sheet that are left blank for the rep.
BLANK_ROWS = {"outcome": 4, "person": 4, "action": 6, "risk": 4, "verified": 2}


def section_title(key: str) -> tuple[str, str, str]:
    """Title and the two questions of a section."""
    return SECTIONS[key]  # type: ignore[index]


def lists(
    accounts: Sequence[str], families: Sequence[str], horizon: Horizon, rules: object
) -> dict[str, tuple[str, ...]]:
    """The lists to choose from, by name."""
    return {
        "accounts": tuple(accounts),
        "families": tuple(families),
        "periods": (*horizon.open, *horizon.later),
        "kinds": tuple(KINDS_OF_NEW),
        "functions": tuple(getattr(rules, "functions", ())),
        "objectives": tuple(getattr(rules, "objectives", ())),
        "channels": tuple(getattr(rules, "channels", ())),
        "tolerances": RISK_TOLERANCE,
        "yes_no": YES,
        "priorities": PRIORITIES,
    }


def _short(period: str) -> str:
    return period.partition("-")[2] or period

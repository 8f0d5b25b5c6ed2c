"""The seeded generator: the twelve territories with the stories first, then further territories in runs of bounded size."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbook.files import write_text
from workbook.rules.company import CompanyRules
from workbook.rules.reader import as_toml
from workbook.sample import deals as dealing
from workbook.sample import orders as ordering
from workbook.sample import phantoms, stories, touches
from workbook.sample.account_tables import accounts_frame, ownership_frame
from workbook.sample.accounts import CORE as CORE_NATURE
from workbook.sample.accounts import Accounts, accounts_of
from workbook.sample.company import CORE, DAYS, Company, company, day
from workbook.sample.days import dates, only
from workbook.sample.targets import targets_frame
from workbook.sample.words import COMPANY, FAMILIES
from workbook.sample.writing import Writer, writing

#: Above so many accounts the tables are Parquet.
CSV_LIMIT = 50_000
#: Territories of a run, about 25,000 accounts.
RUN = 50
_COLUMNS: dict[str, tuple[str, ...]] = {
    "territories": ("territory_id", "name", "parent_id", "manager_rep_id"),
    "reps": ("rep_id", "name", "territory_id", "email", "manager_rep_id", "role", "hired_on", "left_on",
             "selling_hours_per_week", "cost_per_hour", "on_target_earnings"),
    "accounts": ("account_id", "name", "territory_id", "status", "parent_account_id", "industry", "employees",
                 "annual_revenue", "country", "region", "city", "latitude", "longitude", "potential_amount", "fit_score",
                 "nps", "nps_on", "incumbent", "prefers_channel", "created_on", "disqualified_on"),
    "ownership": ("account_id", "rep_id", "role", "from_on", "to_on", "share"),
    "products": ("product_id", "name", "family", "list_price"),
    "sales": ("account_id", "booked_on", "amount", "product_id", "rep_id"),
    "contacts": ("contact_id", "account_id", "name", "title", "role", "influence", "support", "last_contact_on", "owner_rep_id"),
    "opportunities": ("opportunity_id", "account_id", "stage", "status", "amount", "created_on", "close_on", "closed_on",
                      "probability", "product_id", "rep_id", "next_step", "next_step_on", "pushes"),
    "activities": ("activity_id", "account_id", "rep_id", "kind", "done_on", "due_on", "contact_id", "opportunity_id",
                   "minutes", "source", "subject", "outcome", "created_on", "series_id"),
    "targets": ("territory_id", "period", "amount", "product_family"),
}  # fmt: skip


@dataclass
class _Totals:
    """What the runs leave behind for the tables of the whole company."""

    sold: np.ndarray[Any, np.dtype[np.int64]]
    recent: np.ndarray[Any, np.dtype[np.int64]]
    by_family: np.ndarray[Any, np.dtype[np.int64]]
    contacts: int = 0
    deals: int = 0
    acts: int = 0
    series: int = 0
    labels: list[dict[str, Any]] = field(default_factory=list)
    core: tuple[Accounts, pd.DataFrame, pd.DataFrame, pd.DataFrame] | None = None


def write_sample(
    folder: Path, *, accounts: int = CORE, seed: int = 1, progress: Callable[[int, int], None] | None = None
) -> dict[str, int]:
    """Write the sample book into ``folder`` (``book.toml``, ``tables/``, ``stories.json``); returns rows per kind.

    The same arguments give the same bytes. CSV up to 50,000 accounts, Parquet above. ``progress`` is told after each run
    how many accounts of how many are there.
    """
    firm = company(accounts, seed)
    count = len(firm.territories)
    totals = _Totals(
        sold=np.zeros((count, 4), dtype=np.int64),
        recent=np.zeros(count, dtype=np.int64),
        by_family=np.zeros(len(FAMILIES), dtype=np.int64),
    )
    with writing(folder / "tables", _COLUMNS, parquet=accounts > CSV_LIMIT) as write:
        write("territories", firm.nodes)
        write("reps", firm.people)
        write("products", ordering.PRODUCTS)
        first = 0
        for number, run in enumerate(_runs(count)):
            first += _run(firm, number, run, first, totals, write)
            if progress:
                progress(first, accounts)
        targets = targets_frame(firm, totals.sold[:, :3], totals.recent, totals.by_family)
        write("targets", targets)
    assert totals.core is not None
    made, lines, found, acts = totals.core
    told = {
        "seed": seed, "accounts": accounts, "as_of": "2026-06-30", "synthetic": True,
        "stories": stories.told(made, firm, lines, found, acts, targets), "activities": totals.labels,
    }  # fmt: skip
    write_text(folder / "stories.json", json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    write_text(folder / "book.toml", book_toml())
    return {"accounts": accounts, "territories": len(firm.territories), "reps": len(firm.people),
            "contacts": totals.contacts, "opportunities": totals.deals, "activities": totals.acts}  # fmt: skip


#: What the sample company's sales strategy wants of its accounts.
STRATEGY = (
    "Grow service contracts with pump customers",
    "Win a second site of each large account",
    "Move spare parts to yearly agreements",
    "Replace competitors in water treatment",
    "Hold the base without discounts",
)


def book_toml() -> str:
    """The sample's ``book.toml``: whose book it is, and what its sales strategy wants; every other rule stands at its default."""
    rules = CompanyRules(name=COMPANY, fiscal_year=2026, as_of=date(2026, 6, 30), sample=True)
    return (
        as_toml("book", rules)
        + "\n[plans]\n# objectives that the sales strategy names; each account plan says which one it serves\nobjectives = [\n"
        + "".join(f'    "{objective}",\n' for objective in STRATEGY)
        + "]\n"
        + "\n# Every other rule stands at its default. `workbook new DIR` writes them all out, with comments.\n"
    )


def _runs(count: int) -> Iterator[range]:
    yield range(12)
    for start in range(12, count, RUN):
        yield range(start, min(count, start + RUN))


def _run(firm: Company, number: int, run: range, first: int, totals: _Totals, write: Writer) -> int:
    rng = [np.random.default_rng([firm.seed, 100 + number, part]) for part in range(9)]
    made = accounts_of(firm, run, first, rng[0])
    if number == 0:
        stories.plant(made, firm, rng[1])
    found = dealing.deals(made, firm, rng[2])
    won = found[(found["status"] == 1)].rename(columns={"end": "day"})[["row", "day", "amount", "product"]]
    lines = ordering.orders(made, firm, won, rng[3])
    found = found[found["end"] >= dealing.FIRST_KEPT].reset_index(drop=True)
    known = touches.people(made, firm, rng[4])
    acts = _activities(made, found, known, firm, rng[5])
    deal_ids = _ids("O", totals.deals, len(found), 4 * firm.accounts)
    contact_ids = _ids("C", totals.contacts, int(known.count.sum()), 4 * firm.accounts)
    act_ids = _ids("V", totals.acts, len(acts), 16 * firm.accounts)
    bought = np.zeros(len(made), dtype=bool)
    bought[lines["row"].to_numpy()] = True
    since = lines.groupby("row")["day"].min().reindex(range(len(made)), fill_value=DAYS).to_numpy()
    write("accounts", accounts_frame(made, firm, bought, rng[6]))
    write("ownership", ownership_frame(made, firm, since, rng[7]))
    write("sales", ordering.sales_frame(lines, made, firm))
    write("opportunities", dealing.opportunities_frame(found, deal_ids, made, firm))
    write("contacts", touches.contacts_frame(known, acts, contact_ids, made, firm))
    write("activities", _activities_frame(acts, act_ids, contact_ids, deal_ids, made, firm, totals.series))
    totals.labels += stories.ranges(acts, act_ids, firm.rep_ids)
    _add(totals, lines, made)
    totals.deals += len(found)
    totals.contacts += len(contact_ids)
    totals.acts += len(acts)
    totals.series += int(acts["series"].max()) + 1
    if number == 0:
        totals.core = (made, lines, found, acts)
    return len(made)


def _activities(
    made: Accounts, found: pd.DataFrame, known: touches.People, firm: Company, rng: np.random.Generator
) -> pd.DataFrame:
    ordinary = touches.touches(made, found, known, rng)
    parts = [ordinary.sort_values(["done", "row"], kind="stable"), touches.next_tasks(found, made, known, rng)]
    solid = (made.nature == CORE_NATURE) & (known.count > 0) & made.worked
    solid &= (made.before < 0) | (made.moved < day("2025-08-01"))
    if 0 in made.territory:
        quiet = made.special["neglected"]
        for place, position in ((6, 0), (7, 1)):
            rep = firm.territories[place].reps[position]
            best = np.flatnonzero(solid & (made.owner == rep))
            parts.append(
                touches.weekly_calls(best[np.argsort(-made.potential[best], kind="stable")[:4]], made, known, rng)
            )
        rep = firm.territories[0].reps[0]
        parts.append(
            touches.call_days(
                np.flatnonzero((made.owner == rep) & (known.count > 0) & made.worked)[:18], made, known, rng
            )
        )
        cases = [(kind, firm.territories[t].reps[r], n) for kind, t, r, n in stories.PHANTOMS]
    else:
        quiet = np.zeros(0, dtype=np.int64)
        reps = np.unique(made.owner)
        kinds = list(phantoms.MAKERS)
        chosen = reps[rng.random(len(reps)) < 0.08]
        cases = [(kinds[int(rng.integers(len(kinds)))], int(rep), 24) for rep in chosen]
        for rep in reps[rng.random(len(reps)) < 0.1]:
            parts.append(touches.weekly_calls(np.flatnonzero(solid & (made.owner == rep))[:4], made, known, rng))
    for kind, rep, count in cases:
        mine = np.flatnonzero((made.owner == rep) & ~made.free & ~np.isin(np.arange(len(made)), quiet))
        idle = mine[~made.worked[mine]] if (~made.worked[mine]).sum() >= count else mine
        rows = np.sort(rng.permutation(idle)[:count])
        parts.append(phantoms.MAKERS[kind](rows, rng).assign(rep=rep))
    return _numbered(parts)


def _numbered(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """The parts one after the other, the series numbered through."""
    at, numbered = 0, []
    for part in parts:
        if len(part):
            numbered.append(part.assign(series=np.where(part["series"] >= 0, part["series"] + at, -1)))
            at += int(part["series"].max()) + 1
    return pd.concat([p[list(touches.COLUMNS)] for p in numbered], ignore_index=True)


def _activities_frame(
    acts: pd.DataFrame, ids: Any, contact_ids: Any, deal_ids: Any, made: Accounts, firm: Company, series: int
) -> pd.DataFrame:
    number = acts["series"].to_numpy() + series + 1
    every = np.array([f"S-{i:04d}" for i in range(int(number.max()) + 2)], dtype=object)
    return pd.DataFrame(
        {
            "activity_id": ids,
            "account_id": made.ids[acts["row"].to_numpy()],
            "rep_id": firm.rep_ids[acts["rep"].to_numpy()],
            "kind": np.array(touches.KINDS, dtype=object)[acts["kind"].to_numpy()],
            "done_on": dates(acts["done"].to_numpy()),
            "due_on": dates(acts["due"].to_numpy()),
            "contact_id": _taken(contact_ids, acts["contact"].to_numpy()),
            "opportunity_id": _taken(deal_ids, acts["deal"].to_numpy()),
            "minutes": acts["minutes"].to_numpy(),
            "source": np.where(acts["system"], "system", "person"),
            "subject": acts["subject"].to_numpy(),
            "outcome": acts["outcome"].replace("", None).to_numpy(),
            "created_on": dates(acts["created"].to_numpy()),
            "series_id": only((acts["series"] >= 0).to_numpy(), every[np.maximum(number, 0)]),
        }
    )


def _taken(ids: Any, places: Any) -> Any:
    return only(places >= 0, ids[places]) if len(ids) else np.full(len(places), None, dtype=object)


def _ids(letter: str, start: int, count: int, at_most: int) -> np.ndarray[Any, np.dtype[np.object_]]:
    width = max(4, len(str(at_most)))
    return np.array([f"{letter}-{i:0{width}d}" for i in range(start + 1, start + count + 1)], dtype=object)


def _add(totals: _Totals, lines: pd.DataFrame, made: Accounts) -> None:
    year = np.searchsorted(
        [day("2024-01-01"), day("2025-01-01"), day("2026-01-01")], lines["day"].to_numpy(), side="right"
    )
    np.add.at(totals.sold, (made.territory[lines["row"].to_numpy()], year), lines["amount"].to_numpy())
    late = lines[lines["day"] > DAYS - 365]
    np.add.at(totals.recent, made.territory[late["row"].to_numpy()], late["amount"].to_numpy())
    family = np.array([list(FAMILIES).index(f) for f in ordering.PRODUCTS["family"]])[lines["product"].to_numpy()]
    np.add.at(totals.by_family, family[year == 2], lines["amount"].to_numpy()[year == 2])

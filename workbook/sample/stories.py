"""Planting the stories, and the facts about them that a test can check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from workbook.sample.accounts import CORE as CORE_NATURE
from workbook.sample.accounts import NATURES, WORKED, Accounts, Ints
from workbook.sample.company import DAYS, Company, hired_days
from workbook.sample.days import UNKNOWN
from workbook.sample.targets import SHORT
from workbook.sample.touches import HONEST, PHANTOM

#: Phantom kinds of the core: position of the territory, of the rep within it, accounts touched.
PHANTOMS = (
    ("fixed interval", 8, 0, 60),
    ("bulk created", 0, 1, 24),
    ("bulk closed", 3, 1, 24),
    ("never closed", 4, 0, 14),
    ("due date pushed", 6, 1, 26),
    ("logged by system", 1, 2, 22),
)
FILTRATION = 2


def plant(made: Accounts, company: Company, rng: np.random.Generator) -> None:
    """Arrange the core's accounts so that the stories are there (changes ``made``, which its maker owns)."""
    size = made.potential * made.wallet
    held = np.flatnonzero(made.owner == company.sitter)
    candidates = held[np.isin(made.nature[held], (CORE_NATURE,))]
    made.worked[held] = False
    made.special["worked"] = np.sort(rng.permutation(candidates)[:WORKED])
    made.worked[made.special["worked"]] = True
    cold = np.flatnonzero(made.owner == company.newcomer)
    made.worked[cold[3:]] = False
    made.buys[cold[4:]] = False
    veteran = hired_days(company)[made.owner] < 0
    single = np.flatnonzero((made.territory == 1) & (made.nature == CORE_NATURE) & veteran)
    one = single[np.argmax(size[single])]
    made.potential[one], made.wallet[one], made.orders[one] = 1_650_000, 0.66, 16
    made.start[one], made.end[one], made.parent[one], made.before[one] = 0, DAYS, -1, -1
    made.growth[one] = 0.05
    made.special["single"] = np.array([one])
    _family(made, company, one, rng)
    third = np.flatnonzero((made.territory == 2) & (made.parent != one) & ~made.free)
    best = third[np.argsort(-made.potential[third], kind="stable")[:24]]
    sold = third[np.argsort(-size[third], kind="stable")[:16]]
    made.special["neglected"] = np.union1d(best, sold)


def _family(made: Accounts, company: Company, taken: int, rng: np.random.Generator) -> None:
    """A head in Illinois and six subsidiaries elsewhere, all regular buyers of filtration but the one in Georgia and Florida."""
    members: list[int] = []
    for territory in (6, 6, 5, 0, 3, 10, 4):
        here = (made.territory == territory) & (made.nature == CORE_NATURE)
        here &= ~np.isin(np.arange(len(made)), [*members, taken])
        pool = np.flatnonzero(here)
        members.append(int(pool[np.argsort(-made.potential[pool], kind="stable")[min(2, len(pool) - 1)]]))
    head, subs = members[0], np.array(members[1:])
    everyone = np.array(members)
    inside = np.isin(made.parent, everyone)
    made.parent[inside] = -1
    made.parent[head], made.parent[subs] = -1, head
    made.potential[everyone] = rng.uniform(90e3, 220e3, len(everyone))
    made.potential[head] = 420e3
    made.wallet[everyone], made.orders[everyone] = 0.6, 12
    made.start[everyone], made.end[everyone], made.growth[everyone] = 0, DAYS, 0.06
    made.industry[everyone] = 0
    basket = np.array([1.0, 0.8, 2.2, 0.3, 0.4])
    made.basket[everyone] = basket
    made.basket[members[-1], FILTRATION] = 0.0
    made.special["family"], made.special["gap"] = everyone, np.array([members[-1]])


def ranges(acts: pd.DataFrame, ids: np.ndarray[Any, Any], rep_ids: np.ndarray[Any, Any]) -> list[dict[str, Any]]:
    """Labels of activities as ranges of ids: every row that is not in a range is ordinary honest work."""
    labelled = acts[acts["label"] != HONEST]
    key = labelled["why"].astype(str) + "|" + labelled["rep"].astype(str)
    found = []
    for name, part in labelled.groupby(key.to_numpy(), sort=False):
        places = part.index.to_numpy()
        if len(places) != places[-1] - places[0] + 1:
            raise AssertionError(f"rows of {name} are not together")
        found.append(
            {
                "label": "phantom" if part["label"].iloc[0] == PHANTOM else "honest_recurring",
                "kind": str(part["why"].iloc[0]),
                "rep_id": str(rep_ids[part["rep"].iloc[0]]),
                "first": str(ids[places[0]]),
                "last": str(ids[places[-1]]),
                "rows": len(places),
            }
        )
    return found


def told(
    made: Accounts,
    company: Company,
    lines: pd.DataFrame,
    found: pd.DataFrame,
    acts: pd.DataFrame,
    targets: pd.DataFrame,
) -> list[dict[str, Any]]:
    """The stories of the core with their facts; amounts in minor units, as of the sample's day."""
    ids, reps, node = made.ids, company.rep_ids, [t.node for t in company.territories]
    year = lines[lines["day"] > DAYS - 365].groupby("row")["amount"].sum().reindex(range(len(made)), fill_value=0)
    real = acts[(acts["label"] != PHANTOM) & (acts["done"] > UNKNOWN)]
    last = real.groupby("row")["done"].max().reindex(range(len(made)), fill_value=UNKNOWN).to_numpy()
    open_ = found[found["status"] == 0].groupby("row")["amount"].sum().reindex(range(len(made)), fill_value=0)
    held = np.flatnonzero(made.owner == company.sitter)
    one, head, gap = int(made.special["single"][0]), int(made.special["family"][0]), int(made.special["gap"][0])
    short = np.flatnonzero(made.territory == SHORT)
    target = int(targets[(targets["territory_id"] == node[SHORT]) & (targets["period"] == "FY2026")]["amount"].iloc[0])
    cold = np.flatnonzero(made.owner == company.newcomer)
    rest = made.special["neglected"]
    return [
        _story("sitter", "A rep who sits on 300 accounts and works 20", node[8], reps[company.sitter], _ids(ids, held[made.worked[held]]),
               accounts=len(held), worked=int((last[held] > DAYS - 365).sum())),
        _story("single", "A large account with one contact and one manager", node[1], reps[made.owner[one]], [ids[one]],
               contacts=1, sales_12m_amount=int(year[one])),
        _story("family", "A family that buys filtration everywhere but in one subsidiary", node[6], reps[made.owner[head]],
               _ids(ids, made.special["family"]), head=ids[head], without=ids[gap], without_territory_id=node[4],
               product_family="Filtration"),
        _story("lumpy", "A territory of opportunistic and invest accounts only", node[9], None, [], **_mix(made, 9)),
        _story("all_core", "A territory of core accounts only", node[7], None, [], **_mix(made, 7)),
        _story("divest", "A territory heavy with divest accounts", node[11], None,
               _ids(ids, np.flatnonzero((made.territory == 11) & (made.nature == 4))), **_mix(made, 11)),
        _story("newcomer", "A new rep with a cold book", node[10], reps[company.newcomer], _ids(ids, cold),
               accounts=len(cold), sales_12m_amount=int(year[cold].sum()), touched=int((last[cold] > UNKNOWN).sum()),
               hired_on="2026-03-02"),
        _story("short", "A plan that does not add up to its target", node[SHORT], reps[company.territories[SHORT].reps[0]], [],
               target_amount=target, run_rate_amount=int(year[short].sum()), open_amount=int(open_[short].sum()),
               plan_to_target_share=0.7),
        _story("untouched", "High-value accounts that nobody has touched in 120 days", node[2], None, _ids(ids, rest),
               last_touch_days=int(DAYS - last[rest].max())),
        _story("leaver", "A rep who left, and whose accounts went to colleagues", node[4], reps[company.leaver], [],
               accounts=int((made.before == company.leaver).sum()), left_on="2025-10-31"),
        _story("free", "Accounts that nobody owns, for those who have room", None, None, _ids(ids, np.flatnonzero(made.free)),
               accounts=int(made.free.sum())),
        _story("phantom", "Recurring tasks that only reserve accounts", None, None, [],
               rows=int((acts["label"] == PHANTOM).sum()), kinds=[k for k, *_ in PHANTOMS]),
        _story("weekly", "Honest recurring work beside it: weekly calls, a day of calls", node[7], None, [],
               rows=int((~acts["label"].isin([HONEST, PHANTOM])).sum())),
    ]  # fmt: skip


def _story(key: str, title: str, node: str | None, rep: Any, members: list[str], **facts: Any) -> dict[str, Any]:
    return {
        "id": key, "title": title, "territory_id": node, "rep_id": None if rep is None else str(rep),
        "account_ids": members, "facts": facts,
    }  # fmt: skip


def _ids(ids: np.ndarray[Any, Any], rows: Ints) -> list[str]:
    return [str(i) for i in ids[rows]]


def _mix(made: Accounts, territory: int) -> Mapping[str, Any]:
    counts = np.bincount(made.nature[made.territory == territory], minlength=len(NATURES))
    return {"natures": {name: int(n) for name, n in zip(NATURES, counts, strict=True) if n}}

"""Opportunities: each deal has a fate and a cycle length; what has not ended by the as-of day is open."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.money import round_amounts
from workbook.sample.accounts import COLD, DIVEST, GROWER, INCUMBENT, NEW, STAR, Accounts, Bools, Floats, Ints
from workbook.sample.company import DAYS, Company, day
from workbook.sample.days import UNKNOWN, dates, only, working
from workbook.sample.orders import PRODUCTS, family_of, holder, product_in
from workbook.sample.words import NEXT_STEPS, STAGES, STATED_ODDS

#: By nature of the account: deals a year, deal size as a share of potential, log-odds of winning.
PER_YEAR = (1.25, 1.8, 1.5, 0.9, 0.06, 0.25, 1.6)
SIZE = (0.15, 0.08, 0.18, 0.12, 0.15, 0.30, 0.22)
ODDS = (0.35, 0.35, -0.9, -0.5, -0.3, -0.9, 0.2)
#: By product family: chance to win at even log-odds, median cycle in days.
WIN = (0.40, 0.46, 0.32, 0.24, 0.55)
CYCLE = (120, 80, 160, 220, 60)
#: The elapsed share of the cycle at which a deal enters each stage; where lost deals are lost; where won deals stood last.
ENTERS = (0.0, 0.2, 0.5, 0.8)
LOST_AT = (0.25, 0.30, 0.30, 0.15)
WON_AT = (0.01, 0.05, 0.16, 0.78)
#: Deals are made up from the first day on; those that ended before the second are sales, but no longer in the CRM.
FIRST_DEAL, FIRST_KEPT = day("2022-08-01"), day("2023-07-01")


def deals(made: Accounts, company: Company, rng: np.random.Generator) -> pd.DataFrame:
    """All deals of the run, sorted by the day created; days as numbers, accounts, reps and products as positions."""
    rate = np.array(PER_YEAR)[made.nature] * np.where(made.worked, 1.0, 0.12)
    rate = np.where(made.owner == company.newcomer, 0.03, np.where(made.free, 0.0, rate))
    begin = np.where(made.late, np.maximum(made.start, FIRST_DEAL), FIRST_DEAL)
    begin = np.where(made.nature == GROWER, day("2025-05-01"), begin)
    begin = np.where((made.nature == STAR) & (made.territory == 9), day("2025-12-01"), begin)
    count = rng.poisson(rate * (made.end - begin) / 365.0)
    rows = np.repeat(np.arange(len(made)), count)
    created = begin[rows] + (rng.random(len(rows)) * (made.end - begin)[rows]).astype(np.int64)
    new = np.flatnonzero(made.nature == NEW)
    first = np.concatenate([np.zeros(len(rows), dtype=bool), np.ones(len(new), dtype=bool)])
    rows = np.concatenate([rows, new])
    created = np.concatenate([created, made.start[new] - rng.integers(80, 150, len(new))])
    family = family_of(rows, made, rng)
    scale = 0.55 * rng.standard_normal(len(rows))
    amount = np.maximum(900.0, np.array(SIZE)[made.nature[rows]] * made.potential[rows] * np.exp(scale))
    odds = np.log(np.array(WIN) / (1 - np.array(WIN)))[family] + np.array(ODDS)[made.nature[rows]]
    skill = np.random.default_rng([company.seed, 7]).normal(0, 0.3, len(company.people))
    odds += skill[made.owner[rows]] - 0.18 * np.log(amount / 15_000)
    wins = first | (rng.random(len(rows)) < 1 / (1 + np.exp(-odds)))
    slow = np.where(made.nature[rows] == INCUMBENT, 1.6, 1.0) * (amount / 15_000) ** 0.15
    cycle = np.maximum(9.0, np.array(CYCLE)[family] * slow * np.exp(0.35 * rng.standard_normal(len(rows))))
    frame = pd.DataFrame(
        {"row": rows, "created": created, "family": family, "wins": wins, "first": first, "cycle": cycle}
    )
    frame["amount"] = round_amounts(amount / 50) * 5_000
    frame["product"] = product_in(family, rng)
    _ends(frame, made, rng)
    frame["rep"] = holder(rows, np.minimum(frame["end"].to_numpy(), DAYS), made)
    if 5 in made.territory:
        frame = _starved(frame, made, rng)
    return frame.sort_values(["created", "row"], kind="stable", ignore_index=True)


def _ends(frame: pd.DataFrame, made: Accounts, rng: np.random.Generator) -> None:
    """Add the day a deal ends, its status and stage, the expected close, pushes (of this function's own frame)."""
    count, wins = len(frame), frame["wins"].to_numpy()
    created, cycle = frame["created"].to_numpy(), frame["cycle"].to_numpy()
    lost_at = rng.choice(4, count, p=LOST_AT)
    edges = np.array([*ENTERS, 1.1])
    share = edges[lost_at] + rng.random(count) * (edges[lost_at + 1] - edges[lost_at])
    life = np.where(wins, cycle, 1.25 * share * cycle).clip(4)
    end = created + life.astype(np.int64)
    first = frame["first"].to_numpy()
    end = working(np.where(first, made.start[frame["row"].to_numpy()], end))
    end = np.maximum(end, created)
    stands = np.searchsorted(edges[1:4], (DAYS - created) / cycle, side="right")
    stage = np.where(end > DAYS, np.where(wins, stands, np.minimum(stands, lost_at)), lost_at)
    stage = np.where((end <= DAYS) & wins, rng.choice(4, count, p=WON_AT), stage)
    pushes = rng.poisson(np.where(wins, 0.45, 1.2))
    guess = created + (cycle * rng.uniform(0.75, 1.35, count)).astype(np.int64) + 12 * pushes
    late = (end > DAYS) & (guess <= DAYS) & (rng.random(count) < 0.85)
    guess = np.where(late, DAYS + rng.integers(8, 120, count), guess)
    frame["end"], frame["stage"] = end, stage
    frame["status"] = np.where(end > DAYS, 0, np.where(wins, 1, 2))
    frame["close"] = np.where(end > DAYS, guess, np.maximum(end - rng.integers(0, 20, count), created))
    frame["pushes"] = pushes + late


def _starved(frame: pd.DataFrame, made: Accounts, rng: np.random.Generator) -> pd.DataFrame:
    """The story of the plan that does not add up: Ohio and Michigan has hardly any open deals, and small ones."""
    here = (made.territory[frame["row"].to_numpy()] == 5) & (frame["status"].to_numpy() == 0)
    small = frame["amount"].where(~here, (frame["amount"] // 12_500 + 1) * 5_000)
    return frame.assign(amount=small)[~here | (rng.random(len(frame)) < 0.4)]


def opportunities_frame(
    found: pd.DataFrame, ids: npt.NDArray[np.object_], made: Accounts, company: Company
) -> pd.DataFrame:
    """The opportunities table."""
    rng = np.random.default_rng([company.seed, 13, int(made.numbers[0])])
    count, status = len(found), found["status"].to_numpy()
    is_open: Bools = status == 0
    stage = found["stage"].to_numpy()
    stated: Floats = np.clip(np.array(STATED_ODDS)[stage] + 0.05 * rng.integers(-1, 3, count), 0.05, 0.95)
    careful = np.where(found["rep"].to_numpy() % 5 == 0, 0.6, 0.95)
    steps: Bools = is_open & (rng.random(count) < careful) & made.worked[found["row"].to_numpy()]
    steps &= ~np.isin(made.nature[found["row"].to_numpy()], (DIVEST, COLD))
    ahead: Ints = DAYS + np.where(rng.random(count) < 0.85, rng.integers(2, 40, count), -rng.integers(5, 60, count))
    return pd.DataFrame(
        {
            "opportunity_id": ids,
            "account_id": made.ids[found["row"].to_numpy()],
            "stage": np.array(STAGES, dtype=object)[stage],
            "status": np.array(["open", "won", "lost"], dtype=object)[status],
            "amount": found["amount"].to_numpy(),
            "created_on": dates(found["created"].to_numpy()),
            "close_on": dates(found["close"].to_numpy()),
            "closed_on": dates(np.where(is_open, UNKNOWN, found["end"].to_numpy())),
            "probability": np.where(is_open, np.round(stated, 2), np.nan),
            "product_id": PRODUCTS["product_id"].to_numpy(dtype=object)[found["product"].to_numpy()],
            "rep_id": company.rep_ids[found["rep"].to_numpy()],
            "next_step": only(steps, np.array(NEXT_STEPS, dtype=object)[rng.integers(0, len(NEXT_STEPS), count)]),
            "next_step_on": dates(np.where(steps, working(ahead), UNKNOWN)),
            "pushes": found["pushes"].to_numpy(),
        }
    )

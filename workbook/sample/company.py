"""The sample company's tree of nodes and its people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbook.errors import UsageError
from workbook.sample.geography import REGIONS, TEAMS, TERRITORIES
from workbook.sample.words import COMPANY, FIRST, LAST

#: Accounts and reps of the twelve territories with the stories.
CORE_ACCOUNTS = (95, 85, 80, 75, 70, 72, 90, 55, 365, 60, 88, 65)
CORE_REPS = (3, 3, 2, 2, 2, 3, 3, 2, 3, 2, 3, 2)
CORE = sum(CORE_ACCOUNTS)
#: Beyond those, a territory has about so many accounts, and about so many of them are one rep's.
PER_TERRITORY, PER_REP = 500, 200
FIRST_DAY, AS_OF = np.datetime64("2023-01-01"), np.datetime64("2026-06-30")
DAYS = int((AS_OF - FIRST_DAY).astype(int))


@dataclass(frozen=True)
class Territory:
    """A leaf of the tree: how many accounts it has, and which reps (positions) work in it."""

    node: str
    name: str
    parent: str
    cities: int
    accounts: int
    reps: tuple[int, ...]


@dataclass(frozen=True)
class Company:
    """All nodes and people; positions of reps index ``rep_ids`` and ``people``."""

    accounts: int
    seed: int
    nodes: pd.DataFrame
    territories: tuple[Territory, ...]
    people: pd.DataFrame
    sitter: int
    newcomer: int
    leaver: int

    @property
    def rep_ids(self) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
        return self.people["rep_id"].to_numpy(dtype=object)


def hired_days(firm: Company) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Each person's first day as days since the first day of the sample's history (negative: before it)."""
    return (firm.people["hired_on"].to_numpy().astype("datetime64[D]") - FIRST_DAY).astype(np.int64)


def day(text: str) -> int:
    """A date as days since the first day of the sample's history."""
    return int((np.datetime64(text) - FIRST_DAY).astype(int))


def company(accounts: int, seed: int) -> Company:
    """The tree and the people of a company with so many accounts (at least 1,200, which the stories need)."""
    if accounts < CORE:
        raise UsageError(
            f"{accounts} accounts are too few for the sample's stories", remedy=f"Ask for {CORE} or more: --accounts N."
        )
    rng = np.random.default_rng([seed, 1])
    leaves, nodes, managers = _tree(accounts)
    people, reps_of = _people(leaves, managers, rng)
    territories = tuple(
        Territory(node, name, parent, number % len(TERRITORIES), count, reps_of[number])
        for number, (node, name, parent, count, _) in enumerate(leaves)
    )
    leaders = people[people["role"] == "manager"]
    lead = dict(zip(leaders["territory_id"], leaders["rep_id"], strict=True))
    nodes["manager_rep_id"] = [lead.get(n) if n in managers else None for n in nodes["territory_id"]]
    return Company(
        accounts,
        seed,
        nodes,
        territories,
        people,
        sitter=territories[8].reps[0],
        newcomer=territories[10].reps[2],
        leaver=len(people) - 2,
    )


def _tree(accounts: int) -> tuple[list[tuple[str, str, str, int, int]], pd.DataFrame, list[str]]:
    leaves = [
        (f"T-{i + 1:02d}", name, parent, CORE_ACCOUNTS[i], CORE_REPS[i])
        for i, (name, parent, _) in enumerate(TERRITORIES)
    ]
    rows: list[tuple[str, str, str | None]] = [("CO", COMPANY, None)]
    rows += [(node, name, "CO") for node, name in REGIONS] + [(node, name, up) for node, name, up in TEAMS]
    more = accounts - CORE
    count = -(-more // PER_TERRITORY)
    for extra in range(count):
        team, region = len(TEAMS) + 1 + extra // 5, len(REGIONS) + 1 + extra // 50
        if extra % 50 == 0:
            rows.append((f"R-{region}", f"Region {region}", "CO"))
        if extra % 5 == 0:
            rows.append((f"TM-{team}", f"Team {team}", f"R-{region}"))
        size = more // count + (extra < more % count)
        number = len(leaves) + 1
        name = f"{TERRITORIES[extra % len(TERRITORIES)][0]} {extra // len(TERRITORIES) + 2}"
        leaves.append(
            (
                f"T-{number:02d}",
                name,
                f"TM-{team}",
                size,
                max(1, round(size / PER_REP + (0.25 if extra % 2 else -0.25))),
            )
        )
    managers = [node for node, _, _ in rows]
    rows += [(node, name, up) for node, name, up, _, _ in leaves]
    return leaves, pd.DataFrame(rows, columns=["territory_id", "name", "parent_id"]), managers


def _people(
    leaves: list[tuple[str, str, str, int, int]], managers: list[str], rng: np.random.Generator
) -> tuple[pd.DataFrame, list[tuple[int, ...]]]:
    up = dict(zip([f"R-{i}" for i in range(1, len(managers) + 1)], ["CO"] * len(managers), strict=True))
    up |= {node: parent for node, _, parent in TEAMS}
    extra_teams = sorted((p for _, _, p, _, _ in leaves[12:]), key=lambda t: int(t.split("-")[1]))
    up |= {team: f"R-{len(REGIONS) + 1 + i // 10}" for i, team in enumerate(dict.fromkeys(extra_teams))}
    places = [*managers, *(leaf[0] for leaf in leaves for _ in range(leaf[4])), "R-1", "R-3", "T-05", "T-04"]
    count = len(places)
    width = max(2, len(str(count)))
    ids = [f"P-{i + 1:0{width}d}" for i in range(count)]
    at_node = dict(zip(managers, ids, strict=False))
    above = {leaf[0]: leaf[2] for leaf in leaves}
    boss = [at_node.get(up.get(p, "")) for p in managers]
    boss += [at_node[above[p]] if p in above else at_node[p] for p in places[len(managers) :]]
    order = rng.permutation(len(FIRST) * len(LAST))
    names = [f"{FIRST[k % len(FIRST)]} {LAST[k // len(FIRST)]}" for k in order[np.arange(count) % len(order)]]
    role = ["manager"] * len(managers) + ["rep"] * (count - len(managers) - 4)
    role += ["specialist", "specialist", "rep", "open position"]
    is_rep = np.array([r in ("rep", "open position") for r in role])
    hired = FIRST_DAY - rng.integers(40, 2600, count).astype("timedelta64[D]")
    recent = is_rep & (rng.random(count) < 0.2)
    reps_of: list[tuple[int, ...]] = []
    at = len(managers)
    for leaf in leaves:
        reps_of.append(tuple(range(at, at + leaf[4])))
        recent[at] = False
        at += leaf[4]
    hired[recent] = FIRST_DAY + rng.integers(20, 900, int(recent.sum())).astype("timedelta64[D]")
    hired -= (hired.astype("datetime64[D]").astype(np.int64) - 4) % 7  # Mondays
    hired[reps_of[8][0]] = np.datetime64("2017-05-15")
    hired[reps_of[10][2]] = np.datetime64("2026-03-02")
    hired[count - 2], hired[count - 1] = np.datetime64("2019-09-02"), np.datetime64("2026-10-01")
    left = np.full(count, np.datetime64("NaT"), dtype="datetime64[D]")
    left[count - 2] = np.datetime64("2025-10-31")
    names[count - 1] = "To be hired"
    pay = np.where(is_rep, 90_000 + 5_000 * rng.integers(0, 13, count), 150_000 + 10_000 * rng.integers(0, 8, count))
    people = pd.DataFrame(
        {
            "rep_id": ids,
            "name": names,
            "territory_id": places,
            "email": [
                f"{n.lower().replace(' ', '.')}{'' if i < len(order) else i}@larkfield.example"
                for i, n in enumerate(names)
            ],
            "manager_rep_id": boss,
            "role": role,
            "hired_on": hired.astype("datetime64[us]"),
            "left_on": left.astype("datetime64[us]"),
            "selling_hours_per_week": np.where(is_rep, rng.integers(18, 27, count), rng.integers(4, 12, count)) * 1.0,
            "cost_per_hour": np.where(is_rep, rng.integers(72, 106, count), rng.integers(120, 161, count)) * 100,
            "on_target_earnings": pay * 100,
        }
    )
    people.loc[count - 1, "email"] = None
    return people, reps_of

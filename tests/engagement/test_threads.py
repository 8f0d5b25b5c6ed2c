"""Large accounts on one thread, who could be the second, and the check of it, on the tiny book of conftest."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from tests.engagement.test_leaver import contacts
from workbook.engagement.cadence import Standing
from workbook.engagement.log import Log
from workbook.engagement.threads import roles_today, seconds, single_threaded, thread_checks
from workbook.rules.engagement import EngagementRules
from workbook.tables.frames import shaped
from workbook.tables.schema import TABLES
from workbook.tree import Tree

Make = Callable[[list[dict[str, Any]]], Log]
PLACES = pd.DataFrame(
    {"territory_id": ["CO", "TM", "T-1", "T-2"], "name": ["Tiny", "Team", "North", "South"],
     "parent_id": [None, "CO", "TM", "CO"], "manager_rep_id": ["P-9", "P-8", None, "P-3"]}
)  # fmt: skip


def test_large_accounts_on_one_thread(
    log_of: Make, standing_of: Callable[..., Standing], rules: EngagementRules
) -> None:
    # nine accounts, a tenth of them large: one, by value (equal potentials: the first); A-9 is key
    own = pd.DataFrame({"account_id": ["A-1", "A-9", "A-9"], "rep_id": ["P-1", "P-3", "P-2"], "role": ["owner", "owner", "sponsor"],
                        "from_on": "2024-01-01", "to_on": [None, None, None]})  # fmt: skip
    frame = standing_of(contacts=[1] * 9, is_key=[False] * 8 + [True])
    out = single_threaded(frame, log_of([]), contacts(("C-1", "A-1", None)), shaped(TABLES["ownership"], own), rules)
    assert out[["account_id", "people", "verdict", "has_sponsor"]].values.tolist() == [
        ["A-1", 1, "fail", False], ["A-9", 2, "warn", True],
    ]  # fmt: skip
    assert (
        out["sentence"][0]
        == "Large account, one contact, one of us on it. Name a senior lead. Name a specialist or second manager."
    )


def test_past_roles_and_old_touches_do_not_count(
    log_of: Make, standing_of: Callable[..., Standing], rules: EngagementRules
) -> None:
    own = pd.DataFrame({"account_id": ["A-1", "A-1"], "rep_id": ["P-1", "P-2"], "role": ["owner", "overlay"],
                        "from_on": "2024-01-01", "to_on": [None, "2025-01-01"]})  # fmt: skip
    log = log_of([{"account_id": "A-1", "rep_id": "P-3", "done_on": "2024-02-01"}])
    held = roles_today(shaped(TABLES["ownership"], own), log.today)
    out = single_threaded(standing_of(), log, None, held, rules)
    assert out.loc[0, ["people", "has_specialist"]].tolist() == [1, False]


def roles(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["account_id", "rep_id", "role", "territory_id"])


def single(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["account_id", "territory_id", "rep_id"])


def test_the_lead_is_the_nearest_manager_who_does_not_own_the_account() -> None:
    given = single(("A-1", "T-1", "P-1"), ("A-5", "T-1", "P-8"), ("A-8", "T-2", "P-3"))
    out = seconds(given, Tree.of(PLACES), PLACES, roles())
    assert out["lead_rep_id"].tolist() == ["P-8", "P-9", "P-9"]  # P-8 owns A-5 and P-3 owns A-8: the next one above
    assert out["lead_node"].tolist() == ["TM", "CO", "CO"]
    assert out["specialist_rep_id"].isna().all()


def test_a_sponsor_is_the_lead_and_an_overlay_the_specialist() -> None:
    held = roles(("A-1", "P-7", "sponsor", "T-1"), ("A-1", "P-6", "overlay", "T-1"), ("A-2", "P-5", "overlay", "T-1"),
                 ("A-3", "P-5", "overlay", "T-1"))  # fmt: skip
    out = seconds(
        single(("A-1", "T-1", "P-1"), ("A-4", "T-1", "P-1"), ("A-4", "T-1", "P-5")), Tree.of(PLACES), PLACES, held
    )
    assert out["lead_rep_id"].tolist() == ["P-7", "P-8", "P-8"]
    assert pd.isna(out["lead_node"][0])
    # who is on it; whoever is overlay on most others here; nobody where that is the owner
    assert out["specialist_rep_id"].tolist()[:2] == ["P-6", "P-5"]
    assert pd.isna(out["specialist_rep_id"][2])
    assert out["specialist_accounts"].tolist()[:2] == [1, 2]


def test_the_check_of_every_node() -> None:
    tree = Tree.of(PLACES)
    rows = pd.DataFrame(
        {"account_id": ["A-1", "A-2", "A-8"], "territory_id": ["T-1", "T-1", "T-2"], "is_key": [False, True, True],
         "value_amount": [500, 400, 300], "verdict": ["fail", "warn", "fail"]}
    )  # fmt: skip
    names = pd.Series({"A-1": "Ash", "A-2": "Birch", "A-8": "Cedar"})
    counts = tree.roll_up(np.array([{"T-1": 3, "T-2": 1}.get(str(n), 0) for n in tree.ids], dtype=np.int64))
    found = {c.subject: c for c in thread_checks(rows, names, counts, tree, "USD")}
    # T-1: A-1 hangs on both but is not key, A-2 is key but hangs on one: a warning; T-2: a key account on both
    assert {n: c.verdict for n, c in found.items()} == {"CO": "fail", "TM": "warn", "T-1": "warn", "T-2": "fail"}
    assert found["T-1"].sentence == (
        "2 of 3 large accounts hang on one contact or one of us, 1 of them on both: 9 USD of value. The largest is Ash. "
        "Who is the second?"
    )
    assert found["CO"].evidence is not None
    assert found["CO"].evidence["account_id"].tolist() == ["A-1", "A-2", "A-8"]
    fine = {c.subject: c for c in thread_checks(rows.iloc[:2], names, counts, tree, "USD")}
    assert fine["T-2"].verdict == "ok"

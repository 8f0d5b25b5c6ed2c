from collections.abc import Callable

import numpy as np
import pandas as pd

from tests.engagement.test_rotation import NAMES, kept, rooms
from workbook.engagement.cadence import Standing
from workbook.engagement.outside import outside
from workbook.engagement.rotation import rotation
from workbook.tree import Tree

TREE = Tree.of(
    pd.DataFrame(
        {
            "territory_id": ["CO", "R-1", "R-2", "T-1", "T-2", "T-3"],
            "name": list("abcdef"),
            "parent_id": [None, "CO", "CO", "R-1", "R-1", "R-2"],
        }
    )
)


def proposed(standing: Standing, room: pd.DataFrame, *leaving: str) -> pd.DataFrame:
    moves = rotation(standing, kept(standing, *leaving), np.full(9, 10.0), room, NAMES)
    return outside(standing, moves, room, TREE, NAMES)


def test_where_nobody_inside_has_room_the_nearest_outside_is_named(standing_of: Callable[..., Standing]) -> None:
    # Raj has room for A-1 only; Eve, of the same region, for one more. A-3 finds nobody at all.
    out = proposed(standing_of(), rooms(0, 10, 15), "A-1", "A-2", "A-3")
    assert out[["node", "account", "from_rep", "to_territory", "to_rep"]].to_numpy().tolist() == [
        ["R-1", "A-2", "P-1", "T-2", "P-3"]
    ]
    assert out["sentence"].iloc[0] == (
        "Nobody in T-1 has room; the next best outside it, Eve Lund (T-2), has 15 free hours."
    )


def test_further_away_is_asked_only_when_the_region_has_nobody(standing_of: Callable[..., Standing]) -> None:
    far = rooms(0, 0, 0)
    far = pd.concat(
        [far, pd.DataFrame({"rep_id": ["P-4"], "territory_id": "T-3", "free_hours": 40.0, "worked_share": 1.0})]
    )
    out = proposed(standing_of(), far.reset_index(drop=True), "A-1", "A-8")
    assert out[["node", "account", "to_rep"]].to_numpy().tolist() == [["CO", "A-1", "P-4"], ["CO", "A-8", "P-4"]]


def test_room_given_inside_is_not_given_twice(standing_of: Callable[..., Standing]) -> None:
    # Eve takes nothing inside T-2; Raj's ten hours go to A-1, so that A-8 of T-2 finds nobody.
    out = proposed(standing_of(), rooms(0, 10, 0), "A-1", "A-8")
    assert out.empty
    assert "node" in out


def test_an_account_is_not_proposed_to_the_rep_who_holds_it_from_elsewhere(
    standing_of: Callable[..., Standing],
) -> None:
    # A-1 lies in T-1 and is held by Eve (P-3), who sits in T-2 and has room: she is nobody's next best for her own account.
    held = standing_of(owner_rep_id=["P-3"] + ["P-1"] * 3 + ["P-2"] * 3 + ["P-3"] * 2)
    assert proposed(held, rooms(0, 0, 15), "A-1").empty
    assert proposed(held, rooms(0, 0, 15), "A-2")["to_rep"].tolist() == ["P-3"]


def test_a_rep_of_no_known_territory_is_not_asked(standing_of: Callable[..., Standing]) -> None:
    lost = rooms(0, 0, 15).replace({"territory_id": {"T-2": "T-9"}})
    assert proposed(standing_of(), lost, "A-1").empty

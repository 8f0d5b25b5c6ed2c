from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.engagement.cadence import Standing
from workbook.engagement.depth import _lorenz, books, depth, easy_wins, lorenz
from workbook.engagement.ledger import Ledger
from workbook.engagement.log import Log
from workbook.rules.engagement import EngagementRules
from workbook.tables.frames import blank, shaped
from workbook.tables.schema import TABLES

Make = Callable[[list[dict[str, Any]]], Log]


def touched(*accounts: str, rep: str = "P-1", day: str = "2026-06-20", **more: Any) -> list[dict[str, Any]]:
    return [{"account_id": a, "rep_id": rep, "done_on": day, **more} for a in accounts]


def test_held_against_worked(log_of: Make, standing_of: Callable[..., Standing], rules: EngagementRules) -> None:
    # P-1 holds A-1 to A-4; a touch by P-1 on P-2's A-5 works nobody's book; one from 2024 is too old to count
    rows = (
        touched("A-1", "A-1", "A-2", "A-5") + touched("A-3", day="2024-06-20") + touched("A-8", rep="P-3", kind="visit")
    )
    potential = pd.array([1000, 100, 100, 100, 100, 100, 100, 100, None], dtype="Int64")
    sits = replace(rules, sits_accounts=3, sits_worked_share=0.4)
    out = books(standing_of(potential_amount=potential), log_of(rows), sits).set_index("rep_id")
    assert out["accounts"].tolist() == [4, 3, 2]
    assert out["worked"].tolist() == [2, 0, 1]
    assert out["never"].tolist() == [1, 3, 1]
    assert out["high_value"].tolist() == [2, 0, 0]  # a fifth of nine accounts, by value
    assert out.loc["P-1", "touches_per_worked"] == 1.5
    assert out.loc["P-1", "recency_days"] == 10  # 10, 10 and 740 days
    assert np.isnan(out.loc["P-2", "recency_days"])
    assert out["sits"].tolist() == [False, True, False]
    assert out.loc["P-1", "sentence"] == (
        "Holds 4 accounts and worked 2 of them in the window (50%); 2 of 2 high-value ones worked."
    )


def deals(rows: list[tuple[str, str, int, str, str, str | None]]) -> Ledger:
    names = ["account_id", "status", "amount", "created_on", "closed_on", "rep_id"]
    frame = pd.DataFrame(rows, columns=names).assign(stage="x", close_on=None)
    frame.insert(0, "opportunity_id", [f"O-{i}" for i in range(len(frame))])
    shape = shaped(TABLES["opportunities"], frame)
    return Ledger(blank(TABLES["sales"]), shape, pd.Index([f"A-{i}" for i in range(1, 10)]))


def test_easy_wins_are_small_and_quick(standing_of: Callable[..., Standing], rules: EngagementRules) -> None:
    book = deals([
        ("A-1", "won", 10, "2026-05-01", "2026-05-03", "P-1"),  # small, 2 days
        ("A-2", "won", 10, "2026-01-01", "2026-05-01", None),  # small, slow; the owner's (P-1)
        ("A-5", "won", 90, "2026-05-01", "2026-05-02", "P-2"),  # quick, large
        ("A-5", "won", 10, "2024-05-01", "2024-05-03", "P-2"),  # before the window
        ("A-5", "lost", 10, "2026-05-01", "2026-05-03", "P-2"),
    ])  # fmt: skip
    wins = easy_wins(book, standing_of().frame["owner_rep_id"], 20634, rules)
    assert wins.values.tolist() == [["P-1", 2, 1], ["P-2", 1, 0]]
    assert easy_wins(deals([]), standing_of().frame["owner_rep_id"], 20634, rules).empty


@pytest.mark.parametrize(
    ("share", "touches", "style"),
    [(0.9, 8.0, "intensive"), (0.2, 8.0, "selective"), (0.9, 2.0, "broad-acre"), (0.2, 2.0, "thin")],
)
def test_styles(rules: EngagementRules, share: float, touches: float, style: str) -> None:
    book = pd.DataFrame({"rep_id": ["P-1"], "worked_share": [share], "touches_per_worked": [touches],
                         "contacts_per_worked": [1.0], "in_person_share": [0.5]})  # fmt: skip
    wins = pd.DataFrame({"rep_id": ["P-1"], "wins": [4], "easy_wins": [3]})
    out = depth(book, wins, rules).iloc[0]
    assert out["style"] == style
    assert out["low_hanging"] == (share < 0.5)
    assert out["easy_share"] == 0.75


def test_a_rep_without_wins_has_no_easy_share(rules: EngagementRules) -> None:
    book = pd.DataFrame({"rep_id": ["P-1"], "worked_share": [0.1], "touches_per_worked": [1.0],
                         "contacts_per_worked": [1.0], "in_person_share": [0.5]})  # fmt: skip
    out = depth(book, pd.DataFrame({"rep_id": pd.Series(dtype="str"), "wins": [], "easy_wins": []}), rules).iloc[0]
    assert pd.isna(out["easy_share"])
    assert not out["low_hanging"]
    assert out["sentence"].endswith("contacts per worked account.")


def test_the_lorenz_curve_by_hand(log_of: Make, standing_of: Callable[..., Standing], rules: EngagementRules) -> None:
    book = books(standing_of(), log_of([]), rules)
    curve = lorenz(book, standing_of(), log_of([]), rules)
    rows = curve[curve["measure"] == "accounts over reps"]
    assert rows["share"].round(4).tolist() == [0.0, 0.2222, 0.5556, 1.0]  # 2, 3 and 4 accounts of 9
    assert rows["gini"].iloc[0] == pytest.approx(4 / 27)  # (2·(1·2 + 2·3 + 3·4)) / (3·9) - 4/3
    assert "touches over accounts" not in set(curve["measure"])  # nothing was touched


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=300))
def test_lorenz_curves_grow_from_0_to_1_under_the_diagonal(values: list[int]) -> None:
    curve = _lorenz("x", np.array(values, dtype=np.int64))
    if not sum(values):
        assert curve.empty
        return
    assert curve["share"].iloc[[0, -1]].tolist() == [0.0, 1.0]
    assert (curve["share"].diff().dropna() >= 0).all()
    assert (curve["share"] <= curve["share_of_holders"] + 1e-9).all()
    assert -1e-9 <= curve["gini"].iloc[0] < 1

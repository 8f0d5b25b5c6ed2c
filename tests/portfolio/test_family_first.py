"""Among equals, what others of the family buy comes first."""

from __future__ import annotations

import pandas as pd
import pytest

from workbook.book import Book
from workbook.places import shipped
from workbook.portfolio.boards import family_first
from workbook.rules.portfolio import WhitespaceRules


def gaps(worth: list[int], kin: list[int]) -> pd.DataFrame:
    """Gaps of so much worth, best first; the accounts are a, b, c …"""
    return pd.DataFrame(
        {"account_id": list("abcdef")[: len(worth)], "penetration": 0.5, "gap_amount": [2 * w for w in worth],
         "family_members_buying": kin, "rank": range(1, len(worth) + 1)}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0.1, "cabedf"),  # 100, 95 and 90 are equal; so are 89 and 85, not under 80.1; 80 stands alone
        (0.0, "abcdef"),  # only what is exactly equal
        (0.5, "ceabdf"),  # all are
    ],
)
def test_equals_are_within_the_share_of_the_best_of_them(share: float, expected: str) -> None:
    rows = gaps([100, 95, 90, 89, 85, 80], [0, 0, 2, 0, 1, 0])
    assert "".join(family_first(rows, share)["account_id"]) == expected


def test_exactly_equal_ones_are_equal_at_any_share() -> None:
    assert "".join(family_first(gaps([50, 50, 40], [0, 3, 1]), 0.0)["account_id"]) == "bac"


def test_nothing_stays_nothing() -> None:
    assert family_first(gaps([], []), 0.1).empty


def test_the_share_is_a_share() -> None:
    with pytest.raises(ValueError, match="equal_share"):
        WhitespaceRules(equal_share=1.0)


def test_the_subsidiary_without_filtration_comes_first_in_its_territory() -> None:
    book = Book.open(shipped("data", "sample"))
    best = book.scoped("T-05").portfolio.whitespace_family_first.iloc[0]
    assert (best["account_id"], best["product_family"], best["family_members_buying"]) == ("A-0539", "Filtration", 6)
    rows = book.portfolio.whitespace
    worth = rows["penetration"] * rows["gap_amount"]
    tied = worth.groupby(worth).transform("size") > 1
    kin = (rows["family_members_buying"] > 0)[tied].groupby(worth[tied], sort=False)
    assert all(part.is_monotonic_decreasing for _, part in kin)  # exactly equal ones too

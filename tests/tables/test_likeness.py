"""Names that differ by a letter are found wherever the letter stands: the cheap look at halves loses none of them."""

from __future__ import annotations

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from workbook.tables.source import connect
from workbook.tables.validation.likeness import _neighbours

DB = connect()


def found(one: str, other: str) -> bool:
    """Whether two neighbours in either order are told as nearly the same."""
    for ends in ("starts", "ends"):
        DB.execute(f"create or replace temp table _by_{ends} (_row bigint, key varchar, place ubigint)")
        DB.execute(f"insert into _by_{ends} values (2, ?, null), (3, ?, null)", [one, other])
    pairs = " union ".join(_neighbours(ends, 1) for ends in ("starts", "ends"))
    return DB.execute(pairs).fetchall() == [(2, 3)]


def edited(word: str, at: int, how: str) -> str:
    """``word`` with one letter changed, left out, put in, or swapped with the next."""
    swapped = word[at + 1 : at + 2] + word[at : at + 1]
    middle = {"change": "7", "drop": "", "put in": "7" + word[at : at + 1], "swap": swapped}[how]
    return word[:at] + middle + word[at + (2 if how == "swap" else 1) :]


@settings(max_examples=300, deadline=None)
@given(st.text("abcdeж", min_size=7, max_size=20), st.integers(0, 19), st.sampled_from(["change", "drop", "put in", "swap"]))  # fmt: skip
@example("abcdeab", 2, "swap")
@example("abcdeabc", 3, "swap")
@example("abcdeabc", 4, "drop")
def test_one_letter_is_found_wherever_it_stands(word: str, at: int, how: str) -> None:
    assume(at < len(word) and edited(word, at, how) != word)
    assume(
        word.isascii() or how != "swap"
    )  # DuckDB counts bytes: two letters of two bytes each take more than one swap
    other = edited(word, at, how)
    same_end = word[:3] == other[:3] or word[-3:] == other[-3:]
    counts = word.isascii() or how == "put in" or word[at : at + 1].isascii()
    assume(same_end and counts)
    assert found(word, other)
    assert found(other, word)


def test_other_names_are_not_found() -> None:
    assert not found("norwoodmills", "harbourfoods")
    assert not found("abcdefgh", "abcdexyz")
    assert found("abcdefghijkl", "abcdxfghijkx")  # two letters, where the names are long and begin alike

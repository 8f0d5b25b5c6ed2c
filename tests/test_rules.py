"""Rules: written out and read back they are the same; what cannot be used is named, all at once."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

import pytest

from workbook.errors import RulesError
from workbook.rules import Rules, read_rules
from workbook.rules.reader import MOVED, as_toml, read, rule


@dataclass(frozen=True)
class Band:
    upto: float = rule(1.0, "upper end")
    name: str = rule("x", "its name")


@dataclass(frozen=True)
class Some:
    limit: int = rule(10_00, "a limit", amount=True)
    on: date | None = rule(None, "a day")
    most: int | None = rule(None, "another limit", amount=True)
    bands: tuple[Band, ...] = rule((Band(), Band(2.0, "y")), "bands")
    days: dict[str, int] = rule({"core": 30}, "days by class")
    deep: Band = rule(Band(3.0, 'q"uote'), "one band")


def test_the_default_rules_are_written_and_read_back_the_same(tmp_path: Path) -> None:
    (tmp_path / "book.toml").write_text(Rules().toml(), encoding="utf-8")
    assert read_rules(tmp_path / "book.toml") == Rules()
    assert read_rules(tmp_path / "book.toml").hash == Rules().hash


def test_nested_rules_round_trip() -> None:
    import tomllib

    assert read(Some, tomllib.loads(as_toml("some", Some()))["some"], where="some") == Some()


def test_amounts_are_written_in_major_units() -> None:
    assert read(Some, {"limit": 12.5}, where="some").limit == 1250


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(RulesError) as fault:
        read(Some, {"limt": 1, "on": "soon", "bands": [{"upto": "high"}], "days": {"core": "x"}}, where="some")
    for part in ("some.limt", "did you mean limit", "some.on", "some.bands[0].upto", "some.days.core"):
        assert part in str(fault.value)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"limit": "abc"}, "some.limit: 'abc' is not an amount"),
        ({"limit": ""}, "some.limit: '' is not an amount"),
        ({"limit": float("nan")}, "some.limit: 'nan' is not an amount"),
        ({"deep": {"upto": float("nan")}}, "some.deep.upto is nan, not float"),
        ({"deep": {"upto": True}}, "some.deep.upto is True, not float"),
    ],
)
def test_a_number_that_is_none_is_a_fault_of_its_key(given: dict[str, object], told: str) -> None:
    with pytest.raises(RulesError) as fault:
        read(Some, given, where="some")
    assert told in str(fault.value)


def test_an_amount_that_may_be_missing_is_one_when_it_is_given() -> None:
    assert [read(Some, {"most": m}, where="some").most for m in ("", 12.5)] == [None, 1250]


@pytest.mark.parametrize(
    "text", ["[book]\ncurrency = 'dollar'\n", "[book\n", "[book]\nfiscal_start_month = 13\n", "book = 3\n"]
)
def test_a_book_toml_that_cannot_be_used_is_a_rules_error(text: str, tmp_path: Path) -> None:
    (tmp_path / "book.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RulesError):
        read_rules(tmp_path / "book.toml")


def test_a_key_of_an_earlier_release_is_told_where_it_went(tmp_path: Path) -> None:
    (tmp_path / "book.toml").write_text("[territories.health]\nneglected_days = 60\n")
    with pytest.raises(RulesError, match=r"neglected_days is one rule with engagement\.coverage_days now: set that"):
        read_rules(tmp_path / "book.toml")


@pytest.mark.parametrize("path", MOVED.values())
def test_what_replaces_an_old_key_is_a_rule(path: str) -> None:
    section, name = path.split(".")
    assert name in {field.name for field in fields(getattr(Rules(), section))}

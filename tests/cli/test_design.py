"""``workbook design``: proposes, records what is accepted, writes files, refuses wrong use."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from tests.cli.test_targets_command import book  # noqa: F401 (fixture)
from workbook.book import Book
from workbook.cli.app import run

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The sample company, without what was made of it."""
    target = tmp_path_factory.mktemp("book") / "sample"
    shutil.copytree(SAMPLE, target, ignore=shutil.ignore_patterns("documents", ".cache", "*.sqlite*", "store*"))
    return target


def test_json_holds_moves_and_proof(folder, capsys):
    assert run(["design", "--book", str(folder), "--node", "T-08", "--seconds", "0.5", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["command"] == "design"
    assert {"account_id", "name", "from_rep", "to_rep", "reason", "undo_points", "not_before"} <= set(answer["rows"][0])
    summary = answer["summary"]
    assert summary["bound"] <= summary["objective"] + 1e-9
    assert summary["moved"] == len(answer["rows"])
    assert {"objective", "bound", "gap", "moved", "seconds"} <= set(summary)


def test_accepted_moves_are_recorded_once_and_written_for_the_crm(folder, tmp_path, capsys):
    base = ["design", "--book", str(folder), "--node", "T-12", "--seconds", "0.5"]
    assert run([*base, "--accept", "--by", "Kim Lee", "--on", "2026-07-01", "--out", str(tmp_path)]) == 0
    capsys.readouterr()
    moves = Book.open(folder).territories.moves
    assert len(moves) > 0
    assert set(moves["decided_by"]) == {"Kim Lee"}
    with (tmp_path / "owners.csv").open() as file:
        assert sorted(row["account_id"] for row in csv.DictReader(file)) == sorted(moves["account_id"])
    assert list(tmp_path.glob("hand-over-*.xlsx"))
    again = Book.open(folder).territories
    pending = again.pending_moves
    assert len(pending) == len(moves)
    owners = again.company.accounts.set_index("account_id")["rep_id"]
    assert (owners.reindex(pending["account_id"]).to_numpy() == pending["to_rep"].to_numpy()).all()


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--accept"], 2),
        (["--lock", "nobody"], 2),
        (["--pin", "A-0001"], 2),
        (["--across", "galaxy"], 2),
        (["--leaver", "P-999"], 2),
        (["--reunite", "A-9999"], 2),
        (["--split", "T-09"], 2),
        (["--split", "CO=2"], 2),
        (["--merge", "T-01"], 2),
        (["--split", "T-09=2", "--accept", "--by", "Kim"], 2),
        (["--merge", "T-01,T-02", "--fill", "P-09"], 2),
        (["--forbid", "A-0429=P-999"], 2),
        (["--leaver", "P-42"], 2),
        (["--node", "T-12", "--accept", "--by", "Kim", "--on", "2020-01-01"], 2),
        (["--node", "T-12", "--accept", "--by", "Kim", "--out", "/dev/null"], 2),
        (["--pin", "A-0129=P-24", "--pin", "A-0129=P-25"], 1),
        (["--pin", "A-0129=P-25", "--reunite", "A-0129=P-24"], 1),
        (["--leaver", "P-29", "--limit", "3", "--accept", "--by", "Kim"], 2),
        (["--by", "Kim"], 2),
        (["--refuse", "A-0001=no"], 2),
        (["--pin", "A-0001=P-09", "--forbid", "A-0001=P-09"], 1),
    ],
)
def test_wrong_use_and_clashing_wishes_end_with_their_codes(folder, options, code, capsys):
    assert run(["design", "--book", str(folder), "--seconds", "0.5", *options]) == code
    assert "error" in capsys.readouterr().err


def test_families_are_offered_and_brought_together(folder, capsys):
    assert run(["design", "--book", str(folder), "--seconds", "0.5", "--families", "--json"]) == 0
    offers = json.loads(capsys.readouterr().out)["summary"]["families"]
    assert len(offers) > 20
    first = offers[0]
    assert first["points"] == pytest.approx(first["moving_points"] + first["balance_points"])
    wish = f"{first['family_id']}={first['to_rep']}"
    assert run(["design", "--book", str(folder), "--seconds", "0.5", "--families", "--reunite", wish]) == 0
    told = capsys.readouterr().out
    assert f"{len(offers) - 1} families are with several reps" in told or f"--reunite {wish} " not in told


def test_a_territory_is_split_for_the_crm_and_nothing_is_recorded(folder, tmp_path, capsys):
    base = ["design", "--book", str(folder)]
    assert run([*base, "--split", "T-09=3", "--merge", "T-01,T-02", "--out", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "in 3 parts" in told
    assert "New England and New York Metro as one" in told
    with (tmp_path / "territories.csv").open() as file:
        assert {row["territory_id"] for row in csv.DictReader(file)} == {"T-01", "T-09-1", "T-09-2", "T-09-3"}
    assert run([*base, "--split", "T-09=2", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {"account_id", "territory_id"} == set(answer["rows"][0])


def test_only_the_moves_that_matter_most_are_printed_with_everybodys_name(folder, capsys):
    assert run(["design", "--book", str(folder), "--seconds", "0.5", "--rotate"]) == 0
    lines = capsys.readouterr().out.splitlines()
    moves = [line for line in lines if " → " in line and "From " in line]
    assert len(moves) == 40
    assert not any("another territory" in line for line in moves)
    assert re.match(r"and [\d,]+ more moves: ", lines[-1])


def test_why_nobody_receives_anything_is_said(folder, capsys):
    assert run(["design", "--book", str(folder), "--seconds", "0.5", "--fill", "P-29"]) == 0
    assert "Erik Ramos receives nothing: the book needs" in capsys.readouterr().out


def test_hundreds_of_moves_are_not_recorded_unless_the_number_is_named(folder, capsys):
    base = ["design", "--book", str(folder), "--seconds", "0.5", "--rotate", "--accept", "--by", "Kim Lee"]
    before = len(Book.open(folder).territories.moves)
    assert run(base) == 2
    assert "moves at once" in capsys.readouterr().err
    assert len(Book.open(folder).territories.moves) == before
    assert run([*base, "--limit", "7"]) == 0
    assert "they bring" in capsys.readouterr().out
    assert len(Book.open(folder).territories.moves) >= before + 7


def test_a_company_without_places_has_no_travel_to_tell_and_that_is_null(book: Path, capsys) -> None:  # noqa: F811
    """The tiny book has no latitudes: the share was NaN, which JSON does not know, and the command ended in a traceback."""
    assert run(["design", "--book", str(book), "--seconds", "0.5", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)["summary"]
    assert summary["travel_change_share"] is None
    assert summary["accounts"] == 7

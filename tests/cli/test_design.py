"""``workbook design``: proposes, records what is accepted, writes files, refuses wrong use."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

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
    assert {"account_id", "from_rep", "to_rep", "reason"} == set(answer["rows"][0])
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
        (["--pin", "A-0001=P-09", "--forbid", "A-0001=P-09"], 1),
    ],
)
def test_wrong_use_and_clashing_wishes_end_with_their_codes(folder, options, code, capsys):
    assert run(["design", "--book", str(folder), "--seconds", "0.5", *options]) == code
    assert "error" in capsys.readouterr().err

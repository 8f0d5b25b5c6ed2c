import json
from pathlib import Path

import pytest

from workbook.cli.app import run
from workbook.engagement.lists import LISTS
from workbook.places import shipped

SAMPLE = str(shipped("data", "sample"))


@pytest.mark.parametrize("name", sorted(LISTS))
def test_every_list_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert run(["lists", name, "--book", SAMPLE, "--node", "T-09", "--out", str(tmp_path), "--format", "csv"]) == 0
    assert (tmp_path / f"{name}.csv").read_text(encoding="utf-8-sig").startswith("rep,priority,account,")
    assert capsys.readouterr().out.splitlines()[0] == str(tmp_path / f"{name}.csv")


def test_json_holds_the_rows_of_one_rep(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lists", "--rep", "P-30", "--book", SAMPLE, "--out", str(tmp_path), "--format", "ics", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["summary"]["rows"] == len(answer["rows"]) > 0
    assert {row["rep_id"] for row in answer["rows"]} == {"P-30"}
    assert (tmp_path / "due.ics").read_bytes().count(b"BEGIN:VEVENT") == len(answer["rows"])


def test_an_unknown_list_or_format_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lists", "nope", "--book", SAMPLE, "--out", str(tmp_path)]) == 2
    assert "there is no list 'nope'" in capsys.readouterr().err
    assert run(["lists", "--format", "doc", "--book", SAMPLE, "--out", str(tmp_path)]) == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        (["--rep", "P-99"], "there is no rep 'P-99' in T-09"),
        (["--rep", "P-09"], "there is no rep 'P-09' in T-09"),  # sits in T-01
        (["--action", "dance"], "there is no action 'dance'. Use one of visit, call, message"),
        (["--class", "gold"], "there is no class 'gold'. Use one of core, invest"),
        (["--grade", "Z"], "there is no grade 'Z'. Use one of A, B, C, D"),
    ],
)
def test_what_nobody_has_is_refused_and_no_empty_list_written(
    wish: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["lists", "due", *wish, "--node", "T-09", "--book", SAMPLE, "--out", str(tmp_path)]) == 2
    assert told in capsys.readouterr().err
    assert not list(tmp_path.iterdir())

"""AdventureWorks: quotas that were really given, cascaded and tried against what was then sold."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.targets.conftest import adds_up
from workbook.book import Book
from workbook.cli.app import run
from workbook.targets.trial import quota_score, scores, trial

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "adventureworks"
pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def adventureworks(tmp_path_factory: pytest.TempPathFactory) -> Book:
    if not DATA.is_dir():
        pytest.skip("not there")
    folder = tmp_path_factory.mktemp("aw") / "book"
    assert run(["import", "--from", "adventureworks", "--book", str(folder), str(DATA)]) == 0
    return Book.open(folder)


def test_the_quotas_of_every_territory_and_quarter_are_kept_to_the_cent(adventureworks: Book) -> None:
    stage = adventureworks.targets
    rows = stage.allocation[(stage.allocation["layer"] == "target") & (stage.allocation["node_kind"] == "territory")]
    quarter = rows["period"].str[:7] + "Q" + ((rows["period"].str[-2:].astype(int) + 2) // 3).astype("str")
    made = rows.groupby([rows["node"], quarter])["amount"].sum()
    given = adventureworks.tables.targets.query("period.str.startswith('FY2020')").set_index(
        ["territory_id", "period"]
    )["amount"]
    assert len(given) == 56
    assert (made.reindex(given.index) == given).all()
    assert adds_up(stage)


def test_accounts_held_from_elsewhere_are_counted_and_told(adventureworks: Book) -> None:
    told = {c.subject: c.numbers["accounts"] for c in adventureworks.targets.checks if c.name == "held from elsewhere"}
    assert told == {"T-01": 16, "T-03": 25, "T-04": 38, "T-05": 5}


def test_bases_are_tried_with_what_was_known_then(adventureworks: Book) -> None:
    made = trial(adventureworks.facts, ("even", "headcount", "last_year"))
    table = scores(made).set_index("basis")
    assert set(made["year"]) == {"FY2019", "FY2020"}
    # quarter sums are finance's, whatever the basis
    for _, part in made.groupby(["year", "basis", "period"]):
        whole = adventureworks.tables.targets.query("territory_id == 'AW'").set_index("period")["amount"]
        assert part["cascaded_amount"].sum() == whole[part["period"].iloc[0]]
    assert (
        table.loc["headcount", "wape_to_sales"]
        < table.loc["last_year", "wape_to_sales"]
        < table.loc["even", "wape_to_sales"]
    )
    assert quota_score(made) < table["wape_to_sales"].min()  # people who set quotas knew more than any one basis
    before = made[(made["basis"] == "last_year") & (made["node"] == "T-07") & (made["period"] == "FY2019-Q1")]
    assert before["cascaded_amount"].iloc[0] == 0  # France had sold nothing before

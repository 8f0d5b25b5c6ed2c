"""The same arguments give the same bytes, at any size; what is committed is what the command makes."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.sample.conftest import Made
from workbook.errors import UsageError
from workbook.sample import write_sample
from workbook.tree import Tree

COMMITTED = Path(__file__).resolve().parents[2] / "data" / "sample"


def files(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.relative_to(folder).parts[0] in ("tables", "book.toml", "stories.json")
    }


def test_the_committed_sample_is_what_the_command_makes(tmp_path: Path) -> None:
    write_sample(tmp_path)
    assert files(tmp_path) == files(COMMITTED), "run: rm -r data/sample && workbook new data/sample --sample"


def test_the_committed_sample_is_at_most_3_mb() -> None:
    assert sum(map(len, files(COMMITTED).values())) <= 3_000_000


def test_another_seed_makes_another_company(tmp_path: Path) -> None:
    write_sample(tmp_path, seed=2)
    assert (tmp_path / "tables/sales.csv").read_bytes() != (COMMITTED / "tables/sales.csv").read_bytes()


def test_the_same_seed_makes_the_same_bytes_beyond_the_core(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_sample(tmp_path / name, accounts=2_345, seed=5)
    assert files(tmp_path / "a") == files(tmp_path / "b")


@pytest.mark.parametrize("accounts", [1_201, 1_700, 3_210])
def test_any_number_of_accounts_is_met(tmp_path: Path, accounts: int) -> None:
    write_sample(tmp_path, accounts=accounts, seed=4)
    made = Made.of(tmp_path)
    assert len(made.tables.accounts) == accounts
    assert made.tables.accounts["account_id"].is_unique
    assert made.tables.accounts["name"].is_unique
    assert set(made.tables.accounts["territory_id"]) == set(Tree.of(made.tables.territories).leaves())


def test_too_few_accounts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="1200 or more"):
        write_sample(tmp_path / "x", accounts=1_199)
    assert not (tmp_path / "x").exists()


def test_a_failure_leaves_no_table_half_written(tmp_path: Path) -> None:
    def stop(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_sample(tmp_path, progress=stop)
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


@pytest.mark.slow
def test_60_000_accounts_are_parquet_with_the_same_stories(tmp_path: Path) -> None:
    counts = write_sample(tmp_path, accounts=60_000, seed=7)
    assert sorted(p.suffix for p in (tmp_path / "tables").iterdir()) == [".parquet"] * 10
    made = Made.of(tmp_path)
    tables = made.tables
    assert len(tables.accounts) == 60_000
    assert len(tables.activities) == counts["activities"] > 9 * 60_000
    assert str(tables.sales["amount"].dtype) == "int64"
    assert tables.sales["amount"].min() < 0
    held = made.owners.loc[made.owners["rep_id"] == made.stories["sitter"]["rep_id"], "account_id"]
    real = made.real[made.real["account_id"].isin(held) & (made.real["done_on"] > "2025-06-30")]
    assert (len(held), real["account_id"].nunique()) == (300, 20)
    phantom = made.labelled.query("label == 'phantom'")
    assert 0.002 < len(phantom) / len(tables.activities) < 0.1
    assert phantom[["contact_id", "minutes", "outcome"]].isna().all().all()
    assert len(json.dumps(made.labels)) < 100_000
    tree, total = Tree.of(tables.territories), tables.targets[tables.targets["product_family"].isna()]
    year = total[total["period"] == "FY2026"].set_index("territory_id")["amount"]
    assert year[tree.leaves()].sum() == year[tree.root]
    assert pd.Index(tables.accounts["account_id"]).is_unique
    assert tables.sales["account_id"].isin(tables.accounts["account_id"]).all()

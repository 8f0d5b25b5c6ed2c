"""The sample is one whole, plausible book: keys hold, targets add up, sizes and shapes are those of a real company."""

from __future__ import annotations

import pandas as pd

from tests.sample.conftest import AS_OF, Made
from workbook.book import Book
from workbook.tables.schema import TABLES
from workbook.tree import Tree


def test_every_reference_points_at_a_row(made: Made) -> None:
    for name, table in TABLES.items():
        frame = made.tables[name]
        for column in table.columns:
            if column.refers_to:
                target = TABLES[column.refers_to]
                known = made.tables[column.refers_to][target.key[0]]
                assert frame[column.name].dropna().isin(known).all(), f"{name}.{column.name}"


def test_every_key_is_given_once_and_needed_cells_are_filled(made: Made) -> None:
    for name, table in TABLES.items():
        frame = made.tables[name]
        assert len(frame)
        if table.key:
            assert not frame.duplicated(list(table.key)).any(), name
        for column in table.columns:
            if column.filled:
                assert frame[column.name].notna().all(), f"{name}.{column.name}"
            if column.choices:
                assert frame[column.name].isin(column.choices).all(), f"{name}.{column.name}"


def test_ids_of_reps_nodes_and_accounts_never_collide(made: Made) -> None:
    ids = [*made.tables.territories["territory_id"], *made.tables.reps["rep_id"], *made.tables.accounts["account_id"]]
    assert len(ids) == len(set(ids))


def test_each_account_that_is_not_free_has_one_owner_at_a_time_and_always_one(made: Made) -> None:
    held = made.tables.ownership
    owners = held[held["role"] == "owner"].sort_values(["account_id", "from_on"])
    free = made.stories["free"]["account_ids"]
    assert sorted([*made.owners["account_id"], *free]) == sorted(made.tables.accounts["account_id"])
    same = owners["account_id"].eq(owners["account_id"].shift())
    assert (owners["from_on"] - owners["to_on"].shift())[same].eq(pd.Timedelta(days=1)).all()
    assert (held["to_on"].isna() | (held["to_on"] > held["from_on"])).all()


def test_nobody_books_or_holds_before_the_first_or_after_the_last_day(made: Made) -> None:
    reps = made.tables.reps.set_index("rep_id")
    for frame, on in ((made.tables.sales, "booked_on"), (made.tables.ownership, "from_on"), (made.real, "done_on")):
        assert (frame["rep_id"].map(reps["hired_on"]) <= frame[on]).all(), on
        gone = frame["rep_id"].map(reps["left_on"])
        assert (gone.isna() | (gone >= frame[on])).all(), on


def test_dates_run_the_right_way_and_end_on_the_as_of_day(made: Made) -> None:
    deals, sales = made.tables.opportunities, made.tables.sales
    assert sales["booked_on"].max() <= AS_OF
    assert sales["booked_on"].min() < pd.Timestamp("2023-02-01")
    assert (deals["closed_on"].dropna() >= deals.loc[deals["closed_on"].notna(), "created_on"]).all()
    assert (deals["closed_on"].isna() == (deals["status"] == "open")).all()
    assert made.real["done_on"].max() <= AS_OF
    assert (made.real["done_on"].dt.day_of_week < 5).all()
    created = made.tables.accounts.set_index("account_id")["created_on"]
    assert (sales["account_id"].map(created) <= sales["booked_on"]).all()
    assert (deals["account_id"].map(created) <= deals["created_on"]).all()


def test_targets_add_up_at_every_node_and_period(made: Made) -> None:
    tree, targets = Tree.of(made.tables.territories), made.tables.targets
    total = targets[targets["product_family"].isna()]
    for year in ("FY2024", "FY2025", "FY2026"):
        by_node = total[total["period"] == year].set_index("territory_id")["amount"]
        assert sorted(by_node.index) == sorted(tree.ids)
        for node in tree.ids:
            if children := tree.children(node):
                assert by_node[children].sum() == by_node[node]
        quarters = total[total["period"].str.startswith(f"{year}-Q")]
        assert quarters["territory_id"].eq(tree.root).all()
        assert len(quarters) == 4
        assert quarters["amount"].sum() == by_node[tree.root]
    families = targets[targets["product_family"].notna()]
    assert (
        families["amount"].sum()
        == total.loc[(total["period"] == "FY2026") & (total["territory_id"] == tree.root), "amount"].sum()
    )
    assert set(families["product_family"]) == set(made.tables.products["family"])


def test_the_company_has_the_shape_that_was_asked_for(made: Made) -> None:
    tree = Tree.of(made.tables.territories)
    assert [tree.level(n) for n in tree.ids].count("region") == 3
    assert len(tree.leaves()) == 12
    reps = made.tables.reps
    selling = reps[(reps["role"] == "rep") & reps["left_on"].isna()]
    assert len(selling) == 30
    assert len(made.tables.accounts) == 1200
    assert made.tables.accounts["status"].value_counts()["prospect"] > 150
    assert made.tables.accounts["parent_account_id"].notna().sum() > 150
    assert made.tables.accounts["name"].is_unique


def test_account_sizes_have_a_heavy_tail_and_sales_have_season_and_growth(made: Made) -> None:
    sales = made.tables.sales
    now = made.sales_12m().sort_values(ascending=False)
    assert 0.45 < now.iloc[:120].sum() / now.sum() < 0.85
    by_year = sales.groupby(sales["booked_on"].dt.year)["amount"].sum()
    assert 0.95 < by_year[2025] / by_year[2024] < 1.3
    assert by_year[2025] > 1.05 * by_year[2023]
    months = sales[sales["booked_on"].dt.year < 2026].groupby(sales["booked_on"].dt.month)["amount"].sum()
    assert months[[3, 6, 9, 12]].min() > months[[1, 7]].max()


def test_attainment_of_territories_lies_between_60_and_130_percent(made: Made) -> None:
    node = made.tables.accounts.set_index("account_id")["territory_id"]
    sales = made.tables.sales[made.tables.sales["booked_on"].dt.year == 2025]
    sold = sales.groupby(sales["account_id"].map(node))["amount"].sum()
    targets = made.tables.targets[made.tables.targets["period"] == "FY2025"].set_index("territory_id")["amount"]
    attained = sold / targets.reindex(sold.index)
    assert attained.between(0.6, 1.3).all()
    assert attained.max() - attained.min() > 0.3


def test_later_stages_win_more_and_large_families_take_longer(made: Made) -> None:
    deals = made.tables.opportunities
    closed = deals[deals["status"] != "open"]
    rate = closed["status"].eq("won").groupby(closed["stage"]).mean()
    assert rate["negotiate"] > rate["proposal"] > rate["discover"] > rate["qualify"]
    family = made.tables.products.set_index("product_id")["family"]
    won = closed[closed["status"] == "won"]
    days = (won["closed_on"] - won["created_on"]).dt.days.groupby(won["product_id"].map(family)).median()
    assert days["Controls"] > 2 * days["Service"]
    assert (deals["status"] == "open").sum() > 150


def test_a_scoped_book_opens_for_every_territory(made: Made) -> None:
    book = Book.open(made.root)
    sizes = {node: len(book.scoped(node).tables.accounts) for node in book.tree.leaves()}
    assert sum(sizes.values()) == 1200
    assert min(sizes.values()) >= 50
    assert max(sizes, key=lambda n: sizes[n]) == made.stories["sitter"]["territory_id"]


def test_the_book_says_that_it_is_sample_data(made: Made) -> None:
    rules = Book.open(made.root).rules.book
    assert rules.sample
    assert rules.as_of == AS_OF.date()

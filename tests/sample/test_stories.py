"""Every story that stories.json tells is in the tables, on each seed, and is told by the tables alone."""

from __future__ import annotations

import pandas as pd

from tests.sample.conftest import AS_OF, Made

YEAR = pd.Timedelta(days=365)


def test_a_rep_sits_on_300_accounts_and_works_20(made: Made) -> None:
    story = made.stories["sitter"]
    held = made.owners.loc[made.owners["rep_id"] == story["rep_id"], "account_id"]
    touched = made.real[made.real["account_id"].isin(held) & (made.real["done_on"] > AS_OF - YEAR)]
    assert len(held) == story["facts"]["accounts"] == 300
    assert sorted(touched["account_id"].unique()) == story["account_ids"]
    assert len(story["account_ids"]) == 20


def test_no_other_rep_holds_so_many(made: Made) -> None:
    assert made.owners["rep_id"].value_counts().iloc[1] < 60


def test_a_large_account_has_one_contact_and_one_manager(made: Made) -> None:
    (account,) = made.stories["single"]["account_ids"]
    assert (made.tables.contacts["account_id"] == account).sum() == 1
    assert made.tables.ownership.loc[made.tables.ownership["account_id"] == account, "rep_id"].tolist() == [
        made.stories["single"]["rep_id"]
    ]
    assert made.sales_12m().rank(ascending=False)[account] <= 5
    assert len(made.real.loc[made.real["account_id"] == account, "rep_id"].unique()) == 1


def test_a_family_buys_filtration_everywhere_but_in_one_subsidiary(made: Made) -> None:
    story = made.stories["family"]
    facts, accounts = story["facts"], made.tables.accounts.set_index("account_id")
    children = accounts.index[accounts["parent_account_id"] == facts["head"]]
    assert sorted([facts["head"], *children]) == sorted(story["account_ids"])
    assert accounts.loc[story["account_ids"], "territory_id"].nunique() >= 5
    family = made.tables.products.set_index("product_id")["family"]
    sales = made.tables.sales[made.tables.sales["account_id"].isin(story["account_ids"])]
    bought = pd.crosstab(sales["account_id"], sales["product_id"].map(family))
    assert (bought.drop(index=facts["without"])["Filtration"] >= 5).all()
    assert bought.loc[facts["without"], "Filtration"] == 0
    assert bought.loc[facts["without"]].sum() >= 20
    assert accounts.loc[facts["without"], "territory_id"] == facts["without_territory_id"]


def test_one_territory_is_all_promise(made: Made) -> None:
    node = made.stories["lumpy"]["territory_id"]
    accounts = made.tables.accounts[made.tables.accounts["territory_id"] == node].set_index("account_id")
    now = made.sales_12m().reindex(accounts.index)
    rival = accounts["incumbent"].notna()
    small = now < 0.35 * accounts["potential_amount"].astype("int64")
    sales = made.tables.sales[made.tables.sales["account_id"].isin(accounts.index)]
    first = sales[sales["booked_on"] < "2024-06-30"].groupby("account_id")["amount"].sum() / 1.5
    grows = now > 1.25 * first.reindex(accounts.index, fill_value=0)
    assert (rival | small | grows).mean() > 0.95
    assert rival.sum() >= 15


def test_one_territory_is_all_core(made: Made) -> None:
    node = made.stories["all_core"]["territory_id"]
    accounts = made.tables.accounts[made.tables.accounts["territory_id"] == node]
    sales = made.tables.sales[made.tables.sales["account_id"].isin(accounts["account_id"])]
    halves = sales.groupby("account_id")["booked_on"].agg(lambda days: days.dt.to_period("Q").dt.asfreq("Y").nunique())
    assert (accounts["status"] == "customer").all()
    assert accounts["incumbent"].isna().all()
    assert (halves == 4).all()
    assert len(halves) == len(accounts)
    quarters = sales.groupby("account_id")["booked_on"].agg(lambda days: days.dt.to_period("Q").nunique())
    assert quarters.min() >= 8
    assert quarters.median() == 14


def test_one_territory_is_weighed_down_by_accounts_that_no_longer_pay(made: Made) -> None:
    story = made.stories["divest"]
    accounts = made.tables.accounts
    here = accounts.loc[accounts["territory_id"] == story["territory_id"], "account_id"]
    assert len(story["account_ids"]) >= 0.5 * len(here)
    sales = made.tables.sales[made.tables.sales["account_id"].isin(story["account_ids"])]
    now = sales.loc[sales["booked_on"] > AS_OF - YEAR, "amount"].sum()
    before = sales.loc[sales["booked_on"] <= AS_OF - 2 * YEAR, "amount"].sum() / 1.5
    assert now < 0.75 * before
    touches = made.real[made.real["account_id"].isin(story["account_ids"]) & (made.real["done_on"] > AS_OF - YEAR)]
    cost = made.tables.reps.set_index("rep_id")["cost_per_hour"]
    spent = (touches["minutes"].fillna(10) / 60 * touches["rep_id"].map(cost).astype("float64")).sum()
    assert spent > 0.5 * now
    assert len(touches) / len(story["account_ids"]) > 10


def test_a_new_rep_has_a_cold_book(made: Made) -> None:
    story = made.stories["newcomer"]
    reps = made.tables.reps.set_index("rep_id")
    book = made.owners.loc[made.owners["rep_id"] == story["rep_id"], "account_id"]
    assert AS_OF - reps.loc[story["rep_id"], "hired_on"] < pd.Timedelta(days=180)
    assert sorted(book) == story["account_ids"]
    by_rep = made.sales_12m().groupby(made.owners.set_index("account_id")["rep_id"]).sum()
    assert by_rep[story["rep_id"]] < 0.1 * by_rep.median()
    assert made.real["account_id"].isin(book).sum() < len(book)
    assert (made.tables.accounts.set_index("account_id").loc[book, "status"] == "prospect").mean() > 0.6


def test_one_target_is_out_of_reach(made: Made) -> None:
    story = made.stories["short"]
    accounts = made.tables.accounts.set_index("account_id")
    here = accounts.index[accounts["territory_id"] == story["territory_id"]]
    open_ = made.tables.opportunities[made.tables.opportunities["status"] == "open"]
    pipeline = open_.loc[open_["account_id"].isin(here), "amount"].sum()
    targets = made.tables.targets
    target = targets.loc[(targets["territory_id"] == story["territory_id"]) & (targets["period"] == "FY2026"), "amount"]
    assert made.sales_12m()[here].sum() == story["facts"]["run_rate_amount"]
    assert target.tolist() == [story["facts"]["target_amount"]]
    assert made.sales_12m()[here].sum() + pipeline < 0.9 * target.sum()


def test_high_value_accounts_of_one_territory_are_untouched_for_120_days(made: Made) -> None:
    story = made.stories["untouched"]
    last = made.real.groupby("account_id")["done_on"].max()
    assert (last.reindex(story["account_ids"]).dropna() < AS_OF - pd.Timedelta(days=120)).all()
    accounts = made.tables.accounts.set_index("account_id")
    here = accounts.index[accounts["territory_id"] == story["territory_id"]]
    best = made.sales_12m()[here].sort_values(ascending=False).index[:10]
    assert best.isin(story["account_ids"]).sum() >= 8
    others = last.reindex(here.difference(story["account_ids"]))
    assert (others > AS_OF - pd.Timedelta(days=120)).mean() > 0.5


def test_a_leavers_accounts_went_to_colleagues(made: Made) -> None:
    story = made.stories["leaver"]
    held = made.tables.ownership
    assert made.tables.reps.set_index("rep_id").loc[story["rep_id"], "left_on"] == pd.Timestamp("2025-10-31")
    before = held[(held["rep_id"] == story["rep_id"]) & (held["role"] == "owner")]
    assert len(before) == story["facts"]["accounts"] > 15
    assert (before["to_on"] == pd.Timestamp("2025-10-31")).all()
    assert not (made.owners["rep_id"] == story["rep_id"]).any()


def test_phantom_rows_show_no_work_in_six_ways(made: Made) -> None:
    acts = made.labelled
    phantom = acts[acts["label"] == "phantom"]
    assert sorted(phantom["way"].unique()) == sorted(made.stories["phantom"]["facts"]["kinds"])
    assert phantom["way"].nunique() == 6
    assert phantom[["contact_id", "minutes", "outcome", "opportunity_id"]].isna().all().all()
    assert (
        len(phantom)
        == made.stories["phantom"]["facts"]["rows"]
        == sum(one["rows"] for one in made.labels if one["label"] == "phantom")
    )
    ways = dict(list(phantom.groupby("way")))
    gaps = ways["fixed interval"].groupby("series_id")["due_on"].diff().dropna()
    assert (gaps == pd.Timedelta(days=28)).all()
    assert len(ways["bulk created"]["created_on"].unique()) == 1
    assert len(ways["bulk closed"]["done_on"].unique()) == 1
    assert ways["never closed"]["done_on"].isna().all()
    assert (ways["due date pushed"]["due_on"] - ways["due date pushed"]["created_on"] > pd.Timedelta(days=200)).all()
    assert (ways["logged by system"]["source"] == "system").all()


def test_honest_recurring_work_stands_beside_it(made: Made) -> None:
    acts = made.labelled
    calls = acts[acts["way"] == "weekly call"]
    assert calls["series_id"].nunique() == 8
    assert calls[["contact_id", "minutes", "outcome", "done_on"]].notna().all().all()
    assert len(calls) > 200
    bulk = acts[acts["way"] == "call day"]
    assert len(bulk["done_on"].unique()) == 1
    assert bulk[["contact_id", "minutes", "outcome"]].notna().all().all()


def test_new_customers_took_12_to_15_touches(made: Made) -> None:
    first = made.tables.sales.groupby("account_id")["booked_on"].min()
    new = first[first > "2025-07-14"]
    touches = made.real[made.real["account_id"].isin(new.index)]
    before = touches[touches["done_on"] <= touches["account_id"].map(new)].groupby("account_id").size()
    hunted = before[before >= 10]
    assert len(hunted) >= 25
    assert hunted.between(12, 15).mean() > 0.8


def test_some_prospects_are_free_and_untouched(made: Made) -> None:
    free = made.stories["free"]["account_ids"]
    accounts = made.tables.accounts.set_index("account_id")
    assert 20 <= len(free) <= 80
    assert (accounts.loc[free, "status"] == "prospect").all()
    for name in ("ownership", "sales", "opportunities", "activities"):
        assert not made.tables[name]["account_id"].isin(free).any(), name

"""Value of an account against tenure, on a tiny book: R1 is here for 6.5 years, R3 for half a year, R2 holds nothing."""

from __future__ import annotations

import pandas as pd

from tests.territories.tiny import AS_OF, stage, tables
from workbook.territories.tenure import tenure, tenure_sentence


def test_a_book_is_worth_its_projection_per_account():
    hired = pd.to_datetime(["2020-01-01", "2020-01-01", "2025-12-31"])
    made = stage(tables(reps=tables().reps.assign(hired_on=hired)))
    rows = made.tenure.set_index("rep_id")
    assert rows.index.tolist() == ["R1", "R3"]  # R2 holds nothing
    held = made.accounts.groupby("rep_id")["projected_amount"].sum()
    assert rows.loc["R1", "value_per_account_amount"] == round(held["R1"] / 6)
    assert rows["new"].tolist() == [False, True]
    assert round(rows.loc["R1", "tenure_years"], 1) == 6.5
    assert "Only 2 reps" in tenure_sentence(made.tenure, str)


def test_who_is_still_to_come_has_no_tenure():
    held = pd.DataFrame({"rep_id": ["R1", "R2"], "accounts": [3, 3], "projected_amount": [300, 300]})
    people = pd.DataFrame(
        {"rep_id": ["R1", "R2"], "territory_id": "T1", "name": ["Ann", "Raj"], "hired_on": pd.to_datetime(["2020-01-01", "2027-01-01"])}
    )  # fmt: skip
    assert tenure(held, people, AS_OF, 365)["rep_id"].tolist() == ["R1"]


def test_the_sentence_says_which_way_it_goes_and_names_nobody():
    rows = pd.DataFrame({"tenure_years": range(8), "value_per_account_amount": [100 * i + 100 for i in range(8)]})
    told = tenure_sentence(rows, str)
    # the newer half: 100 to 400, middle 250; the older: 500 to 800, middle 650
    assert "worth 250 in the middle" in told
    assert "and 650 in those" in told
    assert told.endswith("+1.00 over 8 reps: newer reps hold the poorer books.")
    assert tenure_sentence(rows.assign(tenure_years=range(8, 0, -1)), str).endswith("newer reps hold the richer books.")
    mixed = rows.assign(value_per_account_amount=[5, 1, 4, 2, 3, 6, 2, 4])
    assert tenure_sentence(mixed, str).endswith("no more than chance.")


def test_without_people_there_is_no_tenure():
    made = stage(tables(reps=tables().reps.iloc[:0], ownership=tables().ownership.iloc[:0]))
    assert made.tenure.empty

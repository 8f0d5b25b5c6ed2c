from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pandas as pd
import pytest

from workbook.decisions import Decision, Decisions
from workbook.errors import UsageError
from workbook.facts import Facts
from workbook.portfolio import Portfolio
from workbook.portfolio.class_record import BY_RULES, Wish, class_changes, class_override, confirmations
from workbook.portfolio.classes import Touches, ruled_classes
from workbook.rules.portfolio import ClassRules
from workbook.tables.frames import Tables


def _facts(**changes: object) -> pd.DataFrame:
    row = {
        "account_id": "X", "territory_id": "T", "disqualified": False, "potential_amount": 1000_00,
        "sales_12m_amount": 400_00, "sales_prior_12m_amount": 400_00, "projected_amount": 5000_00, "incumbent": False,
        "quarters": 1, "cost_amount": pd.NA, **changes,
    }  # fmt: skip
    return pd.DataFrame([row]).astype({"potential_amount": "Int64", "cost_amount": "Int64"})


RULES = ClassRules(invest_potential_amount=2000_00, divest_amount=300_00)


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"disqualified": True, "quarters": 4}, "divest"),
        ({"projected_amount": 100_00, "potential_amount": 200_00, "quarters": 4}, "divest"),
        ({"projected_amount": 100_00, "potential_amount": pd.NA}, "opportunistic"),  # potential not known: no verdict
        ({"cost_amount": 2500_00}, "divest"),  # half of the projection, and no growth
        (
            {"cost_amount": 2500_00, "sales_12m_amount": 500_00},
            "opportunistic",
        ),  # it grows: 25 %, half of wallet is 50 %
        ({"incumbent": True, "potential_amount": 2000_00}, "invest"),
        ({"incumbent": True, "potential_amount": 1999_99}, "opportunistic"),
        ({"incumbent": True, "potential_amount": 2000_00, "sales_12m_amount": 1500_00, "quarters": 4}, "core"),  # ours
        ({"sales_12m_amount": 500_00, "quarters": 4, "potential_amount": pd.NA}, "invest"),  # grew by 25 %
        ({"sales_12m_amount": 499_00, "quarters": 3}, "core"),
        ({"quarters": 2}, "opportunistic"),
        ({"sales_prior_12m_amount": 0, "quarters": 3}, "core"),  # growth over nothing is not known
    ],
)
def test_the_first_rule_that_fits_decides(changes: dict[str, object], wanted: str) -> None:
    if changes.get("sales_12m_amount") == 500_00 and "cost_amount" in changes:
        changes = {**changes, "potential_amount": 900_00}  # over half of its wallet: no room to invest
    out = ruled_classes(_facts(**changes), RULES, "USD")
    assert out["class"].tolist() == [wanted]
    assert out["sentence"].str.startswith(wanted.capitalize()).all()


def test_growth_without_a_known_potential_says_so() -> None:
    known, unknown = (
        ruled_classes(_facts(sales_12m_amount=500_00, potential_amount=p), RULES, "USD").iloc[0]
        for p in (9000_00, pd.NA)
    )
    assert "with 50% of its potential or less ours" in known["sentence"]
    assert unknown["class"] == "invest"
    assert unknown["sentence"].endswith("its potential is not known.")


def test_the_tiny_books_classes(portfolio: Portfolio) -> None:
    rows = portfolio.classes.set_index("account_id")
    assert rows["class"].to_dict() == {
        "A1": "core", "A2": "opportunistic", "A3": "invest", "B1": "core", "B2": "opportunistic", "B3": "divest",
        "C1": "opportunistic", "C2": "opportunistic", "C3": "opportunistic",
    }  # fmt: skip
    assert rows.loc["A3", "sentence"].startswith("Invest: a competitor holds it")


def test_the_cost_of_selling_is_minutes_of_people_at_the_reps_rate(frames: dict[str, pd.DataFrame]) -> None:
    reps = frames["reps"].assign(cost_per_hour=[None, 6000, None])
    tables = Tables.of({**frames, "reps": reps})
    touches = Touches.of(tables, date(2025, 1, 1), ClassRules(touch_cost_amount=9000))
    costs = touches.costs(date(2026, 6, 30)).set_axis(tables.accounts["account_id"]).dropna()
    assert costs.to_dict() == {"B1": 3000, "C3": 90000}  # half an hour at 60.00; ten hours at the rule's 90.00
    assert touches.costs(date(2026, 5, 31)).isna().all()  # nothing was done by then: not known, and not zero


def _decide(facts: Facts, *rows: Decision) -> pd.DataFrame:
    return Portfolio(replace(facts, decisions=Decisions.of(rows))).classes.set_index("account_id")


def _decision(kind: str, payload: dict[str, object], revision: int = 1) -> Decision:
    return Decision(kind, "B2", payload, "Dana", datetime(2026, 5, 2, 9), "new plant", revision)


def test_an_override_stands_over_the_rules_with_who_when_and_why(facts: Facts) -> None:
    row = _decide(facts, _decision("class_override", {"class": "invest"})).loc["B2"]
    assert row["class"] == "invest"
    assert row["previous"] == "opportunistic"
    assert row["overridden"]
    assert row["changed_on"] == pd.Timestamp("2026-05-02")
    assert row["sentence"] == "Invest: set by Dana on 2026-05-02 (new plant); the rules say opportunistic."


def test_an_override_ends_on_its_day_and_a_later_one_replaces_it(facts: Facts) -> None:
    ended = _decide(facts, _decision("class_override", {"class": "invest", "until": "2026-06-29"})).loc["B2"]
    assert ended["class"] == "opportunistic"
    both = _decide(
        facts, _decision("class_override", {"class": "invest"}), _decision("class_override", {"class": "core"}, 2)
    )
    assert both.loc["B2", "class"] == "core"


def test_an_override_that_names_no_class_or_no_account_changes_nothing(facts: Facts) -> None:
    odd = Decision("class_override", "nobody", {"class": "core"}, "x", datetime(2026, 5, 2), "", 2)
    rows = _decide(facts, _decision("class_override", {"class": "star"}), odd)
    assert rows.loc["B2", "class"] == "opportunistic"
    assert not rows["overridden"].any()


def test_a_logged_change_gives_the_day_and_the_class_before(facts: Facts) -> None:
    change = _decision("class_change", {"from": "divest", "to": "opportunistic", "trigger": "new purchase"})
    row = _decide(facts, change).loc["B2"]
    assert row["previous"] == "divest"
    assert row["changed_on"] == pd.Timestamp("2026-05-02")


def test_what_changed_since_the_last_review_is_told(facts: Facts) -> None:
    rows = _decide(facts, Decision("review", "CO", {}, "Dana", datetime(2023, 9, 30), "", 1))
    # By then A1 had bought in one quarter only.
    assert rows.loc["A1", "previous"] == "opportunistic"
    assert rows.loc["A1", "changed_on"] == pd.Timestamp("2026-06-30")
    assert rows["changed_on"].notna().equals(rows["previous"].notna())
    assert pd.isna(_decide(facts).loc["A1", "previous"])  # a quarter ago it was core, as now


def test_history_lists_every_recorded_change_with_its_trigger(facts: Facts) -> None:
    decided = Decisions.of(
        [
            _decision("class_change", {"from": "divest", "to": "opportunistic", "trigger": "new purchase"}, 1),
            _decision("class_override", {"class": "invest"}, 2),
        ]
    )
    rows = Portfolio(replace(facts, decisions=decided)).class_history
    assert rows[["account_id", "from", "to", "trigger"]].to_dict("records") == [
        {"account_id": "B2", "from": "divest", "to": "opportunistic", "trigger": "new purchase"},
        {"account_id": "B2", "from": "opportunistic", "to": "invest", "trigger": "override: new plant"},
    ]


def test_changes_since_the_last_review_name_their_trigger(facts: Facts) -> None:
    review = Decision("review", "CO", {}, "Dana", datetime(2023, 9, 30), "", 1)
    changes = Portfolio(replace(facts, decisions=Decisions.of([review]))).class_changes.set_index("account_id")
    assert changes.loc["A1", ["from", "to"]].tolist() == ["opportunistic", "core"]
    assert changes.loc["A1", "trigger"] == "a deal was won; it buys regularly now"
    assert "B3" not in changes.index  # divest then, for its size, and divest now


def test_a_change_to_no_rule_is_laid_to_the_rule_that_lapsed() -> None:
    now = pd.DataFrame({"account_id": ["X", "Y"], "territory_id": "T", "class": ["opportunistic", "divest"],
                        "rule": ["open", "disqualified"], "sentence": "s"})  # fmt: skip
    then = now.assign(**{"class": "core", "rule": "regular"})
    changes = class_changes(now, then, pd.Index(["nobody"]))
    assert changes["trigger"].tolist() == ["it no longer buys regularly", "it was disqualified"]


def test_a_target_mix_that_does_not_add_up_is_refused() -> None:
    with pytest.raises(ValueError, match="add up"):
        ClassRules(target_mix={"core": 0.5})
    with pytest.raises(ValueError, match="does not exist"):
        ClassRules(target_mix={"star": 1.0})


def _then(given: str) -> pd.DataFrame:
    return pd.DataFrame({"account_id": ["X"], "class": [given]}).astype("str")


def _held(before: str, **changes: object) -> str:
    return str(ruled_classes(_facts(**changes), RULES, "USD", _then(before))["class"].iloc[0])


@pytest.mark.parametrize(
    ("before", "changes", "wanted"),
    [
        # growth of 25 % makes invest: it enters from 27.5 %, and stays down to 22.5 %
        ("opportunistic", {"sales_12m_amount": 109_00, "sales_prior_12m_amount": 86_00}, "opportunistic"),  # 26.7 %
        ("opportunistic", {"sales_12m_amount": 110_00, "sales_prior_12m_amount": 86_00}, "invest"),  # 27.9 %
        ("invest", {"sales_12m_amount": 106_00, "sales_prior_12m_amount": 86_00}, "invest"),  # 23.3 %
        ("invest", {"sales_12m_amount": 105_00, "sales_prior_12m_amount": 86_00}, "opportunistic"),  # 22.1 %
        # three quarters make core; it stays with two, and a newcomer with two is none
        ("core", {"quarters": 2}, "core"),
        ("core", {"quarters": 1}, "opportunistic"),
        ("opportunistic", {"quarters": 3}, "core"),
        # under 300.00 both: divest from under 270.00, and out of it from 330.00
        (
            "opportunistic",
            {"projected_amount": 280_00, "potential_amount": 280_00, "sales_12m_amount": 0},
            "opportunistic",
        ),
        ("divest", {"projected_amount": 320_00, "potential_amount": 320_00, "sales_12m_amount": 0}, "divest"),
        ("divest", {"projected_amount": 340_00, "potential_amount": 340_00, "sales_12m_amount": 0}, "opportunistic"),
        # disqualified has no threshold
        ("core", {"disqualified": True, "quarters": 4}, "divest"),
    ],
)
def test_an_account_at_a_threshold_keeps_its_class(before: str, changes: dict[str, object], wanted: str) -> None:
    assert _held(before, **changes) == wanted


def test_an_account_kept_by_the_margin_says_so() -> None:
    row = ruled_classes(_facts(quarters=2), RULES, "USD", _then("core")).iloc[0]
    assert row["rule"] == "kept"
    assert row["sentence"].startswith("Core: as at the last review; the plain rules say opportunistic")
    assert "10%" in row["sentence"]


def _reviewed(without: Callable[..., Facts], frames: dict[str, pd.DataFrame], *days: str) -> Portfolio:
    """C2 bought each February, May and November to 2025, and in April 2026: in three quarters of 2025, in two of the last four by
    the end of March and of June 2026. The company held reviews on ``days``."""
    bought = [f"{year}-{month}-10" for year in (2023, 2024, 2025) for month in ("02", "05", "11")] + ["2026-04-10"]
    more = pd.DataFrame({"account_id": "C2", "booked_on": pd.to_datetime(bought), "amount": 100_00, "product_id": "p1"})
    facts = without(sales=pd.concat([frames["sales"], more]))
    held = [Decision("review", "CO", {}, "Dana", datetime.fromisoformat(day), "", at) for at, day in enumerate(days)]
    return Portfolio(replace(facts, decisions=Decisions.of(held)))


def test_damping_survives_a_review(without: Callable[..., Facts], frames: dict[str, pd.DataFrame]) -> None:
    kept = _reviewed(without, frames, "2025-12-31", "2026-03-31")
    row = kept.classes.set_index("account_id").loc["C2"]
    assert (row["class"], row["rule"]) == (
        "core",
        "kept",
    )  # core in December, kept in March, and still within the margin
    assert "C2" not in kept.class_changes["account_id"].tolist()
    late = _reviewed(without, frames, "2026-03-31").classes.set_index("account_id")
    assert late.loc["C2", "class"] == "opportunistic"  # no review saw it as core


def test_a_class_kept_until_now_says_why_it_changes() -> None:
    now = pd.DataFrame(
        {"account_id": ["X"], "territory_id": "T", "class": "opportunistic", "rule": "open", "sentence": "s"}
    )
    then = now.assign(**{"class": "core", "rule": "kept"})
    assert class_changes(now, then, pd.Index([]))["trigger"].tolist() == [
        "it is past the margin by which it kept its class"
    ]


def test_without_a_margin_the_plain_rules_decide() -> None:
    rules = replace(RULES, keep_margin=0.0, core_keep_quarters=3)
    assert ruled_classes(_facts(quarters=2), rules, "USD", _then("core"))["class"].tolist() == ["opportunistic"]


NOW = datetime(2026, 6, 30, 9)


def test_an_override_is_written_and_undone_by_a_later_one(facts: Facts) -> None:
    known = Portfolio(facts).classes
    made = class_override(known, Wish("B2", "invest", "new plant"), "Dana", facts.as_of, NOW)
    assert _decide(facts, made).loc["B2", "class"] == "invest"
    back = replace(class_override(known, Wish("B2", BY_RULES, "plant cancelled"), "Dana", facts.as_of, NOW), revision=2)
    rows = _decide(facts, made, back)
    assert rows.loc["B2", "class"] == "opportunistic"
    assert not rows.loc["B2", "overridden"]
    history = Portfolio(replace(facts, decisions=Decisions.of([made, back]))).class_history
    assert history["to"].tolist() == ["invest", BY_RULES]


@pytest.mark.parametrize(
    ("wish", "by", "said"),
    [
        (Wish("ZZ", "core", "x"), "Dana", "no account 'ZZ'"),
        (Wish("B2", "star", "x"), "Dana", "no class 'star'"),
        (Wish("B2", "core", " "), "Dana", "needs a reason"),
        (Wish("B2", "core", "x"), "", "nobody signs"),
        (Wish("B2", "core", "x", date(2026, 6, 29)), "Dana", "is past"),
    ],
)
def test_an_override_that_cannot_stand_is_refused(facts: Facts, wish: Wish, by: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        class_override(Portfolio(facts).classes, wish, by, facts.as_of, NOW)


def test_confirmed_changes_are_told_once_and_kept_with_their_trigger(facts: Facts) -> None:
    review = Decision("review", "CO", {}, "Dana", datetime(2023, 9, 30), "", 1)
    before = Portfolio(replace(facts, decisions=Decisions.of([review])))
    rows = [
        replace(d, revision=at + 2)
        for at, d in enumerate(confirmations(before.class_changes, "Dana", facts.as_of, NOW))
    ]
    after = Portfolio(replace(facts, decisions=Decisions.of([review, *rows])))
    assert len(rows) == len(before.class_changes) > 0
    assert after.class_changes.empty
    assert after.classes["class"].equals(before.classes["class"])
    assert after.class_history["trigger"].tolist() == before.class_changes["trigger"].tolist()

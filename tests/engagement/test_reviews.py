"""Reviews that were held: which one counts, what may be answered, and what became of the answers."""

from datetime import date, datetime

import pandas as pd
import pytest

from workbook.decisions import Decision, Decisions
from workbook.engagement.reviews import last_review, parsed, payload, review_answers
from workbook.errors import UsageError
from workbook.tree import Tree

TREE = Tree.of(
    pd.DataFrame({"territory_id": ["CO", "T-1", "T-2"], "name": ["C", "One", "Two"], "parent_id": [None, "CO", "CO"]})
)
STANDING = pd.DataFrame(
    {"account_id": ["A-1", "A-2"], "territory_id": ["T-1", "T-1"], "class": ["core", "invest"], "grade": ["A", None]}
)  # fmt: skip


def held(node: str, day: str, **payload: object) -> Decision:
    return Decision("review", node, payload, "Kim", datetime.fromisoformat(day), "seen")


def test_the_last_review_is_of_the_node_or_above_and_never_of_today() -> None:
    log = Decisions.of(
        [held("T-1", "2026-03-01"), held("T-2", "2026-05-01"), held("CO", "2026-04-01"), held("T-1", "2026-06-30")]
    )
    found = {n: last_review(log, TREE, n, date(2026, 6, 30)) for n in ("CO", "T-1", "T-2")}
    assert {n: (r.subject, f"{r.at:%m-%d}") for n, r in found.items() if r} == {
        "CO": ("CO", "04-01"), "T-1": ("CO", "04-01"), "T-2": ("T-2", "05-01"),
    }  # fmt: skip
    assert last_review(log, TREE, "T-1", date(2026, 7, 1)) == held("T-1", "2026-06-30")
    assert last_review(log, TREE, "T-1", date(2026, 3, 1)) is None


def test_answers_are_kept_with_the_class_and_grade_they_were_given_on() -> None:
    said = payload(
        {"A-1": {"class": "keep", "plan": "change"}, "A-2": {"grade": "change"}},
        STANDING,
        {"plan_amount": 5, "x": None},
    )
    assert said == {
        "answers": {
            "A-1": {"class": "keep", "plan": "change", "was": {"class": "core", "grade": "A"}},
            "A-2": {"grade": "change", "was": {"class": "invest"}},
        },
        "numbers": {"plan_amount": 5},
    }


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"A-9": {"class": "keep"}}, "there is no account 'A-9' in this node"),
        ({"A-1": {"price": "keep"}}, "A-1: price=keep is no answer"),
        ({"A-1": {"class": "maybe"}}, "A-1: class=maybe is no answer"),
    ],
)
def test_what_cannot_be_answered_is_refused(answers: dict[str, dict[str, str]], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        payload(answers, STANDING, {})


@pytest.mark.parametrize("text", ["A-1", ":class=keep", "A-1:"])
def test_text_that_is_no_answer_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no answer"):
        parsed([text])


def test_what_became_of_the_answers() -> None:
    first = held("T-1", "2026-03-01", answers={"A-1": {"class": "change", "was": {"class": "invest"}}, "A-2": {"class": "keep", "was": {"class": "core"}}})  # fmt: skip
    later = held("T-1", "2026-05-01", answers={
        "A-1": {"grade": "keep", "plan": "change", "was": {"grade": "A"}}, "A-2": {"plan": "change", "was": {}}, "A-7": {"plan": "keep"},
    })  # fmt: skip
    plans = [
        {"account_id": "A-1", "saved_at": "x", "revised_at": datetime(2026, 5, 2)},
        {"account_id": "A-2", "saved_at": "x", "revised_at": datetime(2026, 4, 1)},
        {"account_id": "", "saved_at": "x"},
    ]
    out = review_answers(Decisions.of([first, later]), STANDING, [p for p in plans if p["account_id"]])
    assert out[["account_id", "topic", "answer", "state"]].values.tolist() == [
        ["A-1", "class", "change", "done"],  # it was invest and is core
        ["A-1", "grade", "keep", "kept"],
        ["A-1", "plan", "change", "done"],  # revised the day after
        ["A-2", "class", "keep", "moved"],  # it was core and is invest
        ["A-2", "plan", "change", "open"],
    ]  # fmt: skip
    assert out["sentence"].tolist()[0] == "2026-03-01, Kim: change the class (invest); done: core."
    assert out["sentence"].tolist()[4] == "2026-05-01, Kim: change the plan; open: not revised since."
    assert review_answers(Decisions(), STANDING, []).empty


def test_a_later_answer_to_the_same_question_counts() -> None:
    rows = [held("T-1", "2026-03-01", answers={"A-1": {"class": "change", "was": {"class": "core"}}}),
            held("T-1", "2026-05-01", answers={"A-1": {"class": "keep", "was": {"class": "core"}}})]  # fmt: skip
    assert review_answers(Decisions.of(rows), STANDING, [])["state"].tolist() == ["kept"]

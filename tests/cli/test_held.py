"""A review is recorded by the command or the form, and the next one compares with it."""

import json
import shutil
from pathlib import Path

import pytest

from workbook.book import Book
from workbook.cli.app import run
from workbook.forms.held import LINES, held_review
from workbook.places import shipped
from workbook.sections import changes
from workbook.sections import held_review as told
from workbook.store.store import open_store


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("held") / "book"
    shutil.copytree(shipped("data", "sample"), made, ignore=shutil.ignore_patterns("documents", ".cache", "*.sqlite*"))
    return made


@pytest.fixture
def book(company: Path) -> Path:
    for path in company.glob("*.sqlite*"):
        path.unlink()
    return company


def test_what_was_held_is_what_the_next_review_begins_with(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["held", "T-02", "--book", str(book), "--as-of", "2026-05-15", "--by", "Kim Lee", "--note", "second contact",
                "--answer", "A-0832:class=keep,plan=change"]) == 0  # fmt: skip
    assert "Review of T-02 held on 2026-05-15 by Kim Lee, decision 1: 1 account answered" in capsys.readouterr().out
    view = Book.open(book, node="T-02")
    assert "Since the last review, 2026-05-15" in repr(changes(view))
    said = "\n".join(map(repr, told(view)))
    assert "held on 2026-05-15 by Kim Lee: second contact" in said
    assert "Then and now" in said
    assert "change the plan; open: not revised since." in said
    assert view.engagement.since_review["since_on"].dt.strftime("%Y-%m-%d").unique().tolist() == ["2026-05-15"]
    other = Book.open(book, node="T-03")
    assert "no review is recorded yet" in repr(changes(other))
    assert told(other) == []
    # a territory's own review does not change what the whole company compares with
    assert Book.open(book).portfolio._review_day == Book.open(shipped("data", "sample")).portfolio._review_day


def test_without_a_name_it_asks_and_records_nothing(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["held", "T-02", "--book", str(book), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["summary"]["asked"] == len(answer["rows"]) > 0
    assert run(["held", "T-02", "--book", str(book), "--answer", "A-0832:plan=change"]) == 2
    assert "nobody held it" in capsys.readouterr().err
    assert run(["held", "T-02", "--book", str(book), "--by", "Kim", "--answer", "A-0001:plan=change"]) == 2
    assert run(["held", "T-99", "--book", str(book), "--by", "Kim"]) == 2
    assert open_store(book).decisions().log("review") == ()


def test_the_form_records_answers_and_keeps_the_rest(book: Path) -> None:
    view = Book.open(book, node="T-02")
    form = held_review(view)
    assert "workbook held T-02" in form._repr_mimebundle_()["text/html"]
    form.open()
    form.save.click()
    assert "nobody held it" in form.said.value
    first = form.rows["account_id"][0]
    form.answers[first]["plan"].value = "change"
    form.rest.value, form.who.value, form.note.value = True, "Kim", "fine <b>"
    form.save.click()
    assert "recorded as decision 1" in form.said.value
    (made,) = open_store(book).decisions().log("review")
    assert made.reason == "fine <b>"
    assert len(made.payload["answers"]) == len(form.rows) > LINES
    assert {k: made.payload["answers"][first][k] for k in ("class", "plan")} == {"class": "keep", "plan": "change"}
    assert made.payload["numbers"]["plan_amount"] > 0


def test_a_node_without_anything_to_answer_says_so(book: Path) -> None:
    form = held_review(Book.open(book, node="T-02"))
    form.rows = form.rows.head(0)
    assert "workbook held T-02 --by NAME: none" in form._repr_mimebundle_()["text/html"]


def test_two_who_record_at_once_are_told(book: Path) -> None:
    one, two = (held_review(Book.open(book, node="T-02")) for _ in range(2))
    for form in (one, two):
        form.open()
        form.who.value = "Kim"
        form.save.click()
    assert "recorded as decision 1" in one.said.value
    assert "recorded as decision" not in two.said.value
    assert len(open_store(book).decisions().log("review")) == 1

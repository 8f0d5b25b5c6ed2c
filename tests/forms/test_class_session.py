import shutil
from pathlib import Path

import pytest

from workbook.book import Book
from workbook.forms.classes import ClassSession, class_session
from workbook.places import shipped


@pytest.fixture
def form(tmp_path: Path) -> ClassSession:
    root = tmp_path / "book"
    shutil.copytree(shipped("data", "sample"), root, ignore=shutil.ignore_patterns("documents", ".cache", "*.sqlite*"))
    return class_session(Book.open(root, node="T-03"))


def test_a_class_is_recorded_with_who_and_why_and_shown_in_the_history(form: ClassSession) -> None:
    form.account.value = form.account.options[0]
    before = str(form.now.value)
    form.to.value, form.why.value = "divest", "no <budget>"
    form.set.click()
    assert "nobody signs" in form.said.value
    form.who.value = "Kim"
    form.set.click()
    assert "Recorded" in form.said.value
    assert form.now.value.startswith("Divest: set by Kim")
    assert form.now.value != before
    assert "no &lt;budget&gt;" in form.history.value
    form.to.value, form.why.value = "by rules", "a mistake"
    form.set.click()
    assert form.now.value == before


def test_another_territorys_account_is_refused(form: ClassSession) -> None:
    whole = Book.open(form.book.root).portfolio.register
    form.account.value = str(whole.loc[whole["territory_id"] != "T-03", "account_id"].iloc[0])
    form.who.value, form.why.value = "Kim", "x"
    form.set.click()
    assert "there is no account" in form.said.value


def test_changes_by_the_rules_are_confirmed_at_once(form: ClassSession) -> None:
    waiting = len(form.book.portfolio.class_changes)
    assert waiting > 0
    assert form.confirm.description == f"Confirm {waiting} changes by the rules"
    form.confirm.click()
    assert "nobody signs" in form.said.value
    assert not form.confirm.disabled
    form.who.value = "Kim"
    form.confirm.click()
    assert form.confirm.disabled
    assert form.confirm.description == "Confirm 0 changes by the rules"
    assert f"Recorded {waiting} changes of class" in form.said.value
    assert len(form.book.portfolio.class_history) == waiting


def test_where_widgets_do_not_live_the_history_stands(form: ClassSession) -> None:
    assert "Classes as people decided them" in form._repr_mimebundle_()["text/html"]

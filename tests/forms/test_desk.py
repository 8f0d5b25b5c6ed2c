"""Behind the form: whose plans, drafts that survive, saving with the revision that was seen, errors shown in the form."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.sample_copy import sample_copy
from workbook.book import Book
from workbook.errors import UsageError
from workbook.forms.desk import PlanDesk, visitor_of
from workbook.forms.difference import difference
from workbook.forms.page import USER_HEADER, user_of
from workbook.forms.plan import PlanForm
from workbook.plans.document import Commitment, Planned, Risk, changed
from workbook.store import PlanConflictError


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    root = sample_copy(tmp_path_factory.mktemp("desk") / "book")
    return Book.open(root)


def mine(book: Book) -> tuple[PlanDesk, list[str]]:
    desk = PlanDesk(book, visitor_of(book, "P-21"))
    return desk, [account for _, account in desk.accounts()]


def test_a_rep_sees_the_own_accounts_and_a_leader_those_below(book: Book) -> None:
    reps = book.tables.reps.set_index("rep_id")
    assert visitor_of(book, reps.loc["P-21", "email"].upper()).reps == ("P-21",)
    lead = book.tables.territories.set_index("territory_id").loc["CO", "manager_rep_id"]
    assert set(visitor_of(book, lead).reps) == set(reps.index)
    assert not visitor_of(book, None).restricted
    for stranger in ("", "nobody@example.com"):
        with pytest.raises(UsageError):
            visitor_of(book, stranger)


def test_the_user_comes_only_from_the_header_that_the_server_passes_on() -> None:
    assert user_of({}) is None
    assert user_of({USER_HEADER: "User", "USER": "root"}) == ""
    assert user_of({USER_HEADER: "X-Remote-User", "HTTP_X_REMOTE_USER": "ann@example.com"}) == "ann@example.com"


def test_an_account_of_somebody_else_is_refused(book: Book) -> None:
    desk, _ = mine(book)
    register = book.portfolio.register
    other = register.loc[
        (register["owner_rep_id"] == "P-01").to_numpy() | (register["owner_rep_id"] == "P-14").to_numpy(), "account_id"
    ].iloc[0]
    for call in (desk.open, desk.stored, desk.discard):
        with pytest.raises(UsageError):
            call(other)


def test_a_draft_of_the_same_person_in_another_tab_outlives_a_save(book: Book) -> None:
    here, accounts = mine(book)
    there = PlanDesk(book, here.visitor)
    first, second = here.open(accounts[3]), there.open(accounts[3])
    here.autosave(first, changed(first.plan, objective="here"), {})
    there.autosave(second, changed(second.plan, objective="there"), {})
    here.save(first, changed(first.plan, objective="here"), "draft")
    left = PlanDesk(book, here.visitor).open(accounts[3]).left
    assert left is not None
    assert left.objective == "there"


def test_a_draft_is_recovered_and_goes_when_saved(book: Book) -> None:
    desk, accounts = mine(book)
    opened = desk.open(accounts[0])
    typed = changed(opened.plan, objective="typed")
    desk.autosave(opened, typed, {"amounts": [["x"] * 9]})
    again = PlanDesk(book, desk.visitor).open(accounts[0])
    assert again.recovered
    assert again.plan.objective == "typed"
    assert again.typed["amounts"] == [["x"] * 9]
    saved = desk.save(again, again.plan, "draft")
    assert saved.revision == opened.revision + 1
    assert not desk.open(accounts[0]).recovered


def test_nobody_overwrites_unseen(book: Book) -> None:
    desk, accounts = mine(book)
    first, second = desk.open(accounts[1]), desk.open(accounts[1])
    desk.save(first, changed(first.plan, objective="first"), "draft")
    with pytest.raises(PlanConflictError) as clash:
        desk.save(second, changed(second.plan, objective="second"), "draft")
    assert clash.value.theirs is not None
    lines = difference(desk.stored(accounts[1]).plan, changed(second.plan, objective="second"), "USD")
    assert ("the end result wanted", "first", "second") in lines


def test_every_error_of_a_handler_appears_in_the_form(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, accounts = mine(book)
    form = PlanForm(desk)
    form.pick.value = accounts[2]

    def broken(*_: object) -> None:
        raise UsageError("the store is away", remedy="Try again.")

    monkeypatch.setattr(PlanDesk, "save", broken)
    form.save_button.click()
    assert "the store is away" in form.message.box.value

    def crash(*_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(PlanDesk, "autosave", crash)
    with pytest.raises(ZeroDivisionError):
        form.words.objective.value = "again"
    assert "ZeroDivisionError" in form.message.box.value
    assert "<" not in form.message.box.value.split("<p>", 1)[1].split("</p>", 1)[0]


def test_a_locked_plan_can_be_read_and_not_changed(book: Book) -> None:
    from datetime import UTC, datetime

    from workbook.store import Signature

    desk, accounts = mine(book)
    opened = desk.open(accounts[3])
    saved = desk.save(opened, opened.plan, "submitted")
    desk.store.move_plan(accounts[3], "approved", Signature("lead", datetime.now(UTC)), saved.revision)
    form = PlanForm(desk)
    form.pick.value = accounts[3]
    assert form.save_button.disabled
    assert form.amounts.locked
    assert "approved" in form.state.value


def test_totals_run_against_the_reps_target(book: Book) -> None:
    desk, accounts = mine(book)
    form = PlanForm(desk)
    form.pick.value = accounts[4]
    before = form.totals.value
    cells = [list(row) for row in form.amounts.cells]
    cells[-1][0], cells[-1][6] = "not yet identified", "123456.78"
    form.amounts.cells = cells
    assert form.totals.value != before
    assert form.amounts.faults == {}


def test_the_form_starts_from_the_end_and_keeps_strategy_and_what_the_customer_gave(book: Book) -> None:
    desk, _ = mine(book)
    plans = {a: desk.open(a).plan for _, a in desk.accounts()}
    account = next(a for a, plan in plans.items() if any(p.source == "opportunity" for p in plan.amounts))
    form = PlanForm(desk)
    form.pick.value = account
    tabs = form.body.children[0]
    assert tabs.titles[0] == "End result"
    first = tabs.children[0].children
    assert form.words.objective in first[0].children
    assert form.words.strategy in first[0].children
    named = book.rules.plans.objectives
    assert [value for _, value in form.words.strategy.options] == ["", *named]
    form.words.strategy.value = named[1]
    grid = form.grids["commitments"]
    deals = [row[0] for row in grid.cells]
    assert deals
    assert set(deals) == {p.reference for p in plans[account].amounts if p.source == "opportunity"}
    grid.cells = [[deals[0], "yes", "no", "yes"], *[list(row) for row in grid.cells[1:]]]
    form.save_button.click()
    saved = desk.stored(account).plan
    assert saved.strategy == named[1]
    assert saved.commitments == (Commitment(deal=deals[0], time=True, people=True),)
    again = PlanForm(desk)
    again.pick.value = account
    assert again.words.strategy.value == named[1]
    assert again.grids["commitments"].cells[0] == [deals[0], "yes", "no", "yes"]


def test_an_objective_that_the_strategy_names_no_longer_is_shown_and_kept(book: Book) -> None:
    desk, accounts = mine(book)
    opened = desk.open(accounts[5])
    desk.save(opened, changed(opened.plan, strategy="An aim of last year"), "draft")
    form = PlanForm(desk)
    form.pick.value = accounts[5]
    assert form.words.strategy.value == "An aim of last year"
    assert ("An aim of last year (no longer named)", "An aim of last year") in form.words.strategy.options


def test_a_text_that_is_too_long_is_named_and_the_draft_keeps_it(book: Book) -> None:
    """4,001 letters are one too many; before, the form failed and kept nothing, and said that it did."""
    desk, accounts = mine(book)
    form = PlanForm(desk)
    form.pick.value = accounts[9]
    ours, _ = form.words.views["history"]
    ours.value = "x" * 4001
    form.words.note.value = "typed after it"
    assert "History: our view: the text has 4001 letters. Shorten it to 4000." in form.message.box.value
    form.submit_button.click()
    assert "not saved: 1 place cannot be read" in form.message.box.value
    assert desk.stored(accounts[9]).saved_at is None
    again = PlanForm(desk)
    again.pick.value = accounts[9]
    assert again.words.views["history"][0].value == "x" * 4001
    assert again.words.note.value == "typed after it"


def test_discarding_asks_once_and_goes_back_to_what_was_saved(book: Book) -> None:
    desk, accounts = mine(book)
    form = PlanForm(desk)
    form.pick.value = accounts[7]
    before = form.words.objective.value
    form.words.objective.value = "typed"
    form.discard_button.click()
    assert form.words.objective.value == "typed"
    form.discard_button.click()
    assert form.words.objective.value == before
    assert not desk.open(accounts[7]).recovered


def test_a_draft_on_a_plan_that_somebody_saved_meanwhile_is_offered_and_not_dropped(book: Book) -> None:
    """A rep's draft on revision 1; a manager returns the plan (revision 2); the rep comes back."""
    from datetime import UTC, datetime

    from workbook.store import Signature

    desk, accounts = mine(book)
    saved = desk.save(desk.open(accounts[8]), desk.open(accounts[8]).plan, "submitted")
    desk.autosave(saved, changed(saved.plan, objective="typed before"), {})
    desk.store.move_plan(accounts[8], "returned", Signature("lead", datetime.now(UTC), "too low"), 1)
    form = PlanForm(desk)
    form.pick.value = accounts[8]
    table, buttons = form.conflict.children
    assert "typed before" in table.value
    assert "lead saved revision 2" in form.message.box.value
    assert form.body.layout.display == "none"
    buttons.children[0].click()
    assert form.conflict.children == ()
    assert desk.stored(accounts[8]).revision == 3
    assert desk.stored(accounts[8]).plan.objective == "typed before"


def test_keeping_such_a_draft_keeps_what_cannot_be_read_too(book: Book) -> None:
    """An amount of "ten" is in no plan: it was lost when the draft was kept over what somebody saved meanwhile."""
    desk, accounts = mine(book)
    account = accounts[-1]
    form = PlanForm(desk)
    form.pick.value = account
    cells = [list(row) for row in form.amounts.cells]
    cells[-1] = ["named whitespace", "", "", *["" for _ in cells[-1][3:-1]], "ten"]
    form.amounts.cells = cells
    desk.save(desk.stored(account), desk.stored(account).plan, "draft")
    desk.autosave(replace(desk.stored(account), revision=0), form.document()[0], {"amounts": cells})
    again = PlanForm(desk)
    again.pick.value = account
    again.conflict.children[1].children[0].click()  # keep mine
    assert "ten" in again.amounts.cells[-1]
    assert "not saved: 1 place cannot be read" in again.message.box.value
    assert again.conflict.children == ()
    assert desk.stored(account).revision == 1


def test_a_leader_who_takes_the_reps_version_can_decide_at_once(book: Book) -> None:
    desk, accounts = mine(book)
    account = accounts[-2]
    lead = PlanDesk(
        book, visitor_of(book, book.tables.territories.set_index("territory_id").loc["CO", "manager_rep_id"])
    )
    opened = lead.open(account)
    lead.autosave(opened, changed(opened.plan, note="a thought"), {})
    desk.save(desk.open(account), desk.open(account).plan, "submitted")
    form = PlanForm(lead)
    form.pick.value = account
    assert form.approval.box.layout.display == "none"
    form.conflict.children[1].children[1].click()  # take theirs
    assert form.approval.box.layout.display == ""
    form.approval.approve.click()
    assert desk.stored(account).state == "approved"


def test_the_texts_of_a_plan_that_is_not_open_cannot_be_typed_in(book: Book) -> None:
    """The approved plan of the test above it: what is typed there would be kept nowhere."""
    desk, accounts = mine(book)
    form = PlanForm(desk)
    form.pick.value = accounts[3]
    assert all(box.disabled for box in form.words.boxes.values())
    form.pick.value = accounts[4]
    assert not any(box.disabled for box in form.words.boxes.values())


def test_versions_that_differ_in_one_row_or_one_amount_say_which(book: Book) -> None:
    desk, accounts = mine(book)
    plan = desk.open(accounts[4]).plan
    theirs = changed(plan, amounts=(Planned(period="FY2026-Q4", source="renewal", amount=100),), risks=())
    mine_ = changed(
        plan, amounts=(Planned(period="FY2026-Q4", source="whitespace", amount=100),), risks=(Risk(risk="fire"),)
    )
    assert difference(theirs, mine_, "USD") == [
        ("FY2026-Q4, a renewal", "1.00 USD", "0.00 USD"),
        ("FY2026-Q4, named whitespace", "0.00 USD", "1.00 USD"),
        ("Risks, barriers, limits", "", "fire"),
    ]


def test_a_leader_returns_and_approves_and_nobody_the_own_plan(book: Book) -> None:
    desk, accounts = mine(book)
    account = accounts[10]
    desk.save(desk.open(account), desk.open(account).plan, "submitted")
    own = PlanForm(desk)
    own.pick.value = account
    assert own.approval.box.layout.display == "none"
    with pytest.raises(UsageError, match="own plan"):
        desk.move(desk.open(account), "approved", "")

    lead = book.tables.territories.set_index("territory_id").loc["CO", "manager_rep_id"]
    form = PlanForm(PlanDesk(book, visitor_of(book, lead)))
    waiting = [label for label, _ in form.desk.accounts() if "submitted" in label]
    assert form.desk.accounts()[: len(waiting)] == [row for row in form.desk.accounts() if "submitted" in row[0]]
    form.pick.value = account
    form.approval.give_back.click()
    assert "without a comment" in form.message.box.value
    form.approval.comment.value = "Too <low>"
    form.approval.give_back.click()
    stored = desk.stored(account)
    assert (stored.state, stored.saved_by, stored.comment) == ("returned", lead, "Too <low>")
    assert "Too &lt;low&gt;" in form.state.value
    assert form.approval.box.layout.display == "none"
    assert "returned" in form.pick.label
    assert desk.accounts()[0][1] == account  # it waits for the rep now

    desk.save(desk.open(account), desk.open(account).plan, "submitted")
    form.show(account)
    form.words.note.value = "a thought"
    form.approval.approve.click()
    assert "not saved it" in form.message.box.value
    form.desk.discard(account)
    form.approval.approve.click()
    assert desk.stored(account).state == "approved"
    assert form.approval.approve.disabled

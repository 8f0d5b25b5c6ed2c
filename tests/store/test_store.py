"""Decisions and plans are appended, signed, and never overwritten unseen; the same on SQLite and PostgreSQL."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from workbook.errors import ConflictError, StoreError, UsageError
from workbook.store import Decision, PlanConflictError, PlanRevision, Signature, open_store
from workbook.store.plan import FOLLOWS, STATES
from workbook.store.read import read_decisions, read_plans
from workbook.store.rows import plain_json

NOON = datetime(2026, 6, 30, 12)


def plan(account: str = "A-1", state: str = "draft", at: datetime = NOON, rep: str = "P-1", **document: object):
    return PlanRevision(rep, account, document, state, "ann", at)  # type: ignore[arg-type]


def test_a_book_without_a_store_reads_as_empty_and_makes_none(tmp_path: Path) -> None:
    (tmp_path / "book.toml").write_text("")
    assert read_decisions(tmp_path).rows == ()
    assert read_plans(tmp_path, date(2026, 1, 1)) == ()
    assert not (tmp_path / "store.sqlite").exists()


def test_a_decision_comes_back_as_it_was_recorded(root: Path) -> None:
    store = open_store(root)
    first = store.record(
        Decision("move", "A-1", {"to_rep": "P-2", "n": 10**17, "x": 0.1, "é": "ß\n"}, "kim", NOON, "no touch")
    )
    second = store.record(Decision("lock", "A-1", {"locked": True}, "kim", NOON))
    assert first.revision < second.revision
    assert read_decisions(root).rows == (first, second)
    assert read_decisions(root).state("lock")["A-1"].payload == {"locked": True}


def test_a_decision_on_what_somebody_changed_meanwhile_is_refused(root: Path) -> None:
    store = open_store(root)
    seen = store.record(Decision("class_override", "A-1", {"class": "core"}, "kim", NOON), expected_revision=0)
    store.record(Decision("class_override", "A-2", {"class": "core"}, "kim", NOON), expected_revision=0)
    store.record(Decision("class_override", "A-1", {"class": "invest"}, "raj", NOON), expected_revision=seen.revision)
    with pytest.raises(ConflictError, match="raj recorded revision"):
        store.record(
            Decision("class_override", "A-1", {"class": "divest"}, "ann", NOON), expected_revision=seen.revision
        )
    assert [row.by for row in store.decisions().log("class_override")] == ["kim", "kim", "raj"]


def test_several_decisions_are_recorded_all_or_none(root: Path) -> None:
    store = open_store(root)
    rows = [Decision("move", f"A-{i}", {}, "kim", NOON) for i in range(3)]
    with pytest.raises(ConflictError):
        store.record_all(rows, [0, 0, 99])
    assert store.decisions().rows == ()
    assert len(store.record_all(rows)) == 3


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        (Decision("gossip", "A-1", {}, "kim", NOON), "no kind of decision"),
        (Decision("move", "A-1", {}, " ", NOON), "nobody signed"),
        (Decision("move", "A-1", {"x": float("nan")}, "kim", NOON), "cannot be stored"),
        (Decision("move", "A-1", {"x": NOON}, "kim", NOON), "cannot be stored"),
        (Decision("move", "A-1", {"x": "\ud800"}, "kim", NOON), "cannot be stored"),
        (Decision("move", "A\x00", {}, "kim", NOON), "no text"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_reason(root: Path, decision: Decision, words: str) -> None:
    store = open_store(root)
    with pytest.raises(UsageError, match=words):
        store.record(decision)
    assert store.decisions().rows == ()


def test_a_plan_is_saved_in_revisions_and_known_as_of_a_day(root: Path) -> None:
    store = open_store(root)
    store.save_plan(plan(x=1), 0)
    store.save_plan(plan(x=2, at=NOON + timedelta(days=1)), 1)
    store.save_plan(plan("", x=3), 0)
    assert [(p.revision, p.document) for p in store.history("A-1")] == [(1, {"x": 1}), (2, {"x": 2})]
    known = {p["account_id"]: p for p in read_plans(root, date(2026, 6, 30))}
    assert known["A-1"]["revision"] == 1
    assert known[""]["rep_id"] == "P-1"
    assert read_plans(root, date(2026, 7, 1))[0]["document"] == {"x": 2}
    assert read_plans(root, date(2026, 6, 29)) == ()


def test_a_plan_tells_how_it_came_about_in_one_read(root: Path) -> None:
    """x: 1, 2, 2 submitted, 1 again. Read in several reads, a plan that somebody saves between them has no story."""
    store = open_store(root)
    states = ["draft", "draft", "submitted", "draft"]
    for number, (x, state) in enumerate(zip([1, 2, 2, 1], states, strict=True)):
        store.save_plan(PlanRevision("P-1", "A-1", {"x": x}, state, "ann", NOON + timedelta(days=number)), number)
    asked: list[str] = []

    def note(*told: Any) -> None:
        asked.append(told[2])

    event.listen(Engine, "before_cursor_execute", note)
    known = [read_plans(root, date(2026, 6, 30) + timedelta(days=day))[0] for day in range(4)]
    event.remove(Engine, "before_cursor_execute", note)
    assert len([text for text in asked if "plan_revisions" in text]) == 4
    assert [p["revision"] for p in known] == [1, 2, 3, 4]
    assert [p["previous"] and p["previous"]["revision"] for p in known] == [None, 1, 1, 3]
    assert [p["versions"] for p in known] == [1, 2, 2, 2]
    assert [p["sent_at"] for p in known] == [None, None, NOON + timedelta(days=2), NOON + timedelta(days=2)]
    assert [p["revised_at"].day for p in known] == [30, 1, 1, 3]
    assert [[step["state"] for step in p["steps"]] for p in known] == [states[: n + 1] for n in range(4)]


def test_nobody_overwrites_unseen_and_both_versions_are_there(root: Path) -> None:
    store = open_store(root)
    store.save_plan(plan(x=1), 0)
    store.save_plan(PlanRevision("P-1", "A-1", {"x": 2}, "draft", "raj", NOON), 1)
    with pytest.raises(PlanConflictError, match="raj saved revision 2") as caught:
        store.save_plan(plan(x=3), 1)
    assert caught.value.theirs is not None
    assert caught.value.theirs.document == {"x": 2}
    assert caught.value.yours.document == {"x": 3}
    with pytest.raises(PlanConflictError):
        store.save_plan(plan(x=3), 0)
    with pytest.raises(PlanConflictError, match="none"):
        store.save_plan(plan("A-9", x=3), 4)


def test_plans_are_saved_all_or_none(root: Path) -> None:
    store = open_store(root)
    store.save_plan(plan("A-2"), 0)
    with pytest.raises(PlanConflictError):
        store.save_plans([(plan("A-1"), 0), (plan("A-2"), 0)])
    assert store.plan("A-1") is None


def test_a_plan_goes_from_draft_to_locked_and_keeps_its_comments(root: Path) -> None:
    store = open_store(root)
    store.save_plan(plan(x=1), 0)
    store.move_plan("A-1", "submitted", Signature("ann", NOON), 1)
    with pytest.raises(UsageError, match="without a comment"):
        store.move_plan("A-1", "returned", Signature("kim", NOON), 2)
    store.move_plan("A-1", "returned", Signature("kim", NOON, "name the outcomes"), 2)
    store.move_plan("A-1", "submitted", Signature("ann", NOON), 3)
    store.move_plan("A-1", "approved", Signature("kim", NOON), 4)
    store.move_plan("A-1", "locked", Signature("kim", NOON), 5)
    with pytest.raises(UsageError, match="locked cannot become draft"):
        store.save_plan(plan(x=2), 6)
    states = [(p.state, p.saved_by, p.comment) for p in store.history("A-1")]
    assert states[2] == ("returned", "kim", "name the outcomes")
    assert states[-1] == ("locked", "kim", "")
    assert store.history("A-1")[-1].document == {"x": 1}


@pytest.mark.parametrize("now", STATES)
@pytest.mark.parametrize("then", STATES)
def test_only_the_published_steps_are_allowed(tmp_path: Path, now: str, then: str) -> None:
    from workbook.store.plan import check_step

    (tmp_path / "book.toml").write_text("")
    step = PlanRevision("P-1", "A-1", {}, then, "kim", NOON, "because")  # type: ignore[arg-type]
    if then in FOLLOWS[now]:
        check_step(now, then, step)
    else:
        with pytest.raises(UsageError, match="cannot become"):
            check_step(now, then, step)


def test_a_plan_follows_its_account_to_another_rep(root: Path) -> None:
    store = open_store(root)
    store.save_plan(plan(x=1), 0)
    store.save_plan(plan(x=2, rep="P-2"), 1)
    assert [p.rep_id for p in store.history("A-1")] == ["P-1", "P-2"]
    assert [p.revision for p in open_store(root, reps=["P-2"]).history("A-1")] == [1, 2]
    assert open_store(root, reps=["P-1"]).history("A-1") == []


def test_a_session_limited_to_reps_sees_and_saves_theirs_only(root: Path) -> None:
    whole = open_store(root)
    whole.save_plans([(plan("A-1"), 0), (plan("A-2", rep="P-2"), 0)])
    whole.record(Decision("review", "P-2", {}, "kim", NOON))
    mine = open_store(root, reps=["P-1"])
    assert [p.account_id for p in mine.plans()] == ["A-1"]
    assert mine.plan("A-2") is None
    assert mine.decisions().rows == ()
    mine.save_plan(plan("A-1", x=2), 1)
    with pytest.raises(UsageError, match="may not save plans of P-2"):
        mine.save_plan(plan("A-2", rep="P-2"), 1)
    with pytest.raises((UsageError, ConflictError)):
        mine.save_plan(plan("A-2"), 1)  # taking over another rep's account
    assert open_store(root, reps=[]).plans() == []


def test_times_with_a_zone_are_kept_in_utc(root: Path) -> None:
    store = open_store(root)
    east = datetime(2026, 7, 1, 1, tzinfo=timezone(timedelta(hours=5)))
    assert store.save_plan(plan(at=east), 0).saved_at == datetime(2026, 6, 30, 20)
    assert store.history("A-1")[0].saved_at == east.astimezone(UTC).replace(tzinfo=None)


def test_the_logs_cannot_be_changed_even_by_hand(root: Path) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import DatabaseError

    store = open_store(root)
    store.save_plan(plan(), 0)
    store.record(Decision("move", "A-1", {}, "kim", NOON))
    for statement in ("UPDATE plan_revisions SET saved_by = 'x'", "DELETE FROM decisions"):
        with pytest.raises(DatabaseError, match="append-only"), store.engine.begin() as connection:
            connection.execute(text(statement))


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), _JSON, max_size=4))
def test_any_json_document_comes_back_the_same(root: Path, document: dict[str, object]) -> None:
    store = open_store(root)
    seen = len(store.history("A-1"))
    store.save_plan(plan(**{"document": document}), seen)
    assert store.plan("A-1").document == {"document": document}  # type: ignore[union-attr]
    assert plain_json(document, "") == plain_json(dict(reversed(document.items())), "")


def _saver(root: Path, number: int, saves: int) -> None:
    store = open_store(root)
    for seen in range(saves):
        store.save_plan(plan(f"A-{number}", n=seen), seen)


def _fighter(root: Path, number: int, saves: int) -> None:
    """Everybody saves the same plan, and tries again with what is there after a conflict."""
    store = open_store(root)
    done, seen = 0, 0
    while done < saves:
        try:
            seen = store.save_plan(PlanRevision("P-1", "A-0", {"n": done}, "draft", f"w{number}", NOON), seen).revision
            done += 1
        except PlanConflictError as conflict:
            seen = conflict.theirs.revision if conflict.theirs else 0


def _run(work, root: Path, processes: int, saves: int) -> None:
    context = multiprocessing.get_context(
        "forkserver"
    )  # the process of the tests has threads, whose locks a fork would copy
    context.set_forkserver_preload(["tests.store.test_store"])
    workers = [context.Process(target=work, args=(root, n, saves)) for n in range(processes)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(180)
    assert [worker.exitcode for worker in workers] == [0] * processes


@pytest.mark.slow
def test_sixteen_processes_of_200_saves_lose_nothing(root: Path) -> None:
    open_store(root)
    _run(_saver, root, 16, 200)
    held = open_store(root)
    assert {p.account_id: (p.revision, p.document["n"]) for p in held.plans()} == {
        f"A-{n}": (200, 199) for n in range(16)
    }
    assert len(held.revisions()) == 16 * 200


def test_processes_that_fight_over_one_plan_lose_nothing(root: Path) -> None:
    open_store(root)
    _run(_fighter, root, 4, 15)
    history = open_store(root).history("A-0")
    assert [p.revision for p in history] == list(range(1, 61))
    for number in range(4):
        assert [p.document["n"] for p in history if p.saved_by == f"w{number}"] == list(range(15))


def test_processes_that_all_make_the_store_agree_on_one(root: Path) -> None:
    _run(_saver, root, 6, 1)
    assert len(open_store(root).plans()) == 6


def test_an_unknown_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "book.toml").write_text('[store]\nurl = "mysql://x/y"\n')
    with pytest.raises(StoreError, match="mysql"):
        open_store(tmp_path)


def test_a_server_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    (tmp_path / "book.toml").write_text('[store]\nurl = "postgresql://u:secret@127.0.0.1:9/none"\n')
    with pytest.raises(StoreError, match="server runs") as caught:
        open_store(tmp_path)
    assert "secret" not in str(caught.value)

"""What ``meet`` and ``sign-off`` record and print."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

from workbook.cli.options import print_json
from workbook.decisions import Decision, signed_at, signer
from workbook.errors import ConflictError, UsageError
from workbook.money import format_amount, typed
from workbook.reconcile.approving import KINDS
from workbook.reconcile.rounds import Wish, checked

if TYPE_CHECKING:
    from workbook.book import Book

Signed = tuple[str, str]


def _known(book: Book, node: str, signed: Signed | None) -> None:
    if node not in set(book.reconcile.cube.nodes.ids):
        book.tree.at(node)
    if signed is not None:
        signer(signed[0])


def _role(book: Book, role: str) -> None:
    known = book.rules.reconcile.sign_off.approvals
    if role not in known:
        raise UsageError(f"there is no role {role!r}", remedy=f"Use one of {', '.join(known)} (the rule approvals).")


def _record(
    book: Book, kind: str, what: tuple[str, dict[str, Any]], signed: Signed, seen: int | None = None
) -> Decision:
    from workbook.store.store import open_store

    at = signed_at(book.as_of, datetime.now())
    return open_store(book.root).record(Decision(kind, what[0], what[1], signed[0], at, signed[1]), seen)


def say(book: Book, what: tuple[str, str, str | None, str], signed: Signed, as_json: bool) -> int:
    """Record one word of the talk about a node's number."""
    node, action, text, side = what
    _known(book, node, signed)
    amount = None if text is None else typed(text, book.facts.currency)
    states = book.reconcile.sign_offs
    sealed = bool(((states["node"] == node) & (states["state"] == "signed")).any())
    wish = checked(Wish(action, node, side, amount, signed[1]), book.reconcile.talks, sealed)
    made = _record(
        book,
        "meeting_point",
        (node, wish.payload(book.facts.year)),
        signed,
        book.facts.decisions.seen("meeting_point", node),
    )
    number = "" if amount is None else f" {format_amount(amount, book.facts.currency)}"
    return _say(book, ("meet", True, as_json), {"revision": made.revision, "action": action, "amount": amount}, f"{node}: {action}{number} by {signed[0]} ({side}), recorded as decision {made.revision}")  # fmt: skip


def allowed(book: Book, node: str, as_json: bool) -> int:
    """Whether a node may be signed off, and what stands against it."""
    _known(book, node, None)
    against = book.reconcile.reasons_against(node)
    return (
        _refused(book, node, against, as_json)
        if against
        else _say(book, ("sign-off", True, as_json), {"node": node}, f"{node} may be signed off")
    )


def _refused(book: Book, node: str, against: list[str], as_json: bool, what: str = "signed off") -> int:
    if as_json:
        rows = [{"node": node, "reason": text} for text in against]
        print_json(
            "sign-off",
            book=book.root,
            as_of=book.as_of,
            ok=False,
            summary={"node": node, "state": "refused"},
            rows=rows,
        )
    else:
        typer.echo(f"{node} cannot be {what}:")
        for text in against:
            typer.echo(f"  - {text}")
    return 1


def answer(book: Book, what: tuple[str, str, str, str], signed: Signed, as_json: bool) -> int:
    """Approve or return a node's agreed number, the edits of its target or its moves, as far as the role reaches."""
    node, role, said, of = what
    _known(book, node, signed)
    names = {"number": "meeting_point", "edits": "target_edits", "moves": "moves"}
    if of not in names:
        raise UsageError(f"--what cannot be {of!r}", remedy=f"Use one of {', '.join(names)}.")
    kind, called = names[of], KINDS[names[of]]
    rules = book.rules.reconcile.sign_off
    _role(book, role)
    waiting = book.reconcile.approvals
    rows = waiting[((waiting["node"] == node) & (waiting["what"] == kind)).to_numpy()]
    if rows.empty:
        return _refused(book, node, [f"Nothing waits for an answer: {called}."], as_json, said)
    row = rows.iloc[0]
    if not rules.may_approve(role, float(row["change_share"])):
        text = f"A change of {row['change_share']:.0%} ({called}) is approved by {row['needs']}, not by {role}."
        return _refused(book, node, [text], as_json, said)
    if said == "returned" and not signed[1].strip():
        raise UsageError("a return needs words", remedy="Give them with --reason.")
    payload = {
        "what": kind,
        "year": book.facts.year,
        "amount": int(row["amount"]),
        "role": role,
        "answer": said,
    }
    made = _record(book, "approval", (node, payload), signed, book.facts.decisions.seen("approval", node))
    amount = format_amount(int(row["amount"]), book.facts.currency)
    return _say(book, ("sign-off", True, as_json), {"node": node, "state": said, "revision": made.revision}, f"{node}: {amount} {said} by {signed[0]} ({role})")  # fmt: skip


def change(book: Book, node: str, signed: Signed, as_json: bool) -> int:
    """Record what changed since the last sign-off, with before and after."""
    _known(book, node, signed)
    states = book.reconcile.sign_offs
    rows = states[(states["node"] == node).to_numpy()]
    if rows.empty or rows["state"].iloc[0] != "changed":
        return _refused(
            book,
            node,
            [f"Nothing of {node} changed since it was signed off." if len(rows) else f"{node} was not signed off."],
            as_json,
            "changed",
        )
    if not signed[1].strip():
        raise UsageError("a change needs words", remedy="Give them with --reason.")
    differs = book.reconcile.changes_of(node)
    row = rows.iloc[0]
    payload = {
        "year": book.facts.year,
        "from": row["hash"],
        "to": row["now_hash"],
        "sign_off": int(row["revision"]),
        "differences": differs,
    }
    made = _record(book, "change_request", (node, payload), signed, book.facts.decisions.seen("change_request", node))
    if as_json:
        summary = {"node": node, "state": "change requested", "revision": made.revision}
        print_json("sign-off", book=book.root, as_of=book.as_of, ok=True, summary=summary, rows=differs)
        return 0
    for one in differs[:24]:
        before, after = (format_amount(one[k], book.facts.currency) for k in ("before", "after"))
        typer.echo(f"{one['measure']}, month {one['month']}: {before} → {after}")
    typer.echo(f"{node}: change recorded as decision {made.revision}; sign it off again")
    return 0


def sign(book: Book, what: tuple[str, str], signed: Signed, how: tuple[bool, bool]) -> int:
    """Sign a node off over the hash of all its numbers; with ``lock`` its approved account plans too."""
    node, role = what
    lock, as_json = how
    _known(book, node, signed)
    _role(book, role)
    against = book.reconcile.reasons_against(node)
    if against:
        return _refused(book, node, against, as_json)
    sealed = book.reconcile.seal_of(node)
    states = book.reconcile.sign_offs
    rows = states[((states["node"] == node) & (states["state"] == "signed")).to_numpy()]
    if len(rows) and not lock:
        text = (
            f"{node} is signed off already by {rows['signed_by'].iloc[0]}: every number is as signed ({sealed['hash']})"
        )
        return _say(book, ("sign-off", True, as_json), {"node": node, "state": "signed", "hash": sealed["hash"]}, text)
    made = _record(
        book, "sign_off", (node, {**sealed, "role": role}), signed, book.facts.decisions.seen("sign_off", node)
    )
    locked = _lock(book, node, signed) if lock else 0
    text = f"{node} signed off by {signed[0]} ({role}) over {sealed['hash']}, decision {made.revision}"
    text += f"; {locked} account plans locked" if lock else ""
    return _say(book, ("sign-off", True, as_json), {"node": node, "state": "signed", "hash": sealed["hash"], "revision": made.revision, "locked": locked}, text)  # fmt: skip


def _lock(book: Book, node: str, signed: Signed) -> int:
    """Lock every approved plan of the node: all or none is not needed, a plan that was changed meanwhile stays open and is named."""
    from workbook.store.store import Signature, open_store

    view = book.scoped(node) if node in book.tree else None
    plans = view.facts.plans if view is not None else [p for p in book.facts.plans if p["rep_id"] == node]
    store, at = open_store(book.root), signed_at(book.as_of, datetime.now())
    count = 0
    for plan in plans:
        if plan["state"] != "approved":
            continue
        try:
            store.move_plan(
                plan["account_id"] or plan["rep_id"], "locked", Signature(signed[0], at, signed[1]), plan["revision"]
            )
            count += 1
        except ConflictError as fault:
            typer.echo(f"not locked: {fault}", err=True)
    return count


def _say(book: Book, how: tuple[str, bool, bool], summary: dict[str, Any], text: str) -> int:
    command, ok, as_json = how
    if as_json:
        print_json(command, book=book.root, as_of=book.as_of, ok=ok, summary=summary, rows=[])
    else:
        typer.echo(text)
    return 0

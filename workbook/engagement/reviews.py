"""Reviews that were held (C9): what was answered per account, and whether class, grade and plan followed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd

from workbook.decisions import Decision, Decisions
from workbook.errors import UsageError
from workbook.facts import Facts
from workbook.tree import Tree

#: What a review asks of an account that is to be looked at again, and what may be answered.
TOPICS = ("class", "grade", "plan")
ANSWERS = ("keep", "change")

Answers = Mapping[str, Mapping[str, str]]


def last_review(decisions: Decisions, tree: Tree, node: str, before: date) -> Decision | None:
    """The last review of a node (or one above it) held on a day before ``before``: today's own review ends today's comparison."""
    return last_reviews(decisions, tree, [node], before).get(node)


def last_reviews(decisions: Decisions, tree: Tree, nodes: Iterable[str], before: date) -> dict[str, Decision]:
    """The last review of each of ``nodes``, as :func:`last_review`; nodes without any are left out. Decisions are read once.

    Where two were held on one day, the one of the nearer node counts; of one node, the later recorded.
    """
    latest: dict[str, Decision] = {}
    for row in sorted(decisions.log("review"), key=lambda row: (row.at.date(), row.revision)):
        if row.at.date() < before:
            latest[row.subject] = row
    out = {}
    for node in nodes:
        held = [(latest[n].at.date(), place, n) for place, n in enumerate(tree.path(node)) if n in latest]
        if held:
            out[node] = latest[max(held)[2]]
    return out


def without_review(facts: Facts) -> date:
    """The day since when changes count where no review was recorded: as many days back as ``classes.review_days`` says."""
    return facts.as_of - timedelta(days=facts.rules.portfolio.classes.review_days)


def parsed(texts: Iterable[str]) -> dict[str, dict[str, str]]:
    """Answers from text, one per account: topic=answer pairs after the account's key.

    >>> parsed(["A-0832:class=keep,plan=change"])
    {'A-0832': {'class': 'keep', 'plan': 'change'}}
    """
    out: dict[str, dict[str, str]] = {}
    for text in texts:
        account, _, rest = text.partition(":")
        pairs = [part.partition("=") for part in rest.split(",") if part.strip()]
        if not account.strip() or not pairs:
            raise UsageError(f"{text!r} is no answer", remedy="Write it like A-0832:class=keep,plan=change.")
        out.setdefault(account.strip(), {}).update({topic.strip(): answer.strip() for topic, _, answer in pairs})
    return out


def payload(answers: Answers, standing: pd.DataFrame, numbers: Mapping[str, int | None]) -> dict[str, Any]:
    """What a review's decision holds: the answers with the class and grade they were given on, and the node's numbers that day.

    ``standing``: account_id, class, grade of the accounts in the node. Raises :class:`UsageError` for an account that is not
    there, a topic or an answer that there is not.
    """
    rows = standing.drop_duplicates("account_id").set_index("account_id")[["class", "grade"]]
    said: dict[str, Any] = {}
    for account, given in sorted(answers.items()):
        if account not in rows.index:
            raise UsageError(
                f"there is no account {account!r} in this node", remedy="See the accounts to look at again."
            )
        for topic, answer in given.items():
            if topic not in TOPICS or answer not in ANSWERS:
                raise UsageError(
                    f"{account}: {topic}={answer} is no answer",
                    remedy=f"Topics are {', '.join(TOPICS)}; answers are {' and '.join(ANSWERS)}.",
                )
        was = {topic: str(rows.at[account, topic]) for topic in ("class", "grade") if pd.notna(rows.at[account, topic])}
        said[account] = {**{t: given[t] for t in TOPICS if t in given}, "was": was}
    return {"answers": said, "numbers": {k: v for k, v in numbers.items() if v is not None}}


def review_answers(decisions: Decisions, standing: pd.DataFrame, plans: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """The last answer per account and topic, and what became of it, in the order of accounts.

    ``standing``: account_id, territory_id, class, grade now. ``plans``: the current plans (account_id, revised_at). Columns
    account_id, territory_id, held_on, decided_by, topic, answer, was, now, state (open: to be changed and not yet changed;
    done: changed as asked; kept; moved: changed though it was to be kept), sentence.
    """
    known = standing.drop_duplicates("account_id").set_index("account_id")[["territory_id", "class", "grade"]]
    saved = {p["account_id"]: p.get("revised_at", p["saved_at"]) for p in plans if p["account_id"]}
    last: dict[tuple[str, str], dict[str, Any]] = {}
    for review in decisions.log("review"):
        for account, said in dict(review.payload.get("answers", {})).items():
            for topic in TOPICS:
                if topic in said and account in known.index:
                    last[account, topic] = _row(review, (account, topic), known.loc[account], saved.get(account))
    columns = [
        "account_id",
        "territory_id",
        "held_on",
        "decided_by",
        "topic",
        "answer",
        "was",
        "now",
        "state",
        "sentence",
    ]
    out = pd.DataFrame([last[key] for key in sorted(last, key=lambda k: (k[0], TOPICS.index(k[1])))], columns=columns)
    out["held_on"] = pd.to_datetime(out["held_on"]).astype("datetime64[us]")
    return out.astype({c: "str" for c in columns if c != "held_on"})


def _row(review: Decision, what: tuple[str, str], now: pd.Series, saved_at: Any) -> dict[str, Any]:
    account, topic = what
    said = review.payload["answers"][account]
    answer = str(said[topic])
    if topic == "plan":
        changed = saved_at is not None and pd.Timestamp(saved_at) > pd.Timestamp(review.at)
        was, is_now = "", f"revised {str(saved_at)[:10]}" if changed else "not revised since"
    else:
        was = str(said.get("was", {}).get(topic, ""))
        is_now = str(now[topic]) if pd.notna(now[topic]) else ""
        changed = was != is_now
    state = {("change", True): "done", ("change", False): "open", ("keep", False): "kept", ("keep", True): "moved"}
    if topic == "plan" and answer == "keep":
        changed = False
    became = state[answer, changed]
    text = f"{review.at:%Y-%m-%d}, {review.by}: {answer} the {topic}" + (f" ({was})" if was else "")
    text += {"done": f"; done: {is_now}.", "open": f"; open: {is_now or 'as it was'}.", "kept": ".", "moved": f"; since then {is_now}."}[became]  # fmt: skip
    return {
        "account_id": account, "territory_id": now["territory_id"], "held_on": review.at.date(), "decided_by": review.by,
        "topic": topic, "answer": answer, "was": was, "now": is_now, "state": became, "sentence": text,
    }  # fmt: skip

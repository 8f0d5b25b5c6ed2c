"""Who reads notebook 05 or a quota letter sees what he may: canary values looked for in all that they show."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from workbook.book import Book
from workbook.errors import UsageError
from workbook.money import format_amount, to_decimal
from workbook.review.letters import html_letter
from workbook.sections import targets
from workbook.sections.audience import audience_of
from workbook.targets.letters import letters

ROOT = Path(__file__).parents[2]
NODE = "T-03"


@cache
def shown(whole: Book, audience: str) -> str:
    """All that the cells of notebook 05 would show of a territory, as text."""
    view, reader = whole.scoped(NODE), audience_of(audience)
    found: list[Any] = [targets.target_checks(view, reader), *targets.trial(view)]
    for part in ("view_of_targets", "against_last_year", "bases_in_force", "why", "fairness", "edits", "scenarios"):
        found += getattr(targets, part)(view, reader)
    return plain(" ".join(text for part in found for text in forms(part)))


def forms(value: Any) -> list[str]:
    made = [getattr(value, name)() for name in ("_repr_html_", "svg") if hasattr(value, name)]
    return [text for text in made if text] + [repr(value)]


def plain(text: str) -> str:
    return re.sub(r"<[^>]+>", " ", text).replace("&nbsp;", " ")


def spelled(amount: Any) -> set[str]:
    """An amount as a document may write it."""
    whole_one = int(amount)
    return {
        format_amount(whole_one, "USD"),
        format_amount(whole_one, "USD", short=True),
        f"{to_decimal(whole_one, 'USD'):,}",
    }


def test_a_reps_copy_of_the_notebook_shows_no_target_no_hedge_no_pay_and_no_colleague(whole: Book) -> None:
    text, manager = shown(whole, "rep"), shown(whole, "manager")
    rows = whole.targets.by_node.set_index("node")
    own = rows.loc[NODE]
    assert spelled(own["street_amount"]) & set(re.findall(r"[\d.,]+ [kM] USD", text))
    for column in ("target_amount", "hedge_amount"):
        assert any(word in manager for word in spelled(own[column])), column
        assert not [word for word in spelled(own[column]) if word in text], column
    assert "edge" not in text.replace("knowledge", "").replace("hedge in it, is shown", "")
    people = whole.tables.reps[(whole.tables.reps["territory_id"] == NODE).to_numpy()]
    assert not [name for name in people["name"] if name in text]
    assert any(name in manager for name in people["name"])


def test_only_finance_sees_what_a_quota_is_beside_the_pay(whole: Book) -> None:
    assert "on-target earnings" in shown(whole, "finance")
    for audience in ("rep", "manager"):
        assert "on-target earnings" not in shown(whole, audience), audience


def test_a_reps_copy_is_of_one_territory() -> None:
    with pytest.raises(UsageError, match="of one territory"):
        targets.open_planning(str(ROOT / "data" / "sample"), audience="rep")


def test_a_letter_shows_its_own_quota_and_nothing_of_others(whole: Book) -> None:
    made = letters(whole.facts, whole.targets.allocation, whole.targets.by_node)
    nodes = whole.targets.by_node
    reps = whole.tables.reps
    pay = {int(v) for c in ("on_target_earnings", "cost_per_hour") for v in reps[c].dropna()}
    tops = nodes[nodes["node_kind"] != "account"]
    hidden = set().union(*(spelled(a) for c in ("target_amount", "hedge_amount") for a in tops[c] if a))
    hidden |= set().union(*(spelled(p) for p in pay))
    quotas = {row.node: spelled(row.street_amount) for row in tops.itertuples()}
    assert len(made) > 20
    for letter in made:
        text = plain(html_letter(whole, letter))
        assert any(word in text for word in quotas[letter.rep_id])
        amounts = set(re.findall(r"\d[\d,]*\.\d\d(?: USD)?", text))
        assert not amounts & hidden, (letter.rep_id, amounts & hidden)
        others = set().union(*(words for node, words in quotas.items() if node != letter.rep_id))
        assert not amounts & others, (letter.rep_id, amounts & others)
        assert not [n for n in reps["name"] if n != letter.name and n in text]
        assert "edge" not in text.replace("knowledge", "")

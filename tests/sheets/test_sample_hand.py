"""The sample's plans come out of its real templates: sent, filled, collected, approved; the same every time."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from workbook.book import Book
from workbook.sample import write_sample
from workbook.sheets.sample_hand import make_plans
from workbook.store import open_store


@pytest.mark.slow
def test_the_sample_company_is_planned_by_filling_its_templates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("WORKBOOK_STORE", "WORKBOOK_REPS"):
        monkeypatch.delenv(name, raising=False)
    root = tmp_path / "book"
    write_sample(root)

    def open_at(day: date) -> object:
        return Book.open(root, as_of=min(day, date(2026, 6, 30))).plans

    told = list(make_plans(root, open_at, tmp_path / "files"))  # type: ignore[arg-type]
    assert len([line for line in told if line.startswith("round")]) == 2
    assert list(make_plans(root, open_at, tmp_path / "files")) == ["the sample's plans are there already"]  # type: ignore[arg-type]
    short = next(s for s in json.loads((root / "stories.json").read_text())["stories"] if s["id"] == "short")
    plans = Book.open(root).plans
    status = plans.status.set_index("rep_id")
    gap = status["planned_amount"] / status["street_amount"].astype("float64")
    assert gap[short["rep_id"]] < 0.8
    assert (gap.drop(short["rep_id"]).dropna() >= 1).mean() > 0.9
    fails = {c.subject for c in plans.checks if c.name == "plan exceeds target" and c.verdict == "fail"}
    assert short["rep_id"] in fails
    assert (status["sent"] == 0).any()
    assert {p.state for p in open_store(root).plans()} >= {"draft", "submitted", "approved", "returned"}
    assert plans.scores["revisions"].max() > 1
    assert (plans.scores["depth"] == "full").sum() > 20
    words = plans.territory_words
    assert (words["approach"] != "").sum() > 10
    assert {c.verdict for c in plans.checks if c.name == "plans add up"} == {"ok"}
    marked = plans.commitment
    assert 20 < (marked["marks"] > 0).sum() < len(marked)
    assert marked["marks"].is_monotonic_decreasing
    tied = plans.behaviour.set_index("node").loc[plans.facts.tree.root, "tied"]
    assert 0.3 < tied < 0.9
    assert int(plans.roll_up.loc[plans.roll_up["node"] == plans.facts.tree.root, "plan_amount"].sum()) == int(
        plans.lines["amount"].sum()
    )

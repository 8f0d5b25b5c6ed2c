"""What notebook 03 says of reps: the worst cases, the style of working, NPS with its interval."""

from __future__ import annotations

from dataclasses import replace

from workbook.book import Book
from workbook.sections import published, working
from workbook.show import Note, Table


def test_the_five_worst_leavers_stand_in_words(book: Book) -> None:
    table = working.risks(book)[1]
    assert isinstance(table, Table)
    assert table.frame["rank"].tolist() == [1, 2, 3, 4, 5]
    assert table.frame["sentence"].str.contains("contacts nobody else knows").all()


def test_a_territory_says_which_of_them_are_its_own(book: Book) -> None:
    rows = book.engagement.leaver
    home = book.tables.reps.set_index("rep_id")["territory_id"]
    bad = set(rows.loc[rows["worst"], "rep_id"].map(home))
    quiet = next(t for t in book.tree.leaves() if t not in bad and t in set(rows["rep_id"].map(home)))
    here = working.risks(book.scoped(home[rows["rep_id"].iloc[0]]))[1]
    assert isinstance(here, Table)
    assert here.frame["rank"].iloc[0] == 1
    assert len(here.frame) < 5
    none = working.risks(book.scoped(quiet))[1]
    assert isinstance(none, Note)
    assert "none is in this view" in none.text


def test_every_rep_stands_in_the_table_of_styles_and_whom_to_ask_about_first(book: Book) -> None:
    table = working.depth(book)[0]
    assert len(table.frame) == len(book.engagement.depth) <= table.limit
    style = [working._STYLES.index(s) for s in table.frame["style"]]
    assert style == sorted(style)
    assert len(set(style)) > 1
    thin = table.frame[table.frame["style"] == table.frame["style"].iloc[-1]]
    assert thin["worked_share"].is_monotonic_increasing


def test_nps_is_a_table_with_answers_and_interval(book: Book) -> None:
    table = working.loyalty(book)[1]
    assert table.frame["nps"].dropna().is_monotonic_increasing
    assert {"n", "low", "high"} <= set(table.frame)
    assert table.frame["sentence"].str.contains("interval|not known").all()
    assert len(table.frame) == len(book.engagement.nps)


def test_the_published_cadence_names_its_start(book: Book) -> None:
    told = repr(published.published_cadence(book)[0])
    assert "opportunistic" in told
    assert "every two weeks" in told
    engagement = book.rules.engagement
    by_segment = replace(engagement, cadence=replace(engagement.cadence, start="segment"))
    facts = replace(book.facts, rules=replace(book.rules, engagement=by_segment))
    other = published.published_cadence(Book(book.root, facts))[0]
    assert other.labels["start"] == "segment"
    assert "large × growing" in other.frame["start"].tolist()

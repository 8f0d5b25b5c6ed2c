"""What is shown: formats by name, missing as a dash, markup as text."""

from __future__ import annotations

import pandas as pd

from workbook.checks import Check
from workbook.show import Figures, Table, checks


def test_formats_follow_the_names_of_columns() -> None:
    frame = pd.DataFrame(
        {
            "account_id": ["A-1"],
            "sales_amount": [123456789],
            "won_share": [0.256],
            "due_on": pd.to_datetime(["2026-03-01"]),
            "overdue_days": [12.0],
        }
    )
    text = repr(Table(frame))
    assert "1.23 M USD" in text
    assert "26%" in text
    assert "2026-03-01" in text
    assert "overdue (days)" in text


def test_missing_values_are_dashes_never_zeros() -> None:
    frame = pd.DataFrame(
        {"x_amount": pd.array([None, 500], dtype="Int64"), "on_on": [pd.NaT, pd.NaT], "s": ["a", float("nan")]}
    )
    html = Table(frame)._repr_html_()
    assert html.count("–") == 4
    assert ">0" not in html


def test_cells_are_text_and_never_markup() -> None:
    html = Table(pd.DataFrame({"name": ["<script>alert(1)</script>"]}), caption="<b>")._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "<b>" not in html
    assert "<i>" not in Figures([("<i>", "<i>", "<i>")])._repr_html_()


def test_rows_beyond_the_limit_are_counted() -> None:
    assert "60 more rows of 100 not shown" in Table(pd.DataFrame({"n": range(100)}))._repr_html_()


def test_checks_come_worst_first() -> None:
    shown = checks([Check("a", "ok", "fine"), Check("b", "fail", "broken"), Check("c", "not known", "no table")])
    assert shown.frame["verdict"].tolist() == ["fail", "not known", "ok"]


def test_commands_in_a_note_are_code_and_markup_stays_text() -> None:
    from workbook.show import Note

    assert "<code>workbook &lt;b&gt;</code>" in Note("run `workbook <b>`")._repr_html_()


def test_a_column_of_sentences_keeps_a_width_in_which_it_can_be_read() -> None:
    frame = pd.DataFrame({"name": ["Short Co"], "why": ["word " * 20], "won_share": [0.5]})
    html = Table(frame)._repr_html_()
    assert '<td class="wb-prose">' in html
    assert '<td class="wb-short">Short Co</td>' in html
    assert '<th class="wb-n">' in html


def test_an_id_in_brackets_stays_on_one_line() -> None:
    from workbook.show import Note

    told = "Ann Lee (P-15) holds it (for now), with <b>-x</b> (a-b)"
    html = Table(pd.DataFrame({"subject": [told]}))._repr_html_()
    assert '>Ann Lee <span class="wb-id">(P-15)</span> holds it (for now), with &lt;b&gt;-x&lt;/b&gt; ' in html
    assert '<span class="wb-id">(T-03)</span>' in Note("North (T-03)")._repr_html_()
    assert "Ann Lee (P-15) holds" in repr(Table(pd.DataFrame({"subject": [told]})))

"""Drawing blocks on a worksheet: headings, rows with keys, lists to choose from, checks, sums; top to bottom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from workbook.plans.known import Horizon
from workbook.sheets.entry_check import entry_check
from workbook.sheets.layout import DEALS, NEW, TERRITORY, Block, Column, blocks
from workbook.sheets.references import cell, criterion, letters
from workbook.sheets.styles import Styles

_DAY0 = date(1899, 12, 30)


class Canvas:
    """One worksheet with the row that is written next (from 0). Column A holds the keys and is hidden.

    ``unlisted``: lists with nothing in them; their columns take free text.
    """

    def __init__(
        self, sheet: Any, name: str, styles: Styles, horizon: Horizon, unlisted: frozenset[str] = frozenset()
    ) -> None:
        self.unlisted = unlisted
        self.sheet, self.styles, self.name, self.at = sheet, styles, name, 0
        self.scale, self.blocks, self.heading_text = styles.scale, blocks(horizon), name
        self._ranges: dict[tuple[str, int], list[int]] = {}
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, None, None, {"hidden": True})

    def banner(self, title: str, note: str, width: int, key: str = "") -> None:
        """The title band over ``width`` columns; ``key`` says whose the sheet is."""
        for row, style in ((0, "band"), (1, "band_note")):
            self.sheet.set_row(row, 26 if row == 0 else 17)
            for column in range(1, width + 1):
                self.sheet.write_blank(row, column, None, self.styles(style))
        self.heading_text = title
        self.sheet.write_string(0, 0, key)
        self.sheet.write_string(0, 1, title, self.styles("band"))
        self.sheet.write_string(1, 1, note, self.styles("band_note"))
        self.at = 3

    def title(self, words: str, width: int) -> None:
        """A title over a block."""
        for column in range(1, width):
            self.sheet.write_blank(self.at, column, None, self.styles("title"))
        self.sheet.write_string(self.at, 1, words, self.styles("title"))
        self.sheet.set_row(self.at, 20)
        self.at += 1

    def gap(self) -> None:
        """An empty row, which ends a block."""
        self.sheet.write_string(self.at, 0, "end:")
        self.at += 1

    def heading(self, block: Block) -> int:
        """The heading of a block; returns its row."""
        self.sheet.write_string(self.at, 0, f"head:{block.name}")
        for column, at in block.placed:
            right = column.kind in ("amount", "share", "support", "count")
            self._write(column, self.at, at, column.title, self.styles("head_right" if right else "head"))
        long = any(len(c.title) > c.width * c.span - 2 for c in block.columns)
        self.sheet.set_row(self.at, 32 if long else 20)
        self.at += 1
        return self.at - 1

    def row(
        self, block: Block, key: str, values: Mapping[str, Any], fixed: set[str], *, height: float = 0,
        hints: Mapping[str, str] | None = None,
    ) -> int:  # fmt: skip
        """One row of a block; ``fixed`` columns cannot be typed into in this row. Returns its row."""
        row = self.at
        if key:
            self.sheet.write_string(row, 0, key)
        looks, typed = self._looks(block, frozenset(fixed))
        lines = 1
        for column, at, style in looks:
            value = values.get(column.key)
            self._write(column, row, at, value, style)
            if type(value) is str and len(value) > column.width * column.span - 2:
                lines = max(lines, _lines(value, column.width * column.span))
        for at in typed:
            self._ranges.setdefault((block.name, at), []).append(row)
        for name, hint in (hints or {}).items():
            at = next(a for c, a in block.placed if c.key == name)
            self.sheet.data_validation(row, at, row, at, {"validate": "any", "input_message": hint})
        if height or lines > 1:
            self.sheet.set_row(row, max(height, 13.5 * lines + 1.5))
        self.at += 1
        return row

    def _looks(self, block: Block, fixed: frozenset[str]) -> tuple[list[tuple[Column, int, Any]], list[int]]:
        """How the cells of a row look, and which may be typed into; worked out once per block."""
        known = self.styles.rows.get((block.name, fixed))
        if known is None:
            looks, typed = [], []
            for column, at in block.placed:
                locked = column.fixed or column.key in fixed
                kind: str = "chance" if column.key == "chance" else column.kind
                if locked and at == 1 and kind == "text":
                    kind = "name"
                looks.append((column, at, self.styles.cell(kind, fixed=locked)))
                typed += [] if locked else [at]
            known = self.styles.rows[block.name, fixed] = (looks, typed)
        return known

    def _write(self, column: Column, row: int, at: int, value: Any, style: Any) -> None:
        sheet = self.sheet
        if column.span > 1:
            sheet.merge_range(row, at, row, at + column.span - 1, "", style)
        if value is None or value == "":
            sheet.write_blank(row, at, None, style)
        elif type(value) is str:
            head, mark, rest = value.partition("\n")
            if column.key == "topic" and mark:
                sheet.write_rich_string(row, at, self.styles("strong"), head, self.styles("label"), mark + rest, style)
            else:
                sheet.write_string(row, at, value, style)
        elif column.kind == "amount":
            sheet.write_number(row, at, value / self.scale, style)
        elif column.kind == "date":
            day = value.date() if isinstance(value, datetime) else value
            sheet.write_number(row, at, (day - _DAY0).days, style)
        else:
            sheet.write_number(row, at, value, style)

    def total(self, block: Block, row: int, amount: int, rows: tuple[int, int], shown: tuple[str, str]) -> None:
        """The account's plan of the year: repeat business, deals and new business, as a formula with its value.

        ``shown``: the account's label, and the name of its sheet ("" for none).
        """
        label, key = shown
        places = {c.key: at for c, at in block.placed}
        first = next(at for k, at in places.items() if k.startswith("p:"))
        periods = [c for c, _ in block.placed if c.key.startswith("p:") and "-" in c.key]
        a, z = cell(row, first), cell(row, first + len(periods) - 1)
        name, year = criterion(cell(row, 1), label), periods[0].key[2:8]
        deals, new = rows
        formula = (
            f"=SUM({a}:{z})+SUMIFS({DEALS}!$L$5:$L${4 + deals},{DEALS}!$C$5:$C${4 + deals},{name},"
            f'{DEALS}!$K$5:$K${4 + deals},"{year}-*")'
        )
        ahead = [c for c in periods if not c.fixed]
        for number in range(len(ahead)):
            column = letters(7 + number)
            formula += f"+SUMIFS('{NEW}'!${column}$5:${column}${4 + new},'{NEW}'!$B$5:$B${4 + new},{name})"
        self.sheet.write_formula(row, places["total"], formula, self.styles("sum"), amount / self.scale)
        if key:
            self.sheet.write_url(row, places["sheet"], f"internal:'{key}'!B1", self.styles("link"), key)

    def sums(self, block: Block, first: int, values: Mapping[str, int], words: str) -> dict[str, str]:
        """A row of sums under the amounts since row ``first``; ``values`` by period. Returns the cell of each."""
        last = self.at - 1
        self.sheet.write_string(self.at, 0, "total:")
        places = {c.key: at for c, at in block.placed}
        for _, at in block.placed:
            self.sheet.write_blank(self.at, at, None, self.styles("sum_label"))
        self.sheet.write_string(self.at, 1, words, self.styles("sum_label"))
        cells = {}
        for name, value in values.items():
            at = places[name if name in places else f"p:{name}"]
            area = f"{cell(first + 1, at)}:{cell(last, at)}"
            self.sheet.write_formula(self.at, at, f"=SUM({area})", self.styles("sum"), value / self.scale)
            cells[name] = f"{self.name}!{cell(self.at, at)}"
        self.at += 1
        return cells

    def finish(
        self,
        block: Block,
        first: int | None,
        last: int | None,
        *,
        freeze: tuple[int, int] | None,
        portrait: bool = False,
    ) -> None:
        """Widths, checks, protection and print set-up of the sheet."""
        sheet, wide = self.sheet, False
        if first is not None and last is not None:
            for column, at in block.placed:
                sheet.set_column(at, at, column.width)
            sheet.autofilter(first, 1, last, len(block.columns))
            sheet.repeat_rows(first)
            wide = len(block.columns) > 16
            if wide:  # over two pages: the names on both, the title in the header
                sheet.repeat_columns(1)
                sheet.print_area(first, 1, last + 1, len(block.columns))
                sheet.set_header(f"&L&14&B{self.heading_text.replace('&', '&&')[:200]}")
        elif self.name == TERRITORY:
            sheet.set_column(1, 1, 30)
            sheet.set_column(2, 4, 16)
            sheet.set_column(5, 12, 11)
        if freeze:
            sheet.freeze_panes(freeze[0] + (1 if first is not None else 0), freeze[1])
        self._checks()
        sheet.protect(
            "", {"sort": True, "autofilter": True, "format_columns": True, "format_rows": True, "insert_rows": True}
        )
        self.print_setup(portrait, 2 if wide else 1)

    def _checks(self) -> None:
        for (name, at), rows in self._ranges.items():
            column = next((c for c, a in self.blocks[name].placed if a == at), None)
            if column and column.choices in self.unlisted:  # nothing to choose from: the rep's own words
                column = replace(column, kind="text", choices="")
            rule = entry_check(column) if column else None
            if rule is None:
                continue
            first, last = rows[0], rows[-1]
            if last - first + 1 == len(rows):
                self.sheet.data_validation(first, at, last, at, rule)
            else:
                for row in rows:
                    self.sheet.data_validation(row, at, row, at, rule)

    def print_setup(self, portrait: bool, pages: int = 1) -> None:
        """A4, everything across one page or a few."""
        sheet = self.sheet
        sheet.set_portrait() if portrait else sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(pages, 0)
        sheet.set_margins(0.4, 0.4, 0.5, 0.6)
        sheet.set_footer("&L&8&A&C&8&F&R&8page &P of &N")

    def card_columns(self) -> None:
        """Widths of a key account's sheet."""
        self.sheet.set_column(1, 1, 34)
        self.sheet.set_column(2, 10, 15)

    def facts(self, sentences: Sequence[str], numbers: Sequence[tuple[str, str]]) -> None:
        """What is known: figures in a line, sentences under it."""
        for place, (label, value) in enumerate(numbers):
            column = 1 + place
            self.sheet.write_string(self.at, column, label, self.styles("label"))
            self.sheet.write_string(self.at + 1, column, value, self.styles("key"))
        self.at += 2
        for words in sentences:
            self.sheet.merge_range(self.at, 1, self.at, 10, words, self.styles("fact"))
            self.sheet.set_row(self.at, 15 * (1 + len(words) // 150))
            self.at += 1


def _lines(words: str, width: float) -> int:
    """How many lines a text takes in a cell, roughly: words wrap a little before the edge."""
    return min(sum(1 + int(len(line) * 1.12 / width) for line in words.split("\n")), 20)

"""XlsxWriter's worksheet for files by the thousand: cells are given by row and column, formulas are those of Excel 2007."""

from __future__ import annotations

from typing import Any

from xlsxwriter.worksheet import Worksheet


class PlainWorksheet(Worksheet):
    """A worksheet that does not look each cell over for what our files never hold.

    XlsxWriter tries every cell's place for a name like ``B5``, and every formula, of cells and of lists to choose from, for some
    thirty functions of later versions of Excel that need a prefix: together a fifth of a file's time.
    """

    def write_string(self, row: int, col: int, string: str, cell_format: Any = None) -> int:
        """As XlsxWriter's, without names of cells."""
        return int(self._write_string(row, col, string, cell_format))

    def write_blank(self, row: int, col: int, blank: Any, cell_format: Any = None) -> int:
        """As XlsxWriter's, without names of cells."""
        return int(self._write_blank(row, col, blank, cell_format))

    def write_number(self, row: int, col: int, number: float, cell_format: Any = None) -> int:
        """As XlsxWriter's, without names of cells."""
        return int(self._write_number(row, col, number, cell_format))

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        """The formula without its sign: SUM, SUMIFS, SUBSTITUTE and names of lists need no prefix."""
        del expand_future_functions
        return formula.removeprefix("=")

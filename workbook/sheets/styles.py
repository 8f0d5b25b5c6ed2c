"""The look of the sheets: few colours, what may be typed into is pale yellow, the rest is quiet; prints well in grey."""

from __future__ import annotations

from typing import Any

from workbook.money import exponent

INK, BAND, HEAD, RULE, QUIET, INPUT, PAPER = "#1F2933", "#0B3C5D", "#DCE6EE", "#C3CED8", "#5B6B7A", "#FFFBE3", "#F6F8FA"
GOOD, BAD = "#1B7F4B", "#B3261E"
_FONT = {"font_name": "Calibri", "font_size": 10, "font_color": INK, "valign": "vcenter"}
_BOX = {"border": 1, "border_color": RULE}


class Styles:
    """Formats of one workbook, made when first used."""

    def __init__(self, book: Any, currency: str) -> None:
        self.book = book
        self._made: dict[str, Any] = {}
        self.rows: dict[tuple[str, frozenset[str]], tuple[list[Any], list[int]]] = {}
        digits = exponent(currency)
        self.scale = 10**digits
        self.money = "#,##0" + ("." + "0" * digits if digits else "")

    def __call__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self.book.add_format(_FONT | self._look(name))
        return self._made[name]

    def cell(self, kind: str, *, fixed: bool) -> Any:
        """The format of a value: what kind it is, and whether it may be typed over."""
        return self(f"{'fixed' if fixed else 'input'}:{kind}")

    def _look(self, name: str) -> dict[str, Any]:
        plain: dict[str, dict[str, Any]] = {
            "band": {"indent": 1, "bg_color": BAND, "font_color": "#FFFFFF", "bold": True, "font_size": 15},
            "band_note": {"indent": 1, "bg_color": BAND, "font_color": "#D5E3EE"},
            "title": {
                "bold": True,
                "indent": 0,
                "font_size": 12,
                "font_color": BAND,
                "bottom": 2,
                "bottom_color": BAND,
            },
            "head": {"bold": True, "bg_color": HEAD, "text_wrap": True, "indent": 1, **_BOX},
            "head_right": {
                "bold": True,
                "bg_color": HEAD,
                "text_wrap": True,
                "align": "right",
                "valign": "bottom",
                **_BOX,
            },
            "note": {"font_color": QUIET, "italic": True, "text_wrap": True, "valign": "top"},
            "text": {"text_wrap": True, "indent": 1},
            "step": {"bold": True, "font_color": BAND, "align": "right"},
            "label": {"font_color": QUIET, "indent": 1},
            "fact": {"text_wrap": True, "indent": 1, "valign": "top", "bg_color": PAPER, **_BOX},
            "good": {"font_color": GOOD, "bold": True},
            "strong": {"bold": True, "font_color": BAND},
            "bad": {"font_color": BAD, "bold": True},
            "key": {
                "bold": True,
                "font_color": BAND,
                "bg_color": PAPER,
                "text_wrap": True,
                "valign": "top",
                "indent": 1,
                **_BOX,
            },
            "sum": {"bold": True, "num_format": "#,##0", "top": 1, "valign": "top", "bg_color": HEAD, **_BOX},
            "sum_exact": {"bold": True, "num_format": self.money, "top": 1, "bg_color": HEAD, **_BOX},
            "sum_label": {"bold": True, "bg_color": HEAD, "indent": 1, **_BOX},
            "link": {
                "valign": "top",
                "font_color": BAND,
                "underline": 1,
                "bold": True,
                "align": "center",
                "bg_color": PAPER,
                **_BOX,
            },
            "legend_input": {"bg_color": INPUT, **_BOX},
            "legend_fixed": {"bg_color": PAPER, "font_color": QUIET, **_BOX},
        }
        if name in plain:
            return plain[name]
        state, _, kind = name.partition(":")
        look: dict[str, Any] = dict(_BOX)
        look |= {"bg_color": INPUT, "locked": False} if state == "input" else {"bg_color": PAPER, "font_color": QUIET}
        numbers = {
            "amount": "#,##0",
            "exact": self.money,
            "share": "0.00",
            "support": "0.00",
            "count": "0",
            "date": "yyyy-mm-dd",
            "chance": "0%",
        }
        if kind in numbers:
            look["num_format"] = numbers[kind]
        look["valign"] = "top"
        if kind in ("text", "choice", "name", "date"):
            look |= {"text_wrap": kind != "date", "align": "left", "indent": 1}
        if kind == "name":
            look |= {"bold": True, "font_color": INK}
        return look

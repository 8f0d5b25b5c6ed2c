"""From what stands in a cell to a value: what people really type, and nothing that could be meant in two ways."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from workbook.money import exponent, two_ways
from workbook.plans.document import LONGEST

_DAY0 = date(1899, 12, 30)
_SPACES = dict.fromkeys(map(ord, " \u00a0\u202f\u2009'’"))
_MONTHS = {
    name: n
    for n, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}
_ERROR = re.compile(r"#(REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|ERROR!?)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class CellError(ValueError):
    """What is wrong with a cell's value, and the remedy."""

    def __init__(self, fault: str, remedy: str) -> None:
        self.fault, self.remedy = fault, remedy
        super().__init__(fault)


def text(value: Any) -> str:
    """Any value as text: numbers without a needless ``.0``, days as ISO, no control characters."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date | datetime):
        return value.isoformat()
    words = _CONTROL.sub("", str(value).replace("\r\n", "\n").replace("\r", "\n")).strip()
    if _ERROR.fullmatch(words):
        raise CellError("is an error", "Type the words.")
    if len(words) > LONGEST:
        raise CellError(f"has {len(words)} letters", f"Shorten it to {LONGEST}.")
    return words


def amount(value: Any, currency: str) -> int:
    """An amount in minor units, not below zero; fractions of a minor unit (of a formula) are rounded half to even."""
    number = _decimal(value, currency)
    minor = int(number.scaleb(exponent(currency)).to_integral_value())
    if minor < 0:
        raise CellError("is below zero", "Plan zero or more; losses show in the projection.")
    if minor > 10**15:
        raise CellError("is too large for an amount", "See that it is an amount, not an account number.")
    return minor


def number(value: Any, low: float, high: float) -> float:
    """A number in a range; ``80 %`` is 0.8."""
    share = isinstance(value, str) and value.strip().endswith("%")
    found = float(_decimal(value.strip().rstrip("%") if share else value, ""))
    found = found / 100 if share else found
    if not low <= found <= high:
        raise CellError(f"is not between {low:g} and {high:g}", f"Type a number from {low:g} to {high:g}.")
    return found


def _decimal(value: Any, currency: str) -> Decimal:
    if isinstance(value, bool):
        raise CellError("is a yes or no, not a number", "Type a number.")
    if isinstance(value, date | datetime | time | timedelta):
        raise CellError("is a date, not a number", "Type the number again; the program took it for a date.")
    if isinstance(value, int | float):
        return Decimal(repr(value)) if value == value and abs(value) < 1e18 else _not_a_number(value)
    return _typed(str(value), currency)


def _typed(value: str, currency: str) -> Decimal:
    words = value.translate(_SPACES).replace("−", "-")
    for sign in (currency, "US$", "$", "€", "£", "¥", "CHF", "EUR", "USD"):
        if sign and (words.upper().startswith(sign) or words.upper().endswith(sign)):
            words = words[len(sign) :] if words.upper().startswith(sign) else words[: -len(sign)]
    if re.fullmatch(r"\(.+\)", words):
        words = "-" + words[1:-1]
    if re.fullmatch(r"-?[0-9.,]+[kKmM]", words):
        raise CellError("is shortened", "Write all digits.")
    if not re.fullmatch(r"-?[0-9][0-9.,]*", words):
        return _not_a_number(value)
    dots, commas = words.count("."), words.count(",")
    if dots and commas:
        last = max(words.rfind("."), words.rfind(","))
        mark, group = words[last], "," if words[last] == "." else "."
        if words.count(mark) > 1 or not re.fullmatch(rf"-?\d{{1,3}}(\{group}\d{{3}})+\{mark}\d+", words):
            return _not_a_number(value)
        words = words.replace(group, "").replace(mark, ".")
    elif dots + commas == 1:
        both = two_ways(words)
        words = words.replace(",", ".")
        if both:
            raise CellError(f"can be read as {both[0]} or as {words}", f"Write {both[0]} or {both[1]}.")
    elif dots + commas:
        mark = "." if dots else ","
        if not re.fullmatch(rf"-?\d{{1,3}}(\{mark}\d{{3}})+", words):
            return _not_a_number(value)
        words = words.replace(mark, "")
    try:
        return Decimal(words)
    except InvalidOperation:
        return _not_a_number(value)


def _not_a_number(value: Any) -> Decimal:
    raise CellError("is not a number", "Type a number without words.")


def day(value: Any) -> date:
    """A day of this century: a date, a spreadsheet's day number, ``2026-09-30``, ``30.9.2026``, ``30 Sep 2026``."""
    if isinstance(value, datetime):
        found = value.date()
    elif isinstance(value, date):
        found = value
    elif isinstance(value, int | float) and not isinstance(value, bool) and 36526 <= value < 73051:
        found = _DAY0 + timedelta(days=int(value))
    elif isinstance(value, str):
        found = _day_of(value.strip())
    else:
        raise CellError("is not a day", "Write it like 2026-09-30.")
    if not 2000 <= found.year <= 2099:
        raise CellError(f"is in the year {found.year}", "See the year.")
    return found


def _day_of(words: str) -> date:
    wrong = CellError("is not a day", "Write it like 2026-09-30.")
    iso = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d\d:\d\d(?::\d\d(?:\.0+)?)?)?", words)
    named = re.fullmatch(r"(\d{1,2})\.? ?-?([A-Za-z]{3})[a-z]*\.?,? ?-?(\d{4})", words)
    american = re.fullmatch(r"([A-Za-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4})", words)
    plain = re.fullmatch(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})", words)
    try:
        if iso:
            return date(*(int(part) for part in iso.groups()))
        if named and named[2].lower() in _MONTHS:
            return date(int(named[3]), _MONTHS[named[2].lower()], int(named[1]))
        if american and american[1].lower() in _MONTHS:
            return date(int(american[3]), _MONTHS[american[1].lower()], int(american[2]))
        if plain:
            return _two_ways(int(plain[1]), int(plain[3]), int(plain[4]), plain[2])
    except ValueError as fault:
        if isinstance(fault, CellError):
            raise
        raise wrong from fault
    raise wrong


def _two_ways(first: int, second: int, year: int, mark: str) -> date:
    """Day and month, where it is clear which is which: by a dot, by being equal, or by being more than 12."""
    if mark == "." or first == second or first > 12:
        return date(year, second, first)
    if second > 12:
        return date(year, first, second)
    raise CellError(
        f"can be read as {date(year, second, first)} or as {date(year, first, second)}", "Write it like 2026-09-30."
    )


def choice(value: Any, choices: tuple[str, ...]) -> str:
    """One of the list, whatever its case."""
    words = text(value)
    for one in choices:
        if words.casefold() == one.casefold():
            return one
    shown = ", ".join(choices[:8]) + (" …" if len(choices) > 8 else "")
    raise CellError("is not in the list", f"Choose one of: {shown}.")

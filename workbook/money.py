"""Exact money: whole minor units (int64), decimals only at the edges, rounding as one named step.

An *amount* is a number of minor units, such as cents. Sums of amounts are sums of integers, so they hold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from workbook.errors import UsageError

Int64s = npt.NDArray[np.int64]

#: Digits after the decimal point by ISO 4217 code, where it is not 2.
EXPONENTS = dict.fromkeys(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0
) | dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)

_TWO_WAYS = re.compile(r"([+-]?[1-9]\d{0,2})[.,](\d{3})")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")


def exponent(currency: str) -> int:
    """Digits of minor units of a currency (ISO 4217): 2 for most, 0 for JPY, 3 for KWD."""
    return EXPONENTS.get(currency.upper(), 2)


def to_minor(value: str | int | Decimal, currency: str = "USD") -> int:
    """A decimal amount in major units as whole minor units.

    Raises :class:`UsageError` when it is not a number or has more digits than the currency.

    >>> to_minor("1234.50")
    123450
    """
    try:
        scaled = Decimal(str(value).strip()).scaleb(exponent(currency))
        whole = int(scaled)
    except (ArithmeticError, ValueError) as fault:
        raise UsageError(f"{value!r} is not an amount", remedy="Write it like 1234.56.") from fault
    if abs(whole) > np.iinfo(np.int64).max:
        raise UsageError(f"{value!r} is too large for an amount", remedy="Check the unit.")
    if scaled != whole:
        raise UsageError(
            f"{value!r} has more decimals than {currency}", remedy=f"Round it to {exponent(currency)} decimals."
        )
    return whole


def typed(text: str, currency: str) -> int:
    """An amount as people type it, with or without commas between thousands, as whole minor units.

    Raises :class:`UsageError` for anything else: ``1,5`` is not taken for 15, nor ``1.500`` for either of 1,500 and 1.50. In a
    currency with three decimals ``1,500`` may mean both too.

    >>> typed(" 1,234.5 ", "USD")
    123450
    """
    words = text.strip().replace("\N{MINUS SIGN}", "-")
    both = two_ways(words)
    if both and ("." in words or exponent(currency) == 3):
        large, small = both
        raise UsageError(
            f"{words!r} can be read as {large} or as {words.replace(',', '.')}", remedy=f"Write {large} or {small}."
        )
    if "," in words and not _THOUSANDS.fullmatch(words):
        raise UsageError(f"{text!r} is not an amount", remedy="Write it like 1234.56 or 1,234.56.")
    return to_minor(words.replace(",", ""), currency)


def two_ways(words: str) -> tuple[str, str] | None:
    """Both readings of a number with one mark and three digits after it, thousands or decimals; each is written as it is read
    in one way only. None where there is one reading.

    >>> two_ways("1.500"), two_ways("12,345"), two_ways("0.500")
    (('1500', '1.5'), ('12345', '12.3450'), None)
    """
    found = _TWO_WAYS.fullmatch(words)
    return (found[1] + found[2], in_one_way(Decimal(f"{found[1]}.{found[2]}"))) if found else None


def in_one_way(value: Decimal) -> str:
    """A decimal as text that has one reading: commas between thousands only where a point follows, and never three decimals
    that could be thousands.

    >>> [in_one_way(Decimal(text)) for text in ("1234.50", "1234", "1.500", "12.345")]
    ['1,234.50', '1234', '1.5', '12.3450']
    """
    text = f"{value:,}"
    if "." not in text:
        return text.replace(",", "")
    if not _TWO_WAYS.fullmatch(text):
        return text
    short = text.rstrip("0").rstrip(".")
    return f"{short}0" if _TWO_WAYS.fullmatch(short) else short


def to_decimal(amount: int, currency: str = "USD") -> Decimal:
    """Minor units as an exact decimal in major units.

    >>> to_decimal(123450)
    Decimal('1234.50')
    """
    digits = exponent(currency)
    return Decimal(int(amount)).scaleb(-digits).quantize(Decimal(1).scaleb(-digits))


def round_amounts(values: npt.ArrayLike) -> Int64s:
    """The one rounding step for estimated (never for summed) amounts: half to even, as int64. NaN is refused."""
    array = np.asarray(values, dtype=np.float64)
    if not np.isfinite(array).all():
        raise UsageError("a missing or infinite value cannot become an amount", remedy="Fill or drop it first.")
    return np.rint(array).astype(np.int64)


def apportion(total: int, weights: npt.ArrayLike) -> Int64s:
    """Split ``total`` minor units by ``weights`` so that the parts add up to it exactly.

    Largest remainder (Hamilton's method) in exact integer arithmetic: every part is within one unit of its unrounded
    share; ties go to the earlier part. Weights are finite and not negative (floats are taken at 53 bits of their exact
    ratio); where all are zero the split is even. The parts of ``-total`` are the negated parts of ``total``.

    >>> apportion(100, [1, 1, 1]).tolist()
    [34, 33, 33]
    """
    parts = _integer_weights(weights)
    if not parts:
        if total:
            raise UsageError(f"{total} cannot be split among no parts", remedy="Give at least one weight.")
        return np.zeros(0, dtype=np.int64)
    whole = sum(parts)
    size = abs(int(total))
    quotients = [divmod(size * part, whole) for part in parts]
    shares = np.array([quotient for quotient, _ in quotients], dtype=np.int64)
    left = size - int(sum(quotient for quotient, _ in quotients))
    order = sorted(range(len(parts)), key=lambda i: (-quotients[i][1], i))
    shares[order[:left]] += 1
    return -shares if total < 0 else shares


def _integer_weights(weights: npt.ArrayLike) -> list[int]:
    array = np.asarray(weights)
    if array.dtype.kind in "iu":
        values = [int(w) for w in array.tolist()]
    else:
        floats = array.astype(np.float64)
        if not np.isfinite(floats).all():
            raise UsageError("weights must be finite numbers", remedy="Fill missing weights first.")
        largest = float(np.abs(floats).max(initial=0.0))
        scale = 53 - (int(np.frexp(largest)[1]) if largest else 0)
        values = [int(np.ldexp(w, scale)) for w in floats.tolist()]
        if not any(values) and largest:
            values = [1 if w else 0 for w in floats.tolist()]
    if any(w < 0 for w in values):
        raise UsageError("weights must not be negative", remedy="Split what is negative as an amount of its own.")
    return values if any(values) else [1] * len(values)


def format_amount(amount: Any, currency: str = "USD", *, short: bool = False) -> str:
    """An amount for people: ``1,234.56 USD``, or short with three digits, ``1.23 M USD``; missing is ``not known``.

    >>> format_amount(123456789, "USD", short=True)
    '1.23 M USD'
    """
    if amount is None or str(amount) == "<NA>" or amount != amount:
        return "not known"
    value = to_decimal(int(amount), currency)
    if not short:
        return f"{value:,} {currency}"
    for size, letter in ((Decimal(10) ** 9, " bn"), (Decimal(10) ** 6, " M"), (Decimal(10) ** 3, " k")):
        if abs(value) >= size * Decimal("0.9995"):
            scaled = value / size
            digits = 2 if abs(scaled) < 10 else 1 if abs(scaled) < 100 else 0
            return f"{scaled.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN):,}{letter} {currency}"
    return f"{value.quantize(Decimal(1), ROUND_HALF_EVEN):,} {currency}"


def total(amounts: Sequence[int] | Int64s | Any) -> int:
    """The exact sum of whole amounts; refuses floats, whose sums need not hold. Missing values must be handled before."""
    array = np.asarray(amounts)
    if array.size == 0:
        return 0
    if array.dtype.kind not in "iu":
        raise UsageError(f"amounts must be whole minor units, not {array.dtype}", remedy="Use int64 minor units.")
    return int(array.sum(dtype=np.int64))

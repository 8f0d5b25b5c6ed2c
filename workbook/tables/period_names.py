"""Period names as people write them, brought to the normal one."""

from __future__ import annotations

import re
from datetime import date

from workbook.errors import UsageError
from workbook.periods import Calendar, normal

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_YEAR_FIRST = re.compile(r"(?:FY)?(\d{4}|\d{2})(?:([HQMP])(\d{1,2}))?")
_YEAR_LAST = re.compile(r"([HQMP])(\d{1,2})(?:FY)?(\d{4}|\d{2})")
_DAY = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?:[ T]00:00(?::00(?:\.0+)?)?)?")
_MONTH_NAME = re.compile(r"([A-Za-z]{3})[a-z]*\.?[ \-](\d{4})")


def period_named(given: str, calendar: Calendar) -> str | None:
    """The normal name of a period, or None when it is none.

    ``FY26 Q3``, ``Q3-2026``, ``2026Q3``, ``fy2026-m7`` are fiscal. ``2026-07``, ``Jul 2026`` and a date (the first day of
    its month) are calendar months, placed by the fiscal calendar.

    >>> period_named("Q3 FY26", Calendar()), period_named("2025-07", Calendar(start_month=7)), period_named("soon", Calendar())
    ('FY2026-Q3', 'FY2026-M01', None)
    """
    value = given.strip()
    if month := _DAY.fullmatch(value):
        year, number, day = int(month[1]), int(month[2]), int(month[3] or 1)
        return _month(year, number, calendar) if day == 1 else None
    if named := _MONTH_NAME.fullmatch(value):
        number = _MONTHS.get(named[1].lower(), 0)
        return _month(int(named[2]), number, calendar)
    squeezed = re.sub(r"[\s\-_/.]+", "", value.upper())
    if match := _YEAR_FIRST.fullmatch(squeezed):
        year_text, letter, at = match.groups()
    elif match := _YEAR_LAST.fullmatch(squeezed):
        letter, at, year_text = match.groups()
    else:
        return None
    if len(year_text) == 2 and "FY" not in squeezed and not letter:
        return None
    full = year_text if len(year_text) == 4 else f"20{year_text}"
    tail = f"-{letter.replace('P', 'M')}{at}" if letter else ""
    try:
        return normal(f"FY{full}{tail}")
    except UsageError:
        return None


def _month(year: int, number: int, calendar: Calendar) -> str | None:
    if not (1 <= number <= 12 and 1900 <= year <= 2200):
        return None
    middle = 15 if calendar.pattern != "months" else 1
    return calendar.period_of(date(year, number, middle), "month")

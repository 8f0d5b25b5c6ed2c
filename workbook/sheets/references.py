"""How formulas name cells, and what they look for."""

from __future__ import annotations


def letters(column: int) -> str:
    """A column's letters, the first is 0.

    >>> letters(0), letters(25), letters(26), letters(255)
    ('A', 'Z', 'AA', 'IV')
    """
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def cell(row: int, column: int) -> str:
    """A cell whose column stays where it is when a formula is filled to the side.

    >>> cell(4, 1)
    '$B5'
    """
    return f"${letters(column)}{row + 1}"


def criterion(ref: str, text: str) -> str:
    """What SUMIFS compares with, so that the text in cell ``ref`` means itself: ``*``, ``?``, ``~`` and ``>`` are signs there.

    >>> criterion("B5", "Plain Ltd"), criterion("B5", "Q? Ltd")
    ('B5', '"="&SUBSTITUTE(SUBSTITUTE(SUBSTITUTE(B5,"~","~~"),"*","~*"),"?","~?")')
    """
    if not any(sign in text for sign in "*?~") and text[:1] not in ("<", ">", "="):
        return ref
    for sign in "~*?":
        ref = f'SUBSTITUTE({ref},"{sign}","~{sign}")'
    return f'"="&{ref}'

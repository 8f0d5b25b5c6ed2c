"""A judgement is an object: its verdict, its numbers, the rows behind it, and one sentence a rep can read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

Verdict = Literal["ok", "warn", "fail", "not known"]
#: From best to worst; "not known" counts as worse than ok and better than a warning.
ORDER: tuple[Verdict, ...] = ("ok", "not known", "warn", "fail")


@dataclass(frozen=True)
class Check:
    """One judgement. ``evidence`` holds the rows behind it, ``subject`` whom or what it is about (a rep, a node)."""

    name: str
    verdict: Verdict
    sentence: str
    numbers: Mapping[str, Any] = field(default_factory=dict)
    evidence: pd.DataFrame | None = field(default=None, compare=False, repr=False)
    subject: str = ""

    @classmethod
    def not_known(cls, name: str, why: str, subject: str = "") -> Check:
        """A check that lacks its input says why; it never shows a zero instead."""
        return cls(name, "not known", why, subject=subject)


def chance(probability: float) -> str:
    """A probability in words that promise nothing: never 0% or 100%.

    >>> chance(0.0), chance(0.254), chance(1.0), chance(float("nan"))
    ('under 1%', '25%', 'over 99%', 'not known')
    """
    if probability != probability:
        return "not known"
    return "over 99%" if probability > 0.99 else "under 1%" if probability < 0.01 else f"{probability:.0%}"


def worst(checks: Iterable[Check]) -> Verdict:
    """The worst verdict among ``checks``; ok when there are none."""
    return max((check.verdict for check in checks), key=ORDER.index, default="ok")


def checks_table(checks: Iterable[Check]) -> pd.DataFrame:
    """Checks as a frame, worst first: columns name, subject, verdict, sentence."""
    rows = sorted(checks, key=lambda check: -ORDER.index(check.verdict))
    return pd.DataFrame(
        [(c.name, c.subject, c.verdict, c.sentence) for c in rows], columns=["name", "subject", "verdict", "sentence"]
    )


def counted(number: int, word: str) -> str:
    """A number of things in a sentence.

    >>> counted(1, "rep"), counted(1200, "account")
    ('1 rep', '1,200 accounts')
    """
    return f"{number:,} {word}{'' if number == 1 else 's'}"

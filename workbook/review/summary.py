"""Numbers that a notebook publishes about itself, for the index page and for programs.

A notebook calls :func:`publish`; the executed notebook then carries them as an output that no reader sees, and
:func:`published` finds them again. Usual names, all optional: ``target_amount``, ``plan_amount``, ``gap_amount``,
``projection_amount``, ``actual_amount`` (minor units), ``plan_is`` (what the plan is: "plan" or "projection, no account
plans yet"), ``title``, and through ``checks`` the counts ``ok``, ``warn``, ``fail``, ``not_known``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from workbook.errors import UsageError

if TYPE_CHECKING:
    from workbook.checks import Check

MIME = "application/vnd.workbook.summary+json"
VERDICTS = ("ok", "warn", "fail", "not_known")


def publish(*, checks: Iterable[Check] = (), **numbers: Any) -> None:
    """Publish numbers about this document; later calls add to earlier ones. Missing values become null.

    Raises :class:`UsageError` for a value that is not a number, text or date.
    """
    from IPython.display import display

    display({MIME: summary(checks=checks, **numbers), "text/plain": ""}, raw=True)


def summary(*, checks: Iterable[Check] = (), **numbers: Any) -> dict[str, Any]:
    """What :func:`publish` publishes.

    >>> summary(target_amount=1200, gap_amount=None)
    {'target_amount': 1200, 'gap_amount': None}
    """
    values = {name: _plain(name, value) for name, value in numbers.items()}
    judgements = list(checks)
    if judgements:
        values.update(dict.fromkeys(VERDICTS, 0))
        for check in judgements:
            values[check.verdict.replace(" ", "_")] += 1
    return values


def published(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """Everything an executed notebook (as nbformat or plain JSON) published, later values over earlier ones."""
    found: dict[str, Any] = {}
    for cell in notebook.get("cells", ()):
        for output in cell.get("outputs", ()):
            found.update(output.get("data", {}).get(MIME) or {})
    return found


def _plain(name: str, value: Any) -> Any:
    if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
        value = value.item()
    if value is None or str(value) in ("<NA>", "NaT", "nan"):
        return None
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and name.endswith("_amount") else value
    if hasattr(value, "isoformat"):
        return str(value.isoformat())[:10]
    raise UsageError(f"{name} cannot be published: {type(value).__name__}", remedy="Publish numbers, text or dates.")

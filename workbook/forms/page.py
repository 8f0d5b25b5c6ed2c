"""The page that ``workbook serve`` shows: who is there, and that person's plans."""

from __future__ import annotations

import os
from typing import Any

from workbook.book import Book
from workbook.errors import WorkbookError
from workbook.forms.desk import PlanDesk, visitor_of
from workbook.forms.plan import PlanForm
from workbook.show import Note

#: Names the header whose value is the user, when a proxy that authenticates stands before the page.
USER_HEADER = "WORKBOOK_USER_HEADER"


def user_of(environment: dict[str, str] | os._Environ[str]) -> str | None:
    """The user that the proxy names, or None where no header is configured (one person on the own machine).

    The server passes the header's value on as an environment variable of the page's kernel. A configured header that is
    missing or blank gives a blank user, who is a stranger: nobody gets in by leaving it out.
    """
    header = environment.get(USER_HEADER, "")
    if not header:
        return None
    return environment.get("HTTP_" + header.upper().replace("-", "_"), "")


def plan_page(book: str = "", as_of: str = "") -> Any:
    """The plan form for the user, or a note why it cannot be shown."""
    try:
        return plan_form(Book.open(book or None, as_of=as_of or os.environ.get("WORKBOOK_AS_OF") or None))
    except WorkbookError as fault:
        return Note(str(fault), "fail")


def plan_form(book: Book) -> PlanForm:
    """The form over the plans of a book, or of a scope of one. Raises :class:`UsageError` for a user who is nobody there."""
    return PlanForm(PlanDesk(book, visitor_of(book, user_of(os.environ))))

"""The index page: every node with its numbers, its checks, its documents and what became of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from workbook.book import Book
from workbook.money import format_amount
from workbook.places import shipped
from workbook.reconcile.calendar import calendar
from workbook.review.jobs import Result
from workbook.review.summary import VERDICTS


@dataclass(frozen=True)
class Line:
    """One node's line: texts ready to be shown, amounts in minor units for who computes with them."""

    node: str
    name: str
    level: str
    depth: int
    target: str
    plan: str
    gap: str
    behind: bool
    checks: dict[str, int]
    document: str
    files: tuple[tuple[str, str], ...]
    status: str
    failure: str


def index_html(
    book: Book, results: Sequence[Result], *, title: str = "", combined: Sequence[tuple[str, str]] = ()
) -> str:
    """The page as text; ``combined`` are (name, file) of PDFs that bind a region."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(str(shipped("templates", "review"))),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = shipped("templates", "review", "document.css").read_text(encoding="utf-8")
    order = {node: at for at, node in enumerate(depth_first(book))}
    lines = [line(book, result) for result in sorted(results, key=lambda r: order[r.node])]
    return environment.get_template("index-page.html.j2").render(
        title=title or f"{book.rules.book.name} · reviews",
        subtitle=f"{book.rules.book.year} · as of {book.as_of.isoformat()}",
        sample=book.rules.book.sample,
        plan_is=_plan_is(results),
        lines=lines,
        failed=[one for one in lines if one.status == "failed"],
        combined=combined,
        late=late_steps(book),
        style=re.sub(r"</style", "", style),
    )


def late_steps(book: Book) -> list[tuple[str, str, str]]:
    """Steps of the readiness calendar that are late: title, who owes it, due day."""
    rows = calendar(book.facts)
    late = rows[(rows["state"] == "late").to_numpy()]
    return [(row.title, row.owner, f"{row.due_on:%Y-%m-%d}") for row in late.itertuples()]


def depth_first(book: Book, start: str | None = None) -> list[str]:
    """A node (the root when none is given) and all nodes under it, each followed by what lies under it."""
    out: list[str] = []
    rest = [start or book.tree.root]
    while rest:
        out.append(rest.pop())
        rest += reversed(book.tree.children(out[-1]))
    return out


def line(book: Book, result: Result) -> Line:
    """One node's line of the page."""
    numbers = result.summary
    gap = numbers.get("gap_amount")
    if gap is None and None not in (numbers.get("plan_amount"), numbers.get("target_amount")):
        gap = numbers["plan_amount"] - numbers["target_amount"]
    files = (("PDF", result.pdf), ("notebook", result.notebook))
    return Line(
        node=result.node,
        name=result.name,
        level=result.level,
        depth=len(book.tree.path(result.node)) - 1,
        target=_amount(numbers.get("target_amount"), book),
        plan="none yet" if _no_plan(numbers) else _amount(numbers.get("plan_amount"), book),
        gap=_amount(gap, book, signed=True),
        behind=gap is not None and gap < 0,
        checks={verdict: int(numbers.get(verdict) or 0) for verdict in VERDICTS},
        document=_file(result.html),
        files=tuple((label, _file(path)) for label, path in files if path),
        status=result.status,
        failure=str(result.failure) if result.failure else "",
    )


def _no_plan(numbers: Mapping[str, Any]) -> bool:
    """Whether a document says that there is no plan, which is more than saying nothing of it."""
    return "plan_amount" in numbers and numbers["plan_amount"] is None


def _file(path: str) -> str:
    return PurePosixPath(path.replace("\\", "/")).name if path else ""


def _amount(value: Any, book: Book, *, signed: bool = False) -> str:
    if value is None:
        return "not known"
    text = format_amount(int(value), book.rules.book.currency, short=True)
    return f"+{text}" if signed and value > 0 else text


def _plan_is(results: Sequence[Result]) -> str:
    said = sorted({str(r.summary["plan_is"]) for r in results if r.summary.get("plan_is")})
    return "; ".join(said)

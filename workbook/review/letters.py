"""Quota letters: one page per rep as HTML that needs nothing from the web, and as PDF where the extra ``pdf`` is installed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from workbook.book import Book
from workbook.errors import UsageError
from workbook.files import write_bytes, write_text
from workbook.money import format_amount, to_decimal
from workbook.places import safe_name, shipped
from workbook.targets.letters import Letter, letters

#: What the bases are called in a letter.
WORDS = {
    "even": "equal parts",
    "last_year": "last year's sales",
    "trailing_12m": "the last 12 months' sales",
    "projection": "projected sales",
    "potential": "potential",
    "pipeline": "open pipeline",
    "capacity": "selling time",
    "headcount": "number of reps",
}


def write_letters(book: Book, folder: Path, *, pdf: bool | None = None) -> Iterator[Path]:
    """Write every rep's letter into ``folder`` and hand out each path. ``pdf``: None makes them where they can be made."""
    can = find_spec("typst") is not None
    if pdf and not can:
        raise UsageError("PDF letters need the extra pdf", remedy="pip install 'territory-workbook[pdf]'.")
    made = letters(book.facts, book.targets.allocation, book.targets.by_node)
    if not made:
        raise UsageError(f"no rep has a quota for {book.facts.year}", remedy="Give a target in targets.csv.")
    template = _template(book)
    for letter in made:
        path = folder / f"quota-{safe_name(letter.rep_id)}.html"
        write_text(path, template.render(letter=letter, families=_families(letter), **_about(book)))
        yield path
        if can and pdf is not False:
            path = path.with_suffix(".pdf")
            write_bytes(path, pdf_letter(book, letter))
            yield path


def html_letter(book: Book, letter: Letter) -> str:
    """One letter as an HTML page."""
    return str(_template(book).render(letter=letter, families=_families(letter), **_about(book)))


def pdf_letter(book: Book, letter: Letter) -> bytes:
    """One letter as PDF, by Typst; the same bytes for the same letter."""
    import typst

    currency = book.rules.book.currency

    def number(amount: int) -> str:
        return f"{to_decimal(amount, currency):,}"

    about = _about(book)
    past = letter.last_year_amount
    shares = ", ".join(f"{WORDS.get(name, name)} ({share:.0%})" for name, share in letter.bases)
    history = (
        "Last year's sales of these accounts are not known."
        if past is None
        else f"The accounts you hold sold {format_amount(past, currency)} last year."
    )
    data: dict[str, Any] = {
        "title": f"Quota {letter.year} {letter.name}",
        "company": about["company"],
        "sample": about["sample"],
        "as_of": about["as_of"],
        "name": letter.name,
        "year": letter.year,
        "territory": f"{letter.territory} ({letter.territory_id})",
        "quota": format_amount(letter.quota_amount, currency),
        "intro": f"{history} The territory's number is shared among its reps by {shares}: the published rules, the same for everybody.",
        "notes": letter.notes,
        "families": _families(letter),
        "currency": currency,
        "quarters": [q for q, _ in letter.quarters],
        "rows": [[f or "All products", *map(number, a), number(t)] for f, a, t in letter.table if _families(letter)],
        "total": ["Quota", *(number(a) for _, a in letter.quarters), number(letter.quota_amount)],
        "accounts": [[n, "not known" if p is None else number(p), number(a)] for _, n, a, p in letter.accounts]
        + [[f"{n} more accounts", "", number(a)] for n, a in [letter.other_accounts] if n],
        "footer": f"As of {about['as_of']}. Rules {about['rules_hash']}. The amounts add up with those of all reps, territories and the company.",
    }
    source = shipped("templates", "targets", "letter.typ").read_bytes()
    content = typst.compile(
        source, format="pdf", sys_inputs={"data": json.dumps(data)}, ignore_system_fonts=True, timestamp=0
    )
    assert isinstance(content, bytes)
    return content


def _families(letter: Letter) -> bool:
    return len(letter.table) > 1 or bool(letter.table and letter.table[0][0])


def _about(book: Book) -> dict[str, Any]:
    rules = book.rules.book
    return {
        "company": rules.name,
        "currency": rules.currency,
        "sample": rules.sample,
        "as_of": book.as_of.isoformat(),
        "rules_hash": book.rules.hash,
    }


def _template(book: Book) -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    currency = book.rules.book.currency
    engine = Environment(
        loader=FileSystemLoader(shipped("templates", "targets")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=False,
    )
    engine.filters["money"] = lambda amount: format_amount(amount, currency)
    engine.filters["number"] = lambda amount: f"{to_decimal(amount, currency):,}"
    engine.filters["words"] = lambda name: WORDS.get(name, name)
    return engine.get_template("letter.html.j2")

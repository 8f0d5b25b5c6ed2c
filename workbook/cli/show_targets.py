"""What ``targets`` prints and records."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from workbook.checks import counted, worst
from workbook.cli.options import print_json, records
from workbook.decisions import Decision, signed_at
from workbook.files import replacing
from workbook.money import format_amount, to_decimal
from workbook.targets.allocated import Allocated
from workbook.targets.previews import decisions_of, in_words, preview, worth_showing

if TYPE_CHECKING:
    from workbook.book import Book

Signed = tuple[str, str] | None


def allocation(book: Book, written: list[Path], signed: Signed, as_json: bool) -> int:
    """The allocation per node, the checks, and where the draft went; recorded as accepted when signed."""
    frame, nodes, checks = book.targets.allocation, book.targets.by_node, book.targets.checks
    verdict = worst(checks)
    missing = nodes.empty
    mark = sha256(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes()).hexdigest()[:16]
    if not missing:
        written.insert(0, _draft_file(book, frame))
    if signed:
        book.targets.required()
        _record(
            book,
            [
                Decision(
                    "allocation",
                    book.tree.root,
                    {"hash": mark, "year": book.facts.year},
                    signed[0],
                    _now(book),
                    signed[1],
                )
            ],
        )
    if as_json:
        totals = nodes[nodes["node"] == book.tree.root]
        summary = {
            "year": book.facts.year,
            "currency": book.facts.currency,
            "target": int(totals["target_amount"].sum()) if not missing else None,
            "street": int(totals["street_amount"].sum()) if not missing else None,
            "nodes": len(nodes),
            "hash": mark,
            "accepted": bool(signed),
            "checks": [
                {"name": c.name, "subject": c.subject, "verdict": c.verdict, "sentence": c.sentence} for c in checks
            ],
            "written": [str(p) for p in written],
        }
        keep = frame[["node", "parent", "period", "product_family", "layer", "amount"]]
        rows = records(keep.rename(columns={"product_family": "family"}))
        print_json(
            "targets",
            book=book.root,
            as_of=book.as_of,
            ok=verdict != "fail" and not missing,
            summary=summary,
            rows=rows,
        )
    else:
        _show(book, nodes)
        for check in checks:
            if check.verdict != "ok":
                console().print(f"{check.verdict}: {escape(check.sentence)}", highlight=False)
        for path in written[:3]:
            console().print(f"written: {escape(str(path))}", highlight=False, soft_wrap=True)
        if len(written) > 3:
            console().print(f"… and {len(written) - 3} more there", highlight=False)
    return 1 if verdict == "fail" or missing else 0


def _show(book: Book, nodes: pd.DataFrame) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("node", "name"):
        table.add_column(name, no_wrap=True)
    for name in ("target", "hedge", "street quota", "last year"):
        table.add_column(name, justify="right", no_wrap=True)
    currency = book.facts.currency
    depth = {book.tree.root: 0}
    for row in nodes[nodes["node_kind"] != "account"].itertuples():
        depth[row.node] = depth.get(row.parent, -1) + 1
        past = "not known" if pd.isna(row.last_year_amount) else f"{to_decimal(row.last_year_amount, currency):,}"
        amounts = [f"{to_decimal(a, currency):,}" for a in (row.target_amount, row.hedge_amount, row.street_amount)]
        table.add_row("  " * depth[row.node] + escape(row.node), escape(row.name), *amounts, past)
    if len(nodes):
        console().print(f"{escape(book.rules.book.name)}, {book.facts.year}, {currency}", highlight=False)
        console().print(table)


def explanation(book: Book, node: str, what: tuple[str | None, str | None], as_json: bool) -> int:
    """Why one node's number is what it is."""
    rows = book.targets.explain_node(node, *what)
    if as_json:
        keep = rows[["node", "period", "product_family", "layer", "step", "amount", "sentence"]]
        keep = keep.rename(columns={"product_family": "family"})
        summary = {layer: int(part["amount"].sum()) for layer, part in rows.groupby("layer")}
        print_json("targets", book=book.root, as_of=book.as_of, ok=True, summary=summary, rows=records(keep))
        return 0
    table = Table(box=None, pad_edge=False)
    table.add_column("step")
    table.add_column(book.facts.currency, justify="right")
    table.add_column("why")
    currency, running = book.facts.currency, 0
    for layer, result in (("target", "= target"), ("hedge", "= street quota")):
        for row in rows[rows["layer"] == layer].itertuples():
            running += row.amount
            table.add_row(row.step, f"{to_decimal(row.amount, currency):,}", escape(row.sentence))
        table.add_row(result, f"{to_decimal(running, currency):,}", "", style="bold")
    nodes = book.targets.by_node.drop_duplicates("node").set_index("node")["name"]
    name = str(nodes.get(node, node))
    head = node if name == node else f"{name} ({node})"
    period, family = what
    said = [head, period or book.facts.year, *([family] if family else [])]
    console().print(escape(", ".join(said)), highlight=False)
    console().print(table)
    return 0


def grid_in(book: Book, path: Path, signed: Signed, as_json: bool) -> int:
    """What the changes in a grid would do; recorded as edits when signed."""
    from workbook.sheets.targets_grid_in import read_grid

    edits = read_grid(book.facts, book.targets, path)
    changes, after = preview(book.targets.required(), edits)
    if signed and edits:
        _record(book, decisions_of(edits, signed[0], _now(book), signed[1]))
    state = "recorded" if signed and edits else "not recorded: add --accept --by NAME"
    if as_json:
        summary = {"edits": len(edits), "recorded": bool(signed and edits), "given_way": list(after.given_way)}
        print_json("targets", book=book.root, as_of=book.as_of, ok=True, summary=summary, rows=records(changes))
        return 0
    out = console()
    if not edits:
        out.print("nothing was changed in the grid", highlight=False)
        return 0
    for edit in edits[:20]:
        assert edit.amount is not None
        text = f"{edit.label}: {format_amount(edit.amount, book.facts.currency)}"
        out.print(escape(text), highlight=False)
    show_changes(changes, after, book.facts.currency)
    out.print(f"{counted(len(edits), 'change')}, {state}", highlight=False)
    return 0


def show_changes(changes: pd.DataFrame, after: Allocated, currency: str) -> None:
    """What edits change, as ``previews.preview`` gives it: the nodes worth showing, the others in words, and what had to give way."""
    out = console()
    if (changes["change_amount"] != 0).any():
        out.print(_changes_table(worth_showing(changes), currency))
    if told := in_words(changes, currency):
        out.print(escape(told), highlight=False)
    for name in after.given_way:
        out.print(f"could not stay: {escape(name)}", highlight=False)
    for text in after.not_applied:
        out.print(f"not applied: {escape(text)}", highlight=False, soft_wrap=True)


def _changes_table(changes: pd.DataFrame, currency: str) -> Table:
    """Nodes whose number changes, before and after, for the terminal."""
    table = Table(box=None, pad_edge=False)
    table.add_column("node", no_wrap=True)
    table.add_column("name", no_wrap=True)
    period = changes["period"].iloc[0] if len(changes) else ""
    for name in (f"{period} before".strip(), "after", "change"):
        table.add_column(name, justify="right")
    for row in changes.itertuples():
        amounts = (row.before_amount, row.after_amount, row.change_amount)
        table.add_row(escape(row.node), escape(row.name), *(f"{to_decimal(a, currency):,}" for a in amounts))
    return table


def _draft_file(book: Book, frame: pd.DataFrame) -> Path:
    """The draft allocation as CSV beside the documents: amounts in major units, ids never a formula."""
    path = book.root / "documents" / "targets" / "allocation.csv"
    currency = book.facts.currency
    known = {a: str(to_decimal(a, currency)) for a in frame["amount"].unique().tolist()}
    texts = {}
    for column in ("node", "parent", "product_family"):
        values = frame[column].fillna("")
        risky = values.str.startswith(("=", "+", "-", "@", "\t", "\r"))
        texts[column] = values.where(~risky, "'" + values)
    with replacing(path) as temporary:
        frame.assign(**texts, amount=frame["amount"].map(known)).to_csv(temporary, index=False, lineterminator="\n")
    return path


def _record(book: Book, rows: list[Decision]) -> None:
    from workbook.store.store import open_store

    open_store(book.root).record_all(rows)


def _now(book: Book) -> datetime:
    return signed_at(book.as_of, datetime.now())


def console() -> Console:
    """Where to print: wide enough for a table when nobody looks."""
    made = Console()
    return made if made.is_terminal else Console(width=max(made.width, 150))

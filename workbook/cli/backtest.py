"""``workbook backtest``: how well the projection did, beside the naive methods."""

from __future__ import annotations

from typing import Annotated

import typer

from workbook.cli.app import app
from workbook.cli.options import AsOfOption, BookOption, JsonOption, print_json, records


@app.command()
def backtest(
    book: BookOption = None,
    cut: Annotated[
        str | None,
        typer.Option("--cut", metavar="DATE", help="The past day to project from; else a year before as-of."),
    ] = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> int:
    """Score the projection of 12 months on a past day against what was then sold, beside the naive methods.

    Example: workbook backtest --book data/sample --cut 2025-06-30
    """
    from workbook import periods
    from workbook.book import Book
    from workbook.portfolio.backtest import backtest as score

    day = periods.day(cut) if cut else None
    opened = Book.open(book, as_of=as_of)
    result = score(opened.facts, day)
    of = result.scores.set_index(["level", "method"])
    if as_json:
        wape, bias = of["wape"].loc["account"], of["bias"].loc["account"]
        print_json(
            "backtest",
            book=opened.root,
            as_of=opened.as_of,
            ok=True,
            summary={
                "cut": result.cut,
                "method": result.method,
                "wape": _or_none(wape["projected"]),
                "wape_naive": _or_none(wape["naive"]),
                "wape_seasonal_naive": _or_none(wape["seasonal_naive"]),
                "bias": _or_none(bias["projected"]),
                "beats_naive": result.best,
                "new_actual": result.new_actual,
                "new_projected": result.new_projected,
                "scores": [
                    {"level": row.level, "method": row.method, "wape": _or_none(row.wape), "bias": _or_none(row.bias)}
                    for row in result.scores.itertuples()
                ],
            },
            rows=records(result.rows),
        )
        return 0
    typer.echo(f"projected on {result.cut} ({result.method}), scored on the 12 months after it")
    typer.echo(f"{'level':26}{'method':16}{'WAPE':>9}{'bias':>9}")
    for row in result.scores.itertuples():
        typer.echo(f"{row.level:26}{row.method:16}{row.wape:>9.1%}{row.bias:>+9.1%}")
    typer.echo(result.sentence)
    return 0


def _or_none(value: float) -> float | None:
    return None if value != value else round(float(value), 6)

"""``workbook design``: propose account moves with their proof; record those that are accepted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbook.cli.app import app
from workbook.cli.options import AsOfOption, BookOption, JsonOption

Accounts = list[str] | None
Node = Annotated[str | None, typer.Option("--node", metavar="NODE", help="Only accounts and reps of this node.")]
Across = Annotated[
    str | None,
    typer.Option("--across", metavar="LEVEL", help="How far an account may move: territory, team, region, company."),
]
Seconds = Annotated[
    float | None, typer.Option("--seconds", metavar="S", min=0.5, help="Time for the search; else as book.toml says.")
]
Seed = Annotated[
    int | None, typer.Option("--seed", metavar="N", help="The same input and seed give the same proposal.")
]
Lock = Annotated[Accounts, typer.Option("--lock", metavar="ACCOUNT", help="This account stays. May be repeated.")]
Pin = Annotated[
    Accounts, typer.Option("--pin", metavar="ACCOUNT=REP", help="This account goes to that rep. May be repeated.")
]
Forbid = Annotated[Accounts, typer.Option("--forbid", metavar="ACCOUNT=REP", help="Not to that rep. May be repeated.")]
Leaver = Annotated[
    str | None, typer.Option("--leaver", metavar="REP", help="Empty the book of a rep who leaves; nothing else moves.")
]
Fill = Annotated[
    str | None, typer.Option("--fill", metavar="REP", help="Only this rep receives: fill a book, start a hire's.")
]
Rotate = Annotated[
    bool, typer.Option("--rotate", help="Only accounts that failed the keep rule, or that nobody holds, move.")
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", min=1, metavar="N", help="Only the N moves that help most; families count as one."),
]
Families = Annotated[
    bool,
    typer.Option(
        "--families", help="Also show families that several reps hold, and what bringing each together costs."
    ),
]
Reunite = Annotated[
    Accounts,
    typer.Option(
        "--reunite", metavar="FAMILY[=REP]", help="All accounts of the family to one rep; else to who sells most to it."
    ),
]
Split = Annotated[
    str | None,
    typer.Option("--split", metavar="NODE=PARTS", help="Cut a territory into even parts; nothing else is done."),
]
Merge = Annotated[
    str | None,
    typer.Option("--merge", metavar="NODE,NODE", help="What territories would be as one; nothing else is done."),
]
Curve = Annotated[bool, typer.Option("--curve", help="Also show what less and more balance would cost in moves.")]
Accept = Annotated[bool, typer.Option("--accept", help="Record the moves as decided.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="With --accept: who decides.")]
On = Annotated[
    str | None, typer.Option("--on", metavar="DATE", help="With --accept: from which day; else the day after as-of.")
]
Refuse = Annotated[
    Accounts,
    typer.Option("--refuse", metavar="ACCOUNT=REASON", help="With --accept: but not this move. May be repeated."),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="DIR",
        help="Write the CRM's list of new owners and the hand-over sheets here, as proposed or as accepted.",
    ),
]


@app.command()
def design(
    book: BookOption = None,
    as_of: AsOfOption = None,
    node: Node = None,
    across: Across = None,
    seconds: Seconds = None,
    seed: Seed = None,
    lock: Lock = None,
    pin: Pin = None,
    forbid: Forbid = None,
    leaver: Leaver = None,
    fill: Fill = None,
    rotate: Rotate = False,
    limit: Limit = None,
    families: Families = False,
    reunite: Reunite = None,
    split: Split = None,
    merge: Merge = None,
    curve: Curve = False,
    accept: Accept = False,
    by: By = "",
    on: On = None,
    refuse: Refuse = None,
    out: Out = None,
    as_json: JsonOption = False,
) -> int:
    """Propose account moves: balanced books, few moves, and a bound that no plan can beat.

    Exit code 1 when wishes clash. Examples: workbook design --book data/sample --limit 20 · workbook design --leaver P-29 ·
    workbook design --reunite A-0129=P-24 --lock A-0832 --pin A-0129=P-24 --accept --by "Kim Lee" --on 2026-07-01 --out moves
    """
    from workbook.cli import show_borders
    from workbook.cli import show_design as show
    from workbook.errors import UsageError

    for said, name, does in ((by, "--by", accept), (on, "--on", accept or out), (refuse, "--refuse", accept or out)):
        if said and not does:
            raise UsageError(f"{name} without --accept records nothing", remedy="Add --accept, or leave it out.")
    if split or merge:
        if accept:
            raise UsageError("--split and --merge record nothing", remedy="Leave --accept out: the CRM draws borders.")
        others = (
            ("across", across), ("seconds", seconds), ("seed", seed), ("lock", lock), ("pin", pin), ("forbid", forbid), ("leaver", leaver),
            ("fill", fill), ("rotate", rotate), ("limit", limit), ("families", families), ("reunite", reunite), ("curve", curve),
        )  # fmt: skip
        if given := [f"--{name}" for name, value in others if value]:
            raise UsageError(f"{', '.join(given)} does nothing with --split or --merge", remedy="Leave it out.")
        return show_borders.run((book, as_of, node), split, merge, (out, as_json))

    asked = show.Asked(
        across=across, seconds=seconds, seed=seed, lock=tuple(lock or ()), pin=tuple(pin or ()), forbid=tuple(forbid or ()),
        leaver=leaver, fill=fill, rotate=rotate, reunite=tuple(reunite or ()), limit=limit,
    )  # fmt: skip
    answer = show.Said(accept, by, on, tuple(refuse or ()), out)
    return show.run((book, as_of, node), asked, answer, (curve, families, as_json))

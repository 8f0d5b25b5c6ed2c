"""The published cadence as a table that people can read (A5): class × grade × how active the client is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd

from workbook.engagement.cadence import STEPS, cadence_days
from workbook.engagement.log import dates
from workbook.rules.engagement import CadenceRules

GRADES = ("A", "B", "C", "D")
_TODAY = 20_000


def published_cadence(starts: Mapping[str, int], rules: CadenceRules) -> pd.DataFrame:
    """How often an account is to be touched, in words, by what gives it its start, by client and grade.

    ``starts``: days by class (or segment). Made with :func:`workbook.engagement.cadence.cadence_days`, so that it cannot differ
    from how accounts are judged; kinds of client that are asked alike share a row. Columns start, client, A, B, C, D.

    >>> published_cadence({"core": 30}, CadenceRules())[["start", "client", "A", "D"]].to_numpy().tolist()
    [['core', 'active or in between', 'every two weeks', 'quarterly'], ['core', 'quiet', 'monthly', 'quarterly']]
    """
    clients = {"active": rules.active_days, "in between": rules.active_days + 1, "quiet": rules.quiet_days + 1}
    cells = pd.DataFrame(list(product(starts, clients, GRADES)), columns=["class", "client", "grade"])
    sold = _TODAY - cells["client"].map(clients).to_numpy(dtype=np.int64)
    frame = cells.assign(last_sale_on=dates(sold), open_amount=0, is_key=False)
    own = replace(rules, start="class", class_days=dict(starts))
    cells["days"] = cadence_days(frame, own, _TODAY)["cadence_days"].to_numpy()
    rows = []
    for start, part in cells.groupby("class", sort=False):
        asked: dict[tuple[int, ...], list[str]] = {}
        for client, row in part.groupby("client", sort=False):
            asked.setdefault(tuple(row["days"]), []).append(str(client))
        for days, who in asked.items():
            told = "every client" if len(who) == len(clients) else " or ".join(who)
            rows.append([start, told, *map(in_words, days)])
    return pd.DataFrame(rows, columns=["start", "client", *GRADES], dtype="str")


def in_words(days: int) -> str:
    """A step of the ladder as people call it: monthly; every 45 days."""
    return STEPS.get(int(days), f"every {int(days)} days")

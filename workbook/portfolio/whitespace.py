"""Whitespace: what comparable accounts buy and an account does not, or hardly (C2, C3, C10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.checks import counted
from workbook.keys import coded, repeated
from workbook.money import format_amount, round_amounts
from workbook.portfolio.bookings import Booked, month_edges
from workbook.portfolio.history import NO_FAMILY
from workbook.rules.portfolio import WhitespaceRules
from workbook.tables.frames import Tables

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[Any]
#: Per group of peers: customers, buyers by product family, and what buyers buy in the middle by product family.
Figures = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]
_BLOCK = 50_000


@dataclass(frozen=True, eq=False)
class Bought:
    """What each account bought within the window: ``amounts`` (accounts, families) whole minor units."""

    families: tuple[str, ...]
    amounts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, booked: Booked, as_of: date, months: int) -> Bought:
        """From the sales of the last rolling months; products without a family are left out."""
        names = [name for name in booked.families if name != NO_FAMILY]
        code = pd.Index(names).get_indexer(pd.Index(booked.families))[booked.family]
        edges = month_edges(as_of, months, 0)
        recent = (booked.day > edges[0]) & (booked.day <= edges[-1]) & (code >= 0)
        amounts = np.zeros(booked.size * len(names), dtype=np.int64)
        np.add.at(amounts, booked.at[recent] * len(names) + code[recent], booked.amount[recent])
        return cls(tuple(names), np.maximum(amounts, 0).reshape(booked.size, len(names)))


@dataclass(frozen=True, eq=False)
class Peers:
    """Whom each account is compared with: ``group`` (accounts,) index into ``names``; ``all_groups`` every group of each
    kind that an account lies in (-1: none), since a narrow group's members stand in the wider ones too.
    """

    group: Ints
    names: tuple[str, ...]
    all_groups: tuple[Ints, ...]


@dataclass(frozen=True, eq=False)
class Compared:
    """What was bought, whom each account is compared with, and what those groups buy."""

    bought: Bought
    peers: Peers
    figures: Figures

    @classmethod
    def of(cls, accounts: pd.DataFrame, bought: Bought, rules: WhitespaceRules) -> Compared:
        customer = np.asarray((bought.amounts > 0).any(1))
        peers = peer_groups(accounts, customer, rules)
        return cls(bought, peers, _group_figures(bought.amounts, customer, peers))


def peer_groups(accounts: pd.DataFrame, customer: npt.NDArray[np.bool_], rules: WhitespaceRules) -> Peers:
    """The narrowest group with enough customers in it: industry and size, else industry, else size, else all.

    Size is employees (else the account's own yearly revenue), in bands of equal numbers of accounts.
    """
    bands = rules.size_bands
    band, size_names = _size_bands(accounts, bands)
    industry, industries = pd.factorize(accounts["industry"])
    both = np.where((industry >= 0) & (band >= 0), industry * bands + band, -1)
    labels = (
        (both, [f"{name}, {size}" for name in industries for size in size_names]),
        (industry, [str(name) for name in industries]),
        (band, size_names),
    )
    group = np.zeros(len(accounts), dtype=np.int32)
    names, kinds = ["all customers"], [group.copy()]
    open_ = np.ones(len(accounts), dtype=bool)
    for codes, distinct in labels:
        enough = np.bincount(codes[customer & (codes >= 0)], minlength=len(distinct) + 1) >= rules.peers_needed
        here = open_ & (codes >= 0) & enough[codes]
        group[here] = codes[here] + len(names)
        kinds.append(np.where(codes >= 0, codes + len(names), -1).astype(np.int32))
        names.extend(distinct)
        open_ &= ~here
    return Peers(group, tuple(names), tuple(kinds))


def _size_bands(accounts: pd.DataFrame, count: int) -> tuple[Ints, list[str]]:
    """The band of each account (n,), -1 where its size is not known, and what the bands are called."""
    for column in ("employees", "annual_revenue"):
        values = accounts[column].astype("Float64").to_numpy(np.float64, na_value=np.nan)
        known = np.isfinite(values)
        if known.any():
            edges = np.quantile(values[known], np.arange(1, count) / count)
            names = _employees(edges) if column == "employees" else _ranks(count)
            return np.where(known, np.searchsorted(edges, np.nan_to_num(values), side="left"), -1), names
    return np.full(len(accounts), -1), _ranks(count)


def _employees(edges: npt.NDArray[np.float64]) -> list[str]:
    """What bands between ``edges`` (numbers of employees, each the top of its band) are called.

    >>> _employees(np.array([23.5, 80.0]))
    ['up to 23 employees', '24 to 80 employees', 'more than 80 employees']
    """
    tops = [int(edge) for edge in edges]
    between = [f"{low + 1:,} to {top:,} employees" for low, top in pairwise(tops)]
    return [f"up to {tops[0]:,} employees", *between, f"more than {tops[-1]:,} employees"] if tops else ["any size"]


def _ranks(count: int) -> list[str]:
    return [f"size {b + 1} of {count} by yearly revenue" for b in range(count)]


def whitespace(
    accounts: pd.DataFrame, compared: Compared, head: Ints, rules: WhitespaceRules, currency: str
) -> pd.DataFrame:
    """The gaps, largest first within each account: account_id, territory_id, product_family, kind (cross-sell, upsell),
    bought_amount, sized_amount (what peers that buy it buy in the middle), gap_amount, penetration (share of the other
    peers that buy it), peers, peers_buying, family_members_buying, peer_group, rank, sentence.

    Cross-sell: nothing bought; upsell: less than ``upsell_share`` of the sized amount. Both only where the peers' penetration
    is high enough. Rank is by penetration × gap over the whole company; of equal ones those first that others of the family
    buy. ``head`` is each account's family head.
    """
    bought, peers, figures = compared.bought, compared.peers, compared.figures
    buys = bought.amounts > 0
    customer = np.asarray(buys.any(1))
    live = accounts["disqualified_on"].isna().to_numpy()
    found = [
        gaps_of(bought.amounts[start : start + _BLOCK], peers.group[start : start + _BLOCK], figures, rules)
        for start in range(0, len(accounts), _BLOCK)
    ]
    row = np.concatenate([block[0] + at * _BLOCK for at, block in enumerate(found)] or [np.zeros(0, np.intp)])
    family = np.concatenate([block[1] for block in found] or [np.zeros(0, np.intp)])
    worth = np.concatenate([block[2] for block in found] or [np.zeros(0)])
    kin = _family_buyers(buys, head)[row, family]
    order = np.lexsort((kin == 0, -worth))
    order = order[live[row[order]]]
    row, family, kin = row[order], family[order], kin[order]
    group, has, own = peers.group[row], bought.amounts[row, family], buys[row, family]
    member, buyers, typical = figures
    others, buying, sized = member[group] - customer[row], buyers[group, family] - own, typical[group, family]
    kind = own.astype(np.int64) + 2 * customer[row]
    wording = ((group.astype(np.int64) * len(bought.families) + family) * 4 + kind) * (kin.max(initial=0) + 1) + kin
    frame = pd.DataFrame(
        {
            "account_id": accounts["account_id"].take(row).array,
            "territory_id": repeated(accounts["territory_id"]).take(row),
            "product_family": coded(bought.families, family),
            "kind": coded(["cross-sell", "upsell"], own.astype(np.intp)),
            "bought_amount": has,
            "sized_amount": sized,
            "gap_amount": sized - has,
            "penetration": buying / np.maximum(others, 1),
            "peers": others,
            "peers_buying": buying,
            "family_members_buying": kin,
            "peer_group": coded(peers.names, group),
            "rank": np.arange(1, len(row) + 1),
        }
    )
    frame["sentence"] = _sentences(frame, wording, currency)
    return frame


def gaps_of(
    amounts: npt.NDArray[np.int64], group: Ints, figures: Figures, rules: WhitespaceRules
) -> tuple[Ints, Ints, Floats]:
    """Rows, families and worth (penetration × gap) of the largest gaps of some accounts, at most so many of each."""
    member, buyers, typical = figures
    buys = amounts > 0
    others = member[group] - buys.any(1)
    penetration = (buyers[group] - buys) / np.maximum(others, 1)[:, None]
    sized = typical[group]
    gap = np.where(buys, amounts < rules.upsell_share * sized, sized > 0) & (penetration >= rules.penetration)
    worth = np.where(gap, penetration * (sized - amounts), 0.0)
    row, family = np.nonzero(_largest(worth, rules.per_account))
    return row, family, worth[row, family]


def _group_figures(amounts: npt.NDArray[np.int64], customer: npt.NDArray[np.bool_], peers: Peers) -> Figures:
    """Per group: customers in it (groups,), buyers and the middle amount of buyers by family (groups, families)."""
    size = len(peers.names)
    member = np.zeros(size, dtype=np.int64)
    buyers = np.zeros((size, amounts.shape[1]), dtype=np.int64)
    typical = np.zeros((size, amounts.shape[1]), dtype=np.int64)
    for codes in peers.all_groups:
        inside = customer & (codes >= 0)
        member += np.bincount(codes[inside], minlength=size)
        for family in range(amounts.shape[1]):
            rows = inside & (amounts[:, family] > 0)
            buyers[:, family] += np.bincount(codes[rows], minlength=size)
            middle = pd.Series(amounts[rows, family]).groupby(codes[rows]).median()
            typical[middle.index.to_numpy(), family] = round_amounts(middle.to_numpy())
    return member, buyers, typical


def _largest(worth: Floats, count: int) -> npt.NDArray[np.bool_]:
    """The ``count`` largest positive cells of each row."""
    order = np.argsort(-worth, axis=1, kind="stable")
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.arange(worth.shape[1])[None, :].repeat(len(worth), 0), axis=1)
    return (place < count) & (worth > 0)


def _family_buyers(buys: npt.NDArray[np.bool_], head: Ints) -> npt.NDArray[np.int64]:
    """How many other members of an account's family buy each product family (accounts, families)."""
    sums = np.zeros(buys.shape, dtype=np.int32)
    for family in range(buys.shape[1]):
        sums[:, family] = np.bincount(head[buys[:, family]], minlength=len(head))
    return (sums[head] - buys).astype(np.int64)


def _sentences(frame: pd.DataFrame, wording: npt.NDArray[np.int64], currency: str) -> pd.Categorical:
    """One sentence per row, made once per distinct ``wording``. Peers are counted, never named."""
    keys = ["product_family", "kind", "sized_amount", "peers", "peers_buying", "peer_group", "family_members_buying"]
    codes, _ = pd.factorize(wording)
    distinct = frame[keys].iloc[np.unique(codes, return_index=True)[1]].itertuples(index=False)
    said = []
    for family, kind, sized, peers, buying, group, kin in distinct:
        text = (
            f"{buying} of {peers} comparable accounts ({group}) buy {family}, in the middle "
            f"{format_amount(sized, currency, short=True)} a year; this one "
            + ("nothing" if kind == "cross-sell" else "less than its share")
        )
        kin_text = f"; {counted(kin, 'other member')} of its family buy{'' if kin > 1 else 's'} it"
        said.append(text + (kin_text if kin else "") + ".")
    return coded(said, codes)


def territory_gaps(tables: Tables, bought: Bought) -> pd.DataFrame:
    """Product families by territory against the company: territory_id, product_family, customers, buyers, share,
    company_share, missing (nobody buys it here), sentence (C10). Territories without customers have no rows.
    """
    buys = bought.amounts > 0
    customer = np.asarray(buys.any(1))
    codes, territories = pd.factorize(tables.accounts["territory_id"][customer], sort=True)
    count = np.bincount(codes, minlength=len(territories))
    buyers = np.zeros((len(territories), len(bought.families)), dtype=np.int64)
    np.add.at(buyers, codes, buys[customer].astype(np.int64))
    whole = buys[customer].mean(0) if customer.any() else np.zeros(len(bought.families))
    place, family = np.indices(buyers.shape).reshape(2, -1)
    frame = pd.DataFrame(
        {
            "territory_id": pd.Series(territories, dtype="str").take(place).array,
            "product_family": pd.Series(bought.families, dtype="str").take(family).array,
            "customers": count[place],
            "buyers": buyers[place, family],
            "share": buyers[place, family] / np.maximum(count[place], 1),
            "company_share": whole[family],
        }
    )
    frame["missing"] = (frame["buyers"] == 0) & (frame["company_share"] > 0)
    frame["sentence"] = pd.Series(
        [
            f"{r.buyers} of {r.customers} customers here buy {r.product_family} ({r.share:.0%}); in the whole company "
            f"{r.company_share:.0%} do."
            for r in frame.itertuples()
        ],
        dtype="str",
    )
    return frame


def bought_rows(tables: Tables, bought: Bought) -> pd.DataFrame:
    """What was bought, as rows: account_id, territory_id, product_family, bought_amount (positive ones only)."""
    row, family = np.nonzero(bought.amounts)
    return pd.DataFrame(
        {
            "account_id": tables.accounts["account_id"].take(row).array,
            "territory_id": repeated(tables.accounts["territory_id"]).take(row),
            "product_family": coded(bought.families, family),
            "bought_amount": bought.amounts[row, family],
        }
    )


def group_rows(accounts: pd.DataFrame, peers: Peers) -> pd.DataFrame:
    """One row per account and group that it stands in: account_id, territory_id, compared (whether the account itself is
    compared within it), peer_group."""
    parts, at = [], []
    for codes in peers.all_groups:
        rows = np.flatnonzero(codes >= 0)
        part = accounts[["account_id", "territory_id"]].take(rows)
        parts.append(part.assign(compared=codes[rows] == peers.group[rows]))
        at.append(codes[rows])
    return pd.concat(parts, ignore_index=True).assign(peer_group=coded(peers.names, np.concatenate(at)))

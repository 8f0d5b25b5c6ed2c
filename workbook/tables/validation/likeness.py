"""Accounts that may be one: names that are the same, or nearly, once legal forms, accents and punctuation are gone.

Sorted neighbourhood (Hernández and Stolfo, 1995): names are sorted, and each is compared only with the next few, forwards and
by their reversed spelling, so that a million accounts take two sorts and not a trillion comparisons.
"""

from __future__ import annotations

from workbook.tables.faults import Finding
from workbook.tables.intake import Intake

_FORMS = (
    "inc|incorporated|corp|corporation|co|company|ltd|limited|llc|llp|lp|plc|gmbh|mbh|ag|kg|ohg|sa|sas|sarl|srl|spa|bv|nv|ab|"
    "as|aps|oy|oyj|pty|pvt|the|kk|se|sl|ltda|group|holding|holdings"
)
#: How many places apart two names may stand to be compared.
_STEPS = (1, 2, 3)


def check(intake: Intake) -> None:
    """Pairs of accounts with the same or nearly the same name; accounts of one family are not compared with each other."""
    if not intake.has("accounts", "account_id", "name"):
        return
    intake.db.execute(
        "create or replace temp table _named as with words as materialized (select _row, account_id, name, parent_account_id, "
        f"coalesce(lower(country), '') as country, coalesce(lower(city), '') as city, {normalised('name')} as key "
        "from accounts where name is not null) select *, case when city <> '' then hash(country, city) end as place "
        "from words where key <> ''"
    )
    same = (
        "select b._row, b.name as value, a.account_id || ' (' || a.name || ')' as detail from (select *, "
        "first_value(_row) over (partition by key order by _row) as first_row from _named) b "
        f"join _named a on a._row = b.first_row where b._row > b.first_row and not {_FAMILY}"
    )
    what, remedy = "may be the same account as {}", "Merge them in the CRM, or leave them if they are two."
    intake.find(Finding("accounts", "name", "likeness", f"the same name: {what}", remedy, same, "warning"))
    for ends, order in (("starts", "key"), ("ends", "reverse(key)")):
        sql = f"create or replace temp table _by_{ends} as select _row, key, place from _named order by {order}, _row"
        intake.db.execute(sql)
    pairs = " union ".join(_neighbours(ends, at) for ends in ("starts", "ends") for at in _STEPS)
    intake.db.execute(f"create or replace temp table _pairs as {pairs}")
    near = (
        "select greatest(a._row, b._row) as _row, "
        "case when a._row > b._row then a.name else b.name end as value, "
        "case when a._row > b._row then b.account_id || ' (' || b.name || ')' else a.account_id || ' (' || a.name || ')' end as detail "
        "from _pairs join _named a on a._row = one join _named b on b._row = other where not a.country <> b.country "
        f"and (a.city = b.city or a.city = '' or b.city = '') and not {_FAMILY} "
        "and regexp_replace(a.key, '[^0-9]', '', 'g') = regexp_replace(b.key, '[^0-9]', '', 'g')"
    )
    intake.find(Finding("accounts", "name", "likeness", f"nearly the same name: {what}", remedy, near, "warning"))


_FAMILY = (
    "(coalesce(a.parent_account_id = b.account_id, false) or coalesce(b.parent_account_id = a.account_id, false) "
    "or coalesce(a.parent_account_id = b.parent_account_id, false))"
)


def normalised(name: str) -> str:
    """SQL: a name without accents, punctuation, blanks, case and legal forms; the bare name where nothing else is left."""
    bare = f"regexp_replace(lower(strip_accents({name})), '[^a-z0-9Ѐ-\U0010ffff]+', ' ', 'g')"
    short = f"replace(regexp_replace(' ' || {bare} || ' ', '( ({_FORMS}))+ *$', ' '), ' ', '')"
    return f"coalesce(nullif({short}, ''), replace({bare}, ' ', ''))"


def _neighbours(ends: str, at: int) -> str:
    """Pairs (smaller and larger row) that stand ``at`` places apart and differ by a letter or two.

    One letter that differs leaves the names' first or last halves the same, which is far cheaper to see than the distance.
    """
    same = "left(a.key, 3) = left(b.key, 3)" if ends == "starts" else "right(a.key, 3) = right(b.key, 3)"
    shorter = "least(length(a.key), length(b.key))"
    half, two = f"{shorter} // 2 - 1", f"{shorter} >= 12 and left(a.key, 4) = left(b.key, 4)"
    worth = (
        "a.key <> b.key and coalesce(a.place = b.place, true) and abs(length(a.key) - length(b.key)) <= 2 "
        f"and {shorter} >= 6 and {same} "
        f"and ({two} or left(a.key, {half}) = left(b.key, {half}) or right(a.key, {half}) = right(b.key, {half}))"
    )
    return (
        "select least(a._row, b._row) as one, greatest(a._row, b._row) as other "
        f"from _by_{ends} a positional join (select * from _by_{ends} offset {at}) b "
        f"where case when {worth} then damerau_levenshtein(a.key, b.key) <= case when {two} then 2 else 1 end else false end"
    )

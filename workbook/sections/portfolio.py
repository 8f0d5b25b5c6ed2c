"""The portfolio notebook's sections: chart or table, and what it says here, in a sentence made of the numbers."""

from __future__ import annotations

from typing import Any

from workbook.book import Book
from workbook.checks import Check, checks_table
from workbook.errors import UsageError
from workbook.money import format_amount
from workbook.show import Note, Table


def view_of_accounts(book: Book, count: int = 10) -> list[Any]:
    """The largest accounts in one view each, and what the book does not know of its accounts."""
    view = book.portfolio.view
    keep = [
        "account_id", "name", "territory_id", "status", "owner_rep_id", "sales_12m_amount", "growth_share",
        "projected_amount", "open_amount", "contacts", "grade", "class",
    ]  # fmt: skip
    top = view.sort_values(["projected_amount", "account_id"], ascending=[False, True], ignore_index=True)
    told = {
        "contacts": "contacts",
        "potential_amount": "a potential",
        "nps": "an NPS answer",
        "industry": "an industry",
    }
    gaps = [
        f"{view[c].notna().mean():.0%} have {name}" if view[c].notna().any() else f"none have {name}"
        for c, name in told.items()
        if len(view) and view[c].isna().any()
    ]
    reading = f"{len(view):,} accounts, {int((view['status'] == 'customer').sum()):,} of them customers. "
    reading += ("Of all accounts " + ", ".join(gaps) + ".") if gaps else "Nothing that grading needs is missing."
    labels = {"owner_rep_id": "owner", "growth_share": "growth", "territory_id": "territory"}
    return [
        Note(reading),
        Table(top[keep].head(count), book.facts.currency, "Largest accounts by projection", labels, limit=count),
    ]


def projection(book: Book) -> list[Any]:
    """The projection by month and in its parts, and what is expected of customers not yet known."""
    from workbook.charts import portfolio as charts

    stage, currency = book.portfolio, book.facts.currency
    if not stage.projection["projected_amount"].any():
        return [Note("No sales within the last years and no open deals: projection not known.", "warn")]
    parts = stage.projection_parts
    months = charts.projection_months(stage.projection_months, currency).figure
    fresh = stage.new_business["new_business_amount"]
    more = (
        f"Customers who cannot be named yet may bring {_money(book, fresh.sum())} more, if as many start as last year; "
        "it is not part of any account's projection."
        if len(fresh)
        else "What customers who cannot be named yet will bring is not known: too short a record, or none started last year."
    )
    deals = stage.deal_odds
    told = f" {len(deals):,} open deals stand behind it." if len(deals) else " There are no open deals behind it."
    first, last = parts["amount"].iloc[0], parts["amount"].iloc[-1]
    head = f"The next 12 months are projected at {_money(book, last)}, after {_money(book, first)} in the last 12."
    return [months, charts.projection_parts(parts, currency).figure, Note(head + told + " " + more)]


def trial(book: Book) -> list[Any]:
    """The projection's trial a year ago, beside the naive methods; for the whole company only."""
    from workbook.charts import portfolio as charts
    from workbook.portfolio.backtest import backtest

    if book.scope is not None:
        return [Note("The projection is tried on the whole company: open the book without a node.")]
    try:
        result = backtest(book.facts)
    except UsageError as fault:
        return [Note(f"The projection could not be tried: {fault}", "warn")]
    own = result.scores[(result.scores["level"] == "account") & (result.scores["method"] == "projected")].iloc[0]
    kind = "ok" if result.best else "note"
    said = f"Projected on {result.cut}: off by {own['wape']:.0%} of sales per account, {own['bias']:+.0%} over all of them."
    return [charts.backtest_scores(result.scores).figure, Note(f"{said} {result.sentence}", kind)]


def win_rates(book: Book) -> list[Any]:
    """What closed deals teach, for all products and by product family."""
    rates = book.portfolio.win_rates
    if rates.empty:
        return [Note(book.tables.lacks("opportunities", "win rates and cycle lengths"), "warn")]
    shown = rates.assign(win_share=rates["rate"], low_share=rates["low"], high_share=rates["high"])
    keep = ["product_family", "segment", "stage", "n", "win_share", "low_share", "high_share", "cycle_days"]
    labels = {"n": "deals", "low_share": "from", "high_share": "to", "cycle_days": "days to win"}
    return [Table(shown[keep], book.facts.currency, "Win rates, shrunk where few (90% interval)", labels, limit=16)]


def grades(book: Book, count: int = 12) -> list[Any]:
    """The ladder of grades, and the key accounts with their reason."""
    from workbook.charts import portfolio as charts

    stage, currency = book.portfolio, book.facts.currency
    ladder = stage.grade_ladder
    partial, whole = int(ladder["partial"].sum()), int(ladder["accounts"].sum())
    reading = f"{partial:,} of {whole:,} accounts are graded without all three criteria; their sentence says which."
    if missing := int(stage.grades["grade"].isna().sum()):
        reading += f" {missing:,} accounts cannot be graded: none of the criteria is known."
    keys = stage.key_accounts.merge(stage.grades[["account_id", "sentence"]], on="account_id", how="left")
    keep = ["rank", "account_id", "name", "grade", "projected_amount", "why", "sentence"]
    return [
        charts.grade_ladder(ladder, currency).figure,
        Note(reading),
        Table(keys[keep], currency, "Key accounts", limit=count),
    ]


def segment_grid(book: Book) -> list[Any]:
    """The grid of segments with their treatment."""
    from workbook.charts import portfolio as charts

    stage, currency = book.portfolio, book.facts.currency
    grid = stage.segment_grid
    if grid.empty:
        return [Note("No accounts here: segments not known.", "warn")]
    chart = charts.segment_grid(grid, stage.segment_labels, currency).figure
    keep = ["segment", "accounts", "sales_12m_amount", "potential_amount", "priority", "channels", "cadence_days"]
    return [chart, Table(grid[keep], currency, "How each segment is worked", {"cadence_days": "a touch every"})]


def class_mix(book: Book) -> list[Any]:
    """The class mix of the node's territories against the target mix."""
    from workbook.charts import portfolio as charts

    mix, tree = book.portfolio.class_mix, book.tree
    leaves = [n for n in tree.leaves(book.node) if n in set(mix["node"])]
    rows = mix[mix["node"].isin(leaves) & (mix.groupby("node")["accounts"].transform("sum") > 0)]
    if rows.empty:
        return [Note("No accounts here: class mix not known.", "warn")]
    names = book.tables.territories.set_index("territory_id")["name"]
    apart = (rows["share"] - rows["target_share"]).abs().groupby(rows["node"]).sum() / 2
    furthest = apart.sort_values(ascending=False, kind="stable").index[0]
    reading = (
        f"Furthest from the target mix: {names.get(furthest, furthest)}; {apart[furthest]:.0%} of its accounts would have to "
        "change class."
    )
    ordered = rows.sort_values("node", key=lambda s: s.map({n: at for at, n in enumerate(leaves)}), kind="stable")
    return [charts.class_mix_by_node(ordered, names).figure, Note(reading)]


def class_changes(book: Book, count: int = 12) -> list[Any]:
    """Accounts whose class changed since the last review, largest first."""
    rows = book.portfolio.classes
    moved = rows[rows["previous"].notna().to_numpy()]
    if moved.empty:
        return [Note("No account changed its class since the last review.", "ok")]
    joined = moved.merge(book.portfolio.view[["account_id", "name", "projected_amount"]], on="account_id", how="left")
    joined = joined.sort_values(["projected_amount", "account_id"], ascending=[False, True], ignore_index=True)
    keep = ["account_id", "name", "previous", "class", "changed_on", "projected_amount", "sentence"]
    return [Table(joined[keep], book.facts.currency, "Changed class", {"previous": "was", "class": "is"}, limit=count)]


def families(book: Book, count: int = 10) -> list[Any]:
    """Families with members here, and their members elsewhere as the rules allow."""
    stage, currency = book.portfolio, book.facts.currency
    table = stage.family_table
    if table.empty:
        return [Note("No two accounts here belong to one family (column parent_account_id)."), *_elsewhere(book, count)]
    labels = {"members": "members here", "members_all": "members in all", "family_name": "family", "family_id": "head"}
    return [
        Table(table, currency, "Families, largest sales first", labels, limit=count),
        *_elsewhere(book, count),
    ]


def _elsewhere(book: Book, count: int) -> list[Any]:
    """A family's members outside the scope, as far as the rules tell; the whole company has nothing outside."""
    if book.scope is None:
        return []
    rows, level = book.portfolio.family_elsewhere, book.rules.portfolio.family_elsewhere
    if rows.empty:
        told = {"none": "nothing", "counts": "only how many there are"}.get(level)
        return [
            Note(
                f"Of members in other territories the rules tell {told}."
                if told
                else "No family here has members elsewhere."
            )
        ]
    head = book.portfolio.families.drop_duplicates("family_id")[["family_id", "family_name"]]
    shown = head.merge(rows, on="family_id").drop(columns="family_id")
    shown = shown.dropna(axis="columns", how="all").sort_values(
        ["family_name", "lies_in", "names"], kind="stable", ignore_index=True
    )
    labels = {"family_name": "family", "lies_in": "territory", "held_by": "owner"}
    return [Table(shown, book.facts.currency, "Their members elsewhere, as the rules allow", labels, limit=2 * count)]


def whitespace(book: Book, count: int = 12) -> list[Any]:
    """The matrix of the largest gaps, the ranked list, and what sells elsewhere but not here."""
    from workbook.charts.whitespace import whitespace_matrix

    stage, currency = book.portfolio, book.facts.currency
    if stage.whitespace.empty:
        return [Note("No gap to comparable accounts is known: it needs sales of products with families.", "warn")]
    gaps, bought = stage.whitespace_board(count)
    rows = stage.whitespace.merge(stage.register[["account_id", "name"]], on="account_id", how="left")
    keep = ["rank", "account_id", "name", "product_family", "kind", "gap_amount", "penetration", "sentence"]
    rows = rows[keep].rename(columns={"penetration": "peers_buying_share"})
    elsewhere = stage.territory_gaps
    missing = elsewhere[elsewhere["missing"]]
    told = " ".join(missing["sentence"].head(5)) if len(missing) else "Every territory sells every product family."
    return [
        whitespace_matrix(gaps, bought, currency).figure,
        Table(rows, currency, "Cross-sell and upsell, best first (size is an estimate)", limit=count),
        *_family_plays(book, count),
        Note(told),
    ]


def _family_plays(book: Book, count: int) -> list[Any]:
    """Families whose members could buy what others of them, or their peers, buy; and the peers behind the best one."""
    plays, currency = book.portfolio.family_plays, book.facts.currency
    if plays.empty:
        return [Note("No family with several members here has a gap.")]
    keep = [
        "rank",
        "family_name",
        "product_family",
        "kind",
        "members",
        "members_buying",
        "bought_amount",
        "gap_amount",
        "sentence",
    ]
    best = plays.iloc[0]
    peers = book.portfolio.family_peers(str(best["family_id"]), str(best["product_family"]))
    behind = (
        f"Behind the first stand {len(peers):,} comparable accounts in this view that buy {best['product_family']}"
        + (": " + ", ".join(peers["name"].head(5)) if len(peers) else "")
        + (" …." if len(peers) > 5 else ".")
    )
    labels = {"family_name": "family", "members_buying": "of them buy"}
    return [
        Table(plays[keep], currency, "Plays per family, best first (size is an estimate)", labels, limit=count),
        Note(behind),
    ]


def portfolio_checks(book: Book) -> Table:
    """What must add up in this notebook, checked."""
    stage = book.portfolio
    sums = stage.projection_months[["run_rate_amount", "pipeline_amount", "loss_amount", "projected_amount"]].sum()
    whole = stage.projection[list(sums.index)].sum()
    parts = whole["run_rate_amount"] + whole["pipeline_amount"] + whole["loss_amount"]
    ok = bool((sums == whole).all() and parts == whole["projected_amount"])
    grid = int(stage.segment_grid["accounts"].sum())
    count = len(stage.register)
    unowned = int(stage.register["owner_rep_id"].isna().sum())
    checks = [
        Check("projection adds up", "ok" if ok else "fail", f"Months and parts add up to {_money(book, parts)}, exactly."
              if ok else "Months, parts and total of the projection differ."),
        Check("every account in one segment", "ok" if grid == count else "fail", f"{grid:,} in the grid, {count:,} in all."),
        Check("every account has an owner", "ok" if not unowned else "warn", f"{unowned:,} of {count:,} have none."),
    ]  # fmt: skip
    return Table(checks_table(checks).drop(columns="subject"), book.facts.currency, "Checks")


def _money(book: Book, amount: Any) -> str:
    return format_amount(int(amount), book.facts.currency, short=True)

"""The ten canonical tables: one declaration each, which also makes blank templates, validation and the reference page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["id", "text", "choice", "date", "amount", "number", "share", "count", "period"]

#: pandas dtype of a kind in memory (amount and count are nullable Int64 where a value may be missing).
DTYPES: dict[str, str] = {
    "id": "str",
    "text": "str",
    "choice": "str",
    "period": "str",
    "date": "datetime64[us]",
    "number": "float64",
    "share": "float64",
}


@dataclass(frozen=True)
class Column:
    """One column. ``present``: it must be in the file; ``filled``: each row must have a value."""

    name: str
    kind: Kind
    help: str
    present: bool = True
    filled: bool = True
    choices: tuple[str, ...] = ()
    refers_to: str = ""
    example: str = ""

    @property
    def dtype(self) -> str:
        """The pandas dtype it has in memory."""
        if self.kind in ("amount", "count"):
            return "int64" if self.filled else "Int64"
        return DTYPES[self.kind]


def optional(name: str, kind: Kind, help: str, **more: str | tuple[str, ...]) -> Column:
    """A column that may be missing, or blank in some rows."""
    return Column(name, kind, help, present=False, filled=False, **more)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Table:
    """One canonical table."""

    name: str
    help: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    needed: bool = True
    column: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "column", {c.name: c for c in self.columns})

    @property
    def names(self) -> list[str]:
        return [c.name for c in self.columns]


TERRITORIES = Table(
    "territories",
    "The tree of nodes: company, regions, teams, territories. Exactly one row, the company, has no parent.",
    (
        Column("territory_id", "id", "Key of the node", example="T-03"),
        Column("name", "text", "What people call it", example="North West"),
        Column(
            "parent_id",
            "id",
            "The node above; blank for the company",
            filled=False,
            refers_to="territories",
            example="R-1",
        ),
        optional("manager_rep_id", "id", "Who leads the node", refers_to="reps", example="P-02"),
    ),
    key=("territory_id",),
)
REPS = Table(
    "reps",
    "Everybody who sells or leads: reps, managers, open positions (hired_on in the future).",
    (
        Column("rep_id", "id", "Key of the person", example="P-11"),
        Column("name", "text", "Full name", example="Ann Berg"),
        Column("territory_id", "id", "The node the person works in", refers_to="territories", example="T-03"),
        optional("email", "text", "Mail address; also names the user behind a proxy", example="ann@example.com"),
        optional("manager_rep_id", "id", "The person's manager", refers_to="reps", example="P-02"),
        optional("role", "text", "rep, manager, overlay, specialist, open position …", example="rep"),
        optional("hired_on", "date", "First day", example="2021-03-01"),
        optional("left_on", "date", "Last day, if left", example=""),
        optional("selling_hours_per_week", "number", "Hours for customers in a week", example="26"),
        optional("cost_per_hour", "amount", "Full cost of one selling hour", example="85.00"),
        optional("on_target_earnings", "amount", "Yearly pay at 100 % of quota", example="120000.00"),
    ),
    key=("rep_id",),
)
ACCOUNTS = Table(
    "accounts",
    "Customers and prospects. The company owns them; ownership lends them to reps.",
    (
        Column("account_id", "id", "Key of the account", example="A-0001"),
        Column("name", "text", "Name", example="Acme Ltd"),
        Column("territory_id", "id", "The territory it lies in", refers_to="territories", example="T-03"),
        Column("status", "choice", "customer or prospect", choices=("customer", "prospect"), example="customer"),
        optional("parent_account_id", "id", "The account above in its family", refers_to="accounts", example="A-0040"),
        optional("industry", "text", "Industry", example="Retail"),
        optional("employees", "count", "Number of employees", example="250"),
        optional("annual_revenue", "amount", "The account's own yearly revenue", example="12000000"),
        optional("country", "text", "Country", example="DE"),
        optional("region", "text", "State or region", example="Bavaria"),
        optional("city", "text", "City", example="Munich"),
        optional("latitude", "number", "Degrees north", example="48.14"),
        optional("longitude", "number", "Degrees east", example="11.58"),
        optional("potential_amount", "amount", "What it could buy from us in a year", example="80000.00"),
        optional("fit_score", "share", "How well it fits, 0 to 1", example="0.7"),
        optional("nps", "number", "Last Net Promoter answer, 0 to 10", example="9"),
        optional("nps_on", "date", "Date of that answer", example="2026-02-11"),
        optional("incumbent", "text", "Competitor who holds it", example="Globex"),
        optional("prefers_channel", "text", "Channel it prefers", example="visit"),
        optional("created_on", "date", "Known since", example="2020-01-15"),
        optional("disqualified_on", "date", "Since when it is not worth pursuing", example=""),
    ),
    key=("account_id",),
)
OWNERSHIP = Table(
    "ownership",
    "Who holds which account, in which role, from when to when, with what share. Exactly one owner at a time.",
    (
        Column("account_id", "id", "The account", refers_to="accounts", example="A-0001"),
        Column("rep_id", "id", "The rep", refers_to="reps", example="P-11"),
        Column(
            "role",
            "choice",
            "Role on the account",
            choices=("owner", "co_owner", "overlay", "sponsor"),
            example="owner",
        ),
        Column("from_on", "date", "First day of the loan", example="2024-01-01"),
        optional("to_on", "date", "Last day; blank while it lasts", example=""),
        optional("share", "share", "Share of the credit, 0 to 1", example="1"),
    ),
    key=("account_id", "rep_id", "role", "from_on"),
)
PRODUCTS = Table(
    "products",
    "What is sold.",
    (
        Column("product_id", "id", "Key of the product", example="PR-1"),
        Column("name", "text", "Name", example="Pump 200"),
        optional("family", "text", "Product family", example="Pumps"),
        optional("list_price", "amount", "List price", example="1999.00"),
    ),
    key=("product_id",),
)
SALES = Table(
    "sales",
    "Booked sales lines. Credits are negative.",
    (
        Column("account_id", "id", "Who bought", refers_to="accounts", example="A-0001"),
        Column("booked_on", "date", "Day of the booking", example="2026-03-31"),
        Column("amount", "amount", "Amount booked", example="1250.00"),
        optional("product_id", "id", "What", refers_to="products", example="PR-1"),
        optional("rep_id", "id", "Who booked it", refers_to="reps", example="P-11"),
        optional("quantity", "number", "How many", example="3"),
        optional("currency", "text", "ISO 4217 code, where not the book's", example="USD"),
    ),
)
CONTACTS = Table(
    "contacts",
    "People at the accounts.",
    (
        Column("contact_id", "id", "Key of the contact", example="C-1"),
        Column("account_id", "id", "Where the person works", refers_to="accounts", example="A-0001"),
        Column("name", "text", "Full name", example="Kim Lee"),
        optional("title", "text", "Job title", example="Head of purchasing"),
        optional("role", "text", "Role in buying: decides, influences, uses, blocks, champion …", example="decides"),
        optional("influence", "share", "Influence on the decision, 0 to 1", example="0.8"),
        optional("support", "number", "Support for us, -1 (against) to 1 (for)", example="0.5"),
        optional("last_contact_on", "date", "Last contact", example="2026-04-02"),
        optional("owner_rep_id", "id", "Who of us knows the person", refers_to="reps", example="P-11"),
    ),
    key=("contact_id",),
    needed=False,
)
OPPORTUNITIES = Table(
    "opportunities",
    "Deals, open and closed.",
    (
        Column("opportunity_id", "id", "Key of the deal", example="O-1"),
        Column("account_id", "id", "With whom", refers_to="accounts", example="A-0001"),
        Column("stage", "text", "Stage of the sales process", example="proposal"),
        Column("status", "choice", "open, won or lost", choices=("open", "won", "lost"), example="open"),
        Column("amount", "amount", "Amount", example="45000.00"),
        Column("created_on", "date", "Created", example="2026-01-10"),
        Column("close_on", "date", "Expected close", filled=False, example="2026-09-30"),
        optional("closed_on", "date", "Really closed", example=""),
        optional("probability", "share", "Stated probability, 0 to 1", example="0.4"),
        optional("product_id", "id", "What", refers_to="products", example="PR-1"),
        optional("rep_id", "id", "Who works it", refers_to="reps", example="P-11"),
        optional("next_step", "text", "What happens next", example="Send offer"),
        optional("next_step_on", "date", "When", example="2026-07-03"),
        optional("pushes", "count", "How often its close date was moved out", example="1"),
    ),
    key=("opportunity_id",),
    needed=False,
)
ACTIVITIES = Table(
    "activities",
    "Touches and tasks. A row is done (done_on) or due (due_on), or both.",
    (
        Column("activity_id", "id", "Key of the activity", example="V-1"),
        Column("account_id", "id", "With whom", refers_to="accounts", example="A-0001"),
        Column("rep_id", "id", "Who", refers_to="reps", example="P-11"),
        Column("kind", "choice", "What", choices=("call", "email", "meeting", "visit", "task"), example="call"),
        optional("done_on", "date", "When it was done", example="2026-05-04"),
        optional("due_on", "date", "When it is or was due", example="2026-05-04"),
        optional("contact_id", "id", "With which person", refers_to="contacts", example="C-1"),
        optional("opportunity_id", "id", "For which deal", refers_to="opportunities", example="O-1"),
        optional("minutes", "number", "How long", example="25"),
        optional("source", "choice", "person, or a system on its own", choices=("person", "system"), example="person"),
        optional("subject", "text", "Subject", example="Quarterly review"),
        optional("outcome", "text", "What came of it", example="Asked for an offer"),
        optional("created_on", "date", "When the record was made", example="2026-05-01"),
        optional("series_id", "id", "The recurring series it belongs to", example=""),
    ),
    key=("activity_id",),
    needed=False,
)
TARGETS = Table(
    "targets",
    "Finance's numbers: at least the company's.",
    (
        Column("territory_id", "id", "The node", refers_to="territories", example="CO"),
        Column("period", "period", "FY2026, FY2026-H1, FY2026-Q1 or FY2026-M01", example="FY2026"),
        Column("amount", "amount", "Target", example="25000000"),
        optional("measure", "text", "What is counted; blank means bookings", example="bookings"),
        optional("product_family", "text", "Product family; blank means all", example=""),
    ),
    needed=False,
)

#: In order of dependence.
TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        TERRITORIES, REPS, ACCOUNTS, OWNERSHIP, PRODUCTS, SALES, CONTACTS, OPPORTUNITIES, ACTIVITIES, TARGETS,
    )
}  # fmt: skip

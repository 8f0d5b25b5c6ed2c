"""What the sample's reps write: short, plausible, synthetic."""

from __future__ import annotations

OBJECTIVES = (
    "Become the preferred supplier for their new line",
    "Hold the base and add one more plant",
    "Move from single orders to a yearly agreement",
    "Win back the share that went to the competitor",
    "Get service under contract before the warranty ends",
    "Be specified in their next engineering standard",
)
#: Action, the function that owns it, its channel.
ACTIONS = (
    ("Walk the plant with their maintenance lead", "service", "visit"),
    ("Review last year's failures together", "service", "meeting"),
    ("Present the energy savings to their finance", "finance", "meeting"),
    ("Agree call-off dates for the year", "sales", "call"),
    ("Bring our product manager to their engineers", "product", "meeting"),
    ("Invite the plant manager to the user day", "marketing", "event"),
    ("Send the frame agreement for signature", "sales", "email"),
    ("Settle delivery times for spares", "logistics", "call"),
    ("Introduce our regional director to theirs", "management", "meeting"),
)
OWNERS = {
    "sales": ("Account manager", "Inside sales"),
    "service": ("Service lead", "Field engineer"),
    "finance": ("Finance partner",),
    "product": ("Product manager",),
    "marketing": ("Marketing lead",),
    "logistics": ("Logistics lead",),
    "management": ("Regional director",),
}
IDEAS = (
    "Trial of {family} on one line, then the others",
    "Replace the incumbent's {family} at the next shutdown",
    "Offer {family} with the service contract",
    "Standard kit of {family} for all their sites",
)
OUTCOMES = (
    "Fewer unplanned stops",
    "Lower energy per unit",
    "Shorter changeovers",
    "Safer work at the pumps",
    "One supplier less to manage",
    "Meet the new water rules in time",
)
APPROACHES = (
    "Work the core accounts in fixed rhythm, two days a week for new plants.",
    "Start from the installed base: every service visit ends with a look at the next machine.",
    "Fewer accounts, deeper: three contacts in each key account by autumn.",
)
PRIORITIES = (
    "Key accounts first, then the invest accounts with an open deal; divest accounts by phone only.",
    "The accounts whose contracts end this year, then those that grew last year.",
)
HELP = (
    "Service capacity for six plant walks; a product manager for two days.",
    "Reference visits for new customers; faster quotes for spares.",
)
UNNAMED = (
    "New plants announced in the region; trade fair contacts",
    "Replacements that come up during the year, from experience of the last two",
)
VIEWS = {
    "history": (
        (
            "Customer for years; grew with their second plant, flat since.",
            "Came to us after a failure of the incumbent's pumps.",
        ),
        ("You were there when the line stood still.", "Good product, slow quotes."),
    ),
    "sold": (
        ("Pumps and spares, later the service contract.", "Filtration for two lines."),
        ("Stops are down by a third since the change.", "We spend less time on seals, that is all we measured."),
    ),
    "next": (
        ("Controls for the lines that already run our pumps.", "Valves at the next shutdown."),
        ("Energy is what our board asks about.", "Only if it does not stop the line."),
    ),
    "known": (
        ("Maintenance and purchasing; nobody in finance.", "The plant manager; engineering only by mail."),
        ("Our engineers decide, purchasing signs.", "Ask the plant, not the head office."),
    ),
    "wanted": (
        ("Their head of engineering, by way of the maintenance lead.", "Finance, for the energy case."),
        ("Bring numbers, then she will listen.", "He wants to see a running site first."),
    ),
    "numbers": (
        ("Repeat business holds; the new line decides the second half.", "Two call-offs and one project."),
        ("Budget is set in October; nothing large before.", "The project is approved in principle."),
    ),
    "risks": (
        ("One contact carries it all.", "The competitor offers a bundle."),
        ("A merger is being talked about.", "We must cut suppliers by a fifth."),
    ),
}
RISKS = (
    ("Our only contact retires this year", "Meet the successor with the contact, before summer"),
    ("The incumbent cuts prices", "Sell the cost of stops, not the price of pumps"),
    ("The project slips into next year", "Agree a first call-off for spares now"),
)
GAPS = (
    ("We do not know who holds the budget", "Ask the maintenance lead for an introduction"),
    ("Never met in person", "Plant walk with our service lead"),
)
WANTED = (("Head of engineering", "Engineering"), ("Finance director", "Finance"), ("Plant manager", "Operations"))
CUSTOMERS = ("Plant manager", "Head of purchasing", "Maintenance lead")

"""Word lists that names are made of. No real companies, no real people."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Texts = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]

COMPANY = "Larkfield Fluid Systems"

#: Industry: words that a company of it carries in its name.
INDUSTRIES: dict[str, tuple[str, ...]] = {
    "Food and beverage": ("Foods", "Dairy", "Brewing", "Bottling", "Kitchens"),
    "Chemicals": ("Chemicals", "Coatings", "Polymers", "Resins"),
    "Water utilities": ("Water Works", "Water District", "Utilities"),
    "Pharmaceuticals": ("Pharma", "Biologics", "Labs"),
    "Mining": ("Minerals", "Quarries", "Aggregates"),
    "Pulp and paper": ("Paper", "Packaging", "Mills"),
    "Energy": ("Energy", "Power", "Refining"),
    "Machinery": ("Machine", "Fabrication", "Tooling", "Engineering"),
    "Agriculture": ("Farms", "Growers", "Irrigation"),
    "Building services": ("Mechanical", "Facilities", "Contracting"),
}
#: Chance of an account's industry, in that order.
INDUSTRY_SHARES = (0.17, 0.13, 0.10, 0.09, 0.06, 0.08, 0.09, 0.13, 0.08, 0.07)

STEMS = (
    "Var", "Tel", "Quen", "Mor", "Lind", "Hask", "Brem", "Cald", "Dorn", "Elm", "Fenn", "Gars", "Hale", "Iver", "Jarr",
    "Kest", "Lorr", "Marl", "Nev", "Orl", "Pell", "Quill", "Rav", "Sel", "Thorn", "Ulv", "Vell", "Wren", "Yarr", "Zell",
    "Ald", "Birch", "Cren", "Drum", "Esk", "Farr", "Gild", "Hart", "Isk", "Jun", "Kirk", "Lang", "Mund", "Nort", "Ost",
)  # fmt: skip
ENDINGS = (
    "wick", "mere", "ford", "ham", "stead", "holt", "combe", "dale", "bury", "gate", "ley", "worth", "den", "well",
    "bourne", "thorpe", "more", "by", "ton", "cliff", "grove", "haven", "marsh", "brook", "crest", "moor", "fell", "beck",
)  # fmt: skip
DIVISIONS = ("Logistics", "Services", "Plant Operations", "Ingredients", "Distribution", "Specialties")
COMPETITORS = ("Norrvik Pumps", "Delphine Flow", "Castor & Hale", "Ironbridge Valve", "Umbra Controls")
FIRST = (
    "Ann", "Raj", "Maria", "Tom", "Lena", "Omar", "Julia", "Ben", "Priya", "Carl", "Nadia", "Erik", "Sofia", "Dan", "Mei",
    "Luis", "Grace", "Ivan", "Ruth", "Paul", "Aisha", "Victor", "Hanna", "Joel", "Keiko", "Marc", "Elena", "Noah", "Tara",
    "Hugo", "Amara", "Felix", "Rosa", "Sam", "Ingrid", "Leo", "Yara", "Owen", "Clara", "Theo",
)  # fmt: skip
LAST = (
    "Berg", "Patel", "Keller", "Novak", "Ortiz", "Lindqvist", "Okafor", "Brandt", "Sato", "Moreau", "Fischer", "Doyle",
    "Ramos", "Haddad", "Eriksen", "Walsh", "Petrov", "Nguyen", "Castillo", "Hughes", "Ivanova", "Mercer", "Dube", "Larsen",
    "Quinn", "Rossi", "Tanaka", "Vance", "Weber", "Young", "Abbott", "Costa", "Delgado", "Foster", "Grant", "Holm",
    "Jensen", "Kaur", "Lopez", "Marsh",
)  # fmt: skip
TITLES = (
    "Head of purchasing", "Plant manager", "Maintenance lead", "Operations director", "Process engineer",
    "Finance director", "Buyer", "Quality manager", "Technical director", "Project engineer",
)  # fmt: skip
#: Role in buying of each title, and its usual influence.
TITLE_ROLES = (
    "decides", "decides", "uses", "decides", "influences", "influences", "influences", "uses", "champion", "influences",
)  # fmt: skip
TITLE_INFLUENCE = (0.8, 0.9, 0.4, 0.9, 0.5, 0.7, 0.4, 0.3, 0.7, 0.4)

#: Product family: products with their list prices in dollars.
FAMILIES: dict[str, tuple[tuple[str, int], ...]] = {
    "Pumps": (("Pump CX-100", 2400), ("Pump CX-400", 7800), ("Dosing pump D2", 1150)),
    "Valves": (("Ball valve BV", 190), ("Control valve CV-8", 1320), ("Safety valve SV", 460)),
    "Filtration": (("Filter housing FH", 3100), ("Cartridge set F10", 240), ("Membrane skid M4", 26500)),
    "Controls": (("Flow monitor FM", 1650), ("Plant console PC-2", 18900), ("Telemetry licence", 4200)),
    "Service": (("Inspection visit", 850), ("Service plan", 5400)),
}
#: How much an industry leans to each family (rows: INDUSTRIES, columns: FAMILIES).
LEANINGS = np.array(
    [
        [1.0, 0.8, 1.5, 0.5, 0.7],
        [1.3, 1.4, 0.6, 0.7, 0.5],
        [1.4, 1.0, 1.2, 1.1, 0.9],
        [0.8, 0.7, 1.7, 1.0, 0.9],
        [1.8, 0.8, 0.3, 0.2, 0.8],
        [1.2, 1.0, 0.8, 0.5, 0.6],
        [1.1, 1.5, 0.4, 1.2, 0.8],
        [0.9, 1.2, 0.4, 0.6, 0.5],
        [1.5, 0.7, 0.7, 0.3, 0.3],
        [0.9, 1.2, 0.3, 0.9, 1.1],
    ]
)
STAGES = ("qualify", "discover", "proposal", "negotiate")
STATED_ODDS = (0.1, 0.25, 0.5, 0.75)
NEXT_STEPS = ("Send offer", "Site visit", "Technical review", "Meet finance", "Trial at plant", "Final terms")
SUBJECTS: dict[str, tuple[str, ...]] = {
    "call": ("Check on order", "Spare parts", "Project status", "Price question"),
    "email": ("Offer sent", "Data sheet", "Follow-up"),
    "meeting": ("Account review", "Project meeting", "Demo"),
    "visit": ("Plant visit", "Site survey"),
    "task": ("Prepare offer", "Check stock"),
}
OUTCOMES: dict[str, tuple[str, ...]] = {
    "call": ("Order to come", "Needs offer", "No need now", "Call in May", ""),
    "email": ("Answered", "", ""),
    "meeting": ("Next step agreed", "Budget in Q4", "Trial agreed"),
    "visit": ("Pump worn", "Survey done", "Wants offer"),
    "task": ("Done", "Sent"),
}


def company_names(numbers: Ints, industries: Ints, rng: np.random.Generator) -> Texts:
    """A name for each account number: one brand for the first 1,260, two joined beyond, so that no two are alike."""
    brands = np.array([a + b for a in STEMS for b in ENDINGS], dtype=object)
    brands = brands[np.random.default_rng(20260630).permutation(len(brands))]
    lists = list(INDUSTRIES.values())
    longest = max(len(words) for words in lists)
    grid = np.array([[words[i % len(words)] for i in range(longest)] for words in lists], dtype=object)
    first = brands[numbers % len(brands)]
    round_ = numbers // len(brands)
    second = brands[(numbers * 7 + round_) % len(brands)]
    brand = np.where(round_ == 0, first, first + " & " + second)
    return np.asarray(brand + " " + grid[industries, rng.integers(0, longest, len(numbers))], dtype=object)


def people_names(count: int, rng: np.random.Generator) -> Texts:
    """Full names, which may repeat as people's names do."""
    first = np.array(FIRST, dtype=object)[rng.integers(0, len(FIRST), count)]
    return np.asarray(first + " " + np.array(LAST, dtype=object)[rng.integers(0, len(LAST), count)], dtype=object)

"""What is published to everybody, read from ``book.toml`` into frozen dataclasses, one module per section."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, field, fields
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from workbook.errors import RulesError
from workbook.rules.company import CompanyRules
from workbook.rules.engagement import EngagementRules
from workbook.rules.maturity import MaturityRules
from workbook.rules.plans import PlansRules
from workbook.rules.portfolio import PortfolioRules
from workbook.rules.quality import QualityRules
from workbook.rules.reader import as_toml, read
from workbook.rules.reconcile import ReconcileRules
from workbook.rules.review import ReviewRules
from workbook.rules.store import StoreRules
from workbook.rules.targets import TargetsRules
from workbook.rules.territories import TerritoriesRules

__all__ = ["Rules", "read_rules"]


@dataclass(frozen=True)
class Rules:
    """All rules of a book; each attribute is a section of ``book.toml``."""

    book: CompanyRules = field(default_factory=CompanyRules)
    quality: QualityRules = field(default_factory=QualityRules)
    portfolio: PortfolioRules = field(default_factory=PortfolioRules)
    engagement: EngagementRules = field(default_factory=EngagementRules)
    territories: TerritoriesRules = field(default_factory=TerritoriesRules)
    targets: TargetsRules = field(default_factory=TargetsRules)
    plans: PlansRules = field(default_factory=PlansRules)
    reconcile: ReconcileRules = field(default_factory=ReconcileRules)
    maturity: MaturityRules = field(default_factory=MaturityRules)
    review: ReviewRules = field(default_factory=ReviewRules)
    store: StoreRules = field(default_factory=StoreRules)

    @property
    def hash(self) -> str:
        """Twelve hexadecimal digits that change when any rule does (where the store is, is no rule)."""
        rules = {name: value for name, value in asdict(self).items() if name != "store"}
        return sha256(repr(sorted(rules.items())).encode()).hexdigest()[:12]

    def toml(self) -> str:
        """The rules as a commented ``book.toml``."""
        return "\n".join(as_toml(f.name, getattr(self, f.name), currency=self.book.currency) for f in fields(self))


def read_rules(path: Path) -> Rules:
    """The rules in a ``book.toml``; :class:`RulesError` names every key that cannot be used."""
    try:
        return _rules(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise RulesError(f"is not valid TOML: {fault}", where=str(path), remedy="Mend that line.") from fault


@lru_cache(maxsize=8)
def _rules(text: str) -> Rules:
    given = tomllib.loads(text)
    currency = given.get("book", {}).get("currency", "USD") if isinstance(given.get("book", {}), dict) else "USD"
    return read(Rules, given, where="rules", currency=currency if isinstance(currency, str) else "USD")

"""Rules of ``review``: what is published to everybody, section ``[review]`` of ``book.toml``."""

from __future__ import annotations

from dataclasses import dataclass

from workbook.rules.reader import rule


@dataclass(frozen=True)
class ReviewRules:
    """How review documents are made: notebooks, limits, and who reads them."""

    node_notebook: str = rule("08-territory-review", "notebook of every territory, team and region")
    company_notebook: str = rule("09-company-review", "notebook of the company")
    audience: str = rule("manager", "who reads the documents", choices=("rep", "manager", "finance"))
    time_limit_seconds: int = rule(600, "a document that takes longer is stopped and reported with its cell")
    memory_limit_mb: int = rule(4000, "a document that takes more memory is stopped and reported with its cell")

    def __post_init__(self) -> None:
        if self.time_limit_seconds < 1:
            raise ValueError("time_limit_seconds is less than 1")
        if self.memory_limit_mb < 200:
            raise ValueError("memory_limit_mb is less than 200")

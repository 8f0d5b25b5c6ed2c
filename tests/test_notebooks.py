"""Every notebook runs by papermill on the sample company, and says real values."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pandas as pd
import pytest

from tests.sample_copy import sample_copy
from workbook.money import format_amount
from workbook.review.execute import run_job
from workbook.review.jobs import Job

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample company."""
    return sample_copy(tmp_path_factory.mktemp("notebooks") / "book")


def company_target() -> str:
    """The company's target of the year as people read it, added up from the table."""
    targets = pd.read_csv(ROOT / "data/sample/tables/targets.csv", dtype=str, keep_default_na=False)
    own = targets[(targets["territory_id"] == "CO") & targets["period"].str.startswith("FY2026-Q")]
    families = (
        own[own["product_family"] != ""]
        if (own["product_family"] == "").sum() == 0
        else own[own["product_family"] == ""]
    )
    cents = families["amount"].map(lambda text: round(float(text) * 100)).sum()
    return format_amount(int(cents), "USD", short=True)


SAYS = {
    "00-start": lambda: [r"1,200", "Pennsylvania and Upstate", "Rules in force"],
    "01-data": lambda: [r"rows read = [\d,]+ used \+ 0 rejected"],
    "02-portfolio": lambda: ["core", "Vargate"],
    "03-engagement": lambda: ["real touch", "NPS"],
    "04-territories": lambda: ["hours", "bound"],
    "05-targets": lambda: [re.escape(company_target())],
    "06-account-plans": lambda: ["plan"],
    "07-reconcile": lambda: [re.escape(company_target())],
    "08-territory-review": lambda: ["Target FY2026", "Key account|key account"],
    "09-company-review": lambda: [re.escape(company_target()), "Ohio and Michigan"],
    "10-maturity": lambda: ["initiating|competitive|world class"],
}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_the_notebook_runs_and_says_real_values(path: Path, root: Path, tmp_path: Path) -> None:
    job = Job(
        node="",
        name=path.stem,
        level="notebook",
        notebook=str(path),
        parameters={"book": str(root)},
        cwd=str(ROOT),
        folder=str(tmp_path),
        stem=path.stem,
        subtitle="test",
        sample=True,
        time_limit_seconds=300,
        memory_limit_mb=4000,
    )
    made = run_job(job)
    assert made.failure in (None, ""), made.failure
    page = (tmp_path / f"{path.stem}.html").read_text(encoding="utf-8")
    text = html.unescape(re.sub(r"<[^>]+>", " ", page))
    assert "sample data" in text.lower()
    assert "Traceback" not in text
    for pattern in SAYS[path.stem]():
        assert re.search(pattern, text), pattern
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", page)
    assert len(page) < 1_000_000


def test_every_notebook_is_known_here() -> None:
    assert {path.stem for path in NOTEBOOKS} == set(SAYS)

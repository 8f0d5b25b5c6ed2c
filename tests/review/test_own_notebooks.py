"""Our own notebooks hold, cell by cell, what papermill's own engine writes."""

from __future__ import annotations

import json
import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import papermill
import pytest

from workbook.review.engines import register
from workbook.review.warm.processes import can_fork_safely

from .same import comparable, differences

pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(bool(can_fork_safely()), reason=can_fork_safely() or "can fork"),
]
ROOT = Path(__file__).resolve().parents[2]
QUICK = ("00-start", "08-territory-review", "10-maturity")
#: With this in the environment all are compared.
EVERY = "WORKBOOK_EVERY_NOTEBOOK"
NAMES = QUICK if EVERY not in os.environ else sorted(p.stem for p in ROOT.glob("notebooks/*.ipynb"))
#: The search of notebook 04 counts its work; so long as no clock cuts it, two runs find the same.
PATIENT = "\n[territories.design]\npatience = 1000\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A private fork server."""
    from workbook.review.warm.launching import launch
    from workbook.review.warm.pool import stop

    address = tmp_path_factory.mktemp("server") / "kernels.sock"
    process = launch(address, private=True)
    register()
    yield address
    stop(address, process)


def executed(name: str, book: Path, engine: str | None, **options: Any) -> dict[str, Any]:
    """The notebook as one engine writes it."""
    out = book.parent / f"{engine}.ipynb"
    os.environ.pop("PYTEST_CURRENT_TEST", None)  # in which ipykernel captures no file descriptors
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        papermill.execute_notebook(
            ROOT / "notebooks" / f"{name}.ipynb",
            out,
            parameters={"book": "."},
            cwd=str(book),
            engine_name=engine,
            progress_bar=False,
            execution_timeout=200,
            **options,
        )
    made: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return made


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_of_ours_has_the_same_outputs(name: str, tmp_path: Path, server: Path) -> None:
    from workbook.review.warm.remote import remote_start

    book = tmp_path / "book"
    shutil.copytree(ROOT / "data" / "sample", book, ignore=shutil.ignore_patterns("documents", ".cache", "*.sqlite*"))
    with (book / "book.toml").open("a", encoding="utf-8") as rules:
        rules.write(PATIENT)
    theirs, ours = executed(name, book, None), executed(name, book, "warm", start=remote_start(address=server))
    assert differences(comparable(theirs), comparable(ours)) == []
    assert any(cell.get("outputs") for cell in ours["cells"])

"""Real input for tests, where it is there: exports that are not shipped, imported once each."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbook.crm.mapping import find_mapping
from workbook.crm.run import import_export

ROOT = Path(__file__).resolve().parents[1]
DATA = next((p for p in (ROOT.parent / "shared" / "data", ROOT / "shared" / "data") if p.is_dir()), ROOT / "not there")
REAL = [pytest.mark.real, pytest.mark.skipif(not DATA.is_dir(), reason="not there")]


class Folders:
    """The folder of a data set's book by its name, imported the first time it is asked for."""

    def __init__(self, root: Path) -> None:
        self.root, self.made = root, dict[str, Path]()

    def __call__(self, name: str) -> Path:
        if name not in self.made:
            self.made[name] = import_export(find_mapping(name), DATA / name, self.root / name).book
        return self.made[name]

"""A small export in a folder, and a mapping of SQL files for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

EXPORT = {
    "clients.csv": "id;name;region;seller;since\n1;Acme;North;Ann;2024-01-01\n2;Bolt;South;Raj;2024-02-01\n3;Crag;South;Raj;2024-03-01\n",
    "orders.csv": "no,client,day,total\n1,1,2026-01-05,10.50\n2,2,2026-01-06,20.25\n3,9,2026-01-07,5.00\n4,2,soon,5.00\n5,3,2026-01-09,-1.25\n",
}
MAPPING = {
    "territories.sql": "select 'CO' as territory_id, 'Co' as name, null as parent_id "
    "union all (select distinct 'T-' || region, region, 'CO' from clients order by 1)",
    "reps.sql": "select distinct 'P-' || seller as rep_id, seller as name, 'T-' || region as territory_id from clients order by 1",
    "accounts.sql": "select 'A-' || id as account_id, name, 'T-' || region as territory_id, 'customer' as status, _file, _line from clients",
    "ownership.sql": "select 'A-' || id as account_id, 'P-' || seller as rep_id, 'owner' as role, since as from_on, _file, _line from clients",
    "products.sql": "select 'X' as product_id, 'Pump' as name",
    "sales.sql": "select 'A-' || client as account_id, day as booked_on, total as amount, 'X' as product_id, _file, _line from orders",
}


@pytest.fixture
def export(tmp_path: Path) -> Callable[..., tuple[Path, Path, Path]]:
    """Write an export and a mapping (with some files replaced or added); returns both folders and the book's."""

    def write(**changes: dict[str, str | bytes | None]) -> tuple[Path, Path, Path]:
        for folder, files in (("export", EXPORT), ("mapping", MAPPING)):
            (tmp_path / folder).mkdir(exist_ok=True)
            for name, content in {**files, **changes.get(folder, {})}.items():
                if content is not None:
                    data = content if isinstance(content, bytes) else content.encode()
                    (tmp_path / folder / name).write_bytes(data)
        return tmp_path / "export", tmp_path / "mapping", tmp_path / "book"

    return write

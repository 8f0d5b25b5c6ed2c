"""A tiny sound book as files: company CO with territories A (rep P1) and B (rep P2, P3); nine accounts, three of B.

CO ─┬─ A  P1: a1 a2 a3 a4 a5 a6 (a2, a3 belong to a1)
    └─ B  P2: b1 b2   P3: b3
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

SOUND = {
    "territories": "territory_id,name,parent_id,manager_rep_id\nCO,Company,,\nA,North,CO,\nB,South,CO,P2\n",
    "reps": "rep_id,name,territory_id,manager_rep_id,hired_on,left_on\n"
    "P1,Ann,A,,2020-01-01,\nP2,Raj,B,,2021-01-01,\nP3,Mia,B,P2,2022-01-01,\n",
    "accounts": "account_id,name,territory_id,status,parent_account_id,industry,country,city,latitude,longitude,annual_revenue\n"
    "a1,Norwood Mills,A,customer,,Paper,DE,Bonn,50.1,8.6,100.00\n"
    "a2,Harbour Foods,A,customer,a1,Food,DE,Ulm,50.2,8.7,200.00\n"
    "a3,Quarry Bank,A,prospect,a1,Stone,DE,Kiel,50.3,8.8,\n"
    "a4,Velvet Press,A,prospect,,Print,DE,Bonn,,,\n"
    "a5,Copper Ridge,A,customer,,Metal,DE,Jena,50.5,9.0,\n"
    "a6,Tidal Power,A,customer,,Power,DE,Bonn,50.6,9.1,\n"
    "b1,Marble Arch,B,customer,,Stone,DE,Hof,48.1,11.5,\n"
    "b2,Silver Birch,B,customer,,Wood,DE,Hof,48.2,11.6,\n"
    "b3,Granite Peak,B,prospect,,Stone,DE,Hof,48.3,11.7,\n",
    "ownership": "account_id,rep_id,role,from_on,to_on,share\n"
    + "".join(f"a{i},P1,owner,2024-01-01,,1\n" for i in range(1, 7))
    + "b1,P2,owner,2024-01-01,,\nb2,P2,owner,2023-01-01,2023-12-31,\nb2,P3,owner,2024-01-01,,\nb3,P3,owner,2024-01-01,,\n",
    "products": "product_id,name,family,list_price\nX,Pump,Pumps,10.00\nY,Valve,Valves,20.00\n",
    "sales": "account_id,booked_on,amount,product_id,rep_id,currency\n"
    "a1,2026-01-05,100.10,X,P1,USD\na2,2026-02-05,200.20,Y,P1,USD\nb1,2026-03-05,-5.05,X,P2,\n",
    "contacts": "contact_id,account_id,name,title,role\nc1,a1,Kim Lee,Head,decides\n",
    "opportunities": "opportunity_id,account_id,stage,status,amount,created_on,close_on,closed_on,next_step,next_step_on\n"
    "o1,a1,offer,open,50.00,2026-01-01,2026-09-30,,Call,2026-07-01\no2,b1,done,won,70.00,2025-01-01,2025-05-01,2025-05-02,,\n",
    "activities": "activity_id,account_id,rep_id,kind,done_on,due_on,contact_id,minutes\n"
    "v1,a1,P1,call,2026-05-01,,c1,10\nv2,b1,P2,task,,2026-06-01,c1,\n",
    "targets": "territory_id,period,amount\nCO,FY2026,300\nA,FY2026,200\nB,FY2026,100\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Write the sound tables, with some replaced (a text) or changed (pairs of old and new text)."""

    def write(**changes: str | tuple[str, str] | None) -> Path:
        made = tmp_path / "book" / "tables"
        made.mkdir(parents=True, exist_ok=True)
        for name, text in SOUND.items():
            change = changes.get(name, text)
            if isinstance(change, tuple):
                assert change[0] in text, f"{change[0]} is not in {name}"
                change = text.replace(*change)
            if change is not None:
                (made / f"{name}.csv").write_text(change, encoding="utf-8")
        return made

    return write

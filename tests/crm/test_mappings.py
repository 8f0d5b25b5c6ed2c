"""The shipped mappings for Salesforce and HubSpot on small exports with the real headings."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from workbook.book import Book
from workbook.crm.mapping import find_mapping
from workbook.crm.run import Import, import_export

SALESFORCE = {
    "sf_user_role_data.csv": "id,name,parent_role_id\nr0,Sales,\nr1,North,r0\nr2,South,r0\n",
    "sf_user_data.csv": "id,name,email,manager_id,user_role_id,title,is_active,last_login_date\n"
    "u1,Ann,ann@x.org,u3,r1,AE,true,2026-05-01\nu2,Raj,raj@x.org,u3,r2,AE,false,2026-03-31 10:00:00\nu3,Mia,mia@x.org,,r0,VP,true,\n",
    "sf_account_data.csv": "id,name,type,is_deleted,parent_id,industry,number_of_employees,annual_revenue,billing_city,"
    "billing_country,billing_latitude,billing_longitude,owner_id,created_date\n"
    "001A,Acme,Customer - Direct,false,,Paper,250,\"1,000.50\",Bonn,DE,50.1,8.6,u1,2024-01-05 10:00:00\n"
    "001B,Acme South,Prospect,false,001A,Paper,,,Hof,DE,,,u2,2024-02-05\n"
    "001C,Gone,Customer,true,,,,,,,,,u1,2024-02-05\n"
    "001D,Bolt,Prospect,false,001D,Metal,,,Ulm,DE,,,u9,2024-03-05\n",
    "sf_opportunity_data.csv": "id,account_id,name,stage_name,amount,probability,close_date,created_date,is_closed,is_won,is_deleted,owner_id,next_step\n"
    "006A,001A,Pumps,Closed Won,300,100,2026-02-01,2025-11-01,true,true,false,u1,\n"
    "006B,001B,Valves,Proposal,,40,2026-09-01,2026-01-01,false,false,false,u2,Call\n"
    "006C,001B,Lost,Closed Lost,50,0,2026-01-01,2025-01-01,true,false,false,u2,\n"
    "006D,,Nobody,Proposal,1,40,2026-09-01,2026-01-01,false,false,false,u2,\n",
    "sf_opportunity_history_data.csv": "opportunity_id,close_date,created_date\n006B,2026-06-01,2026-01-01\n006B,2026-07-01,2026-02-01\n"
    "006B,2026-09-01,2026-03-01\n",
    "sf_opportunity_line_item_data.csv": "id,opportunity_id,product_2_id,quantity,total_price,is_deleted\n"
    "l1,006A,p1,2,100,false\nl2,006A,p2,1,200,false\n",
    "sf_product_2_data.csv": "id,name,family,is_deleted\np1,Pump,Pumps,false\np2,Valve,Valves,false\n",
    "sf_contact_data.csv": "id,account_id,name,title,last_activity_date,owner_id,is_deleted\n003A,001A,Kim,Head,2026-04-01,u1,false\n003B,,Lee,,,u1,false\n",
    "sf_task_data.csv": "id,account_id,owner_id,who_id,what_id,subject,status,type,task_subtype,is_closed,is_deleted,activity_date,completed_date_time,call_duration_in_seconds,created_date,recurrence_activity_id\n"
    "00T1,001A,u1,003A,006A,Call Kim,Completed,,Call,true,false,2026-04-01,2026-04-02 09:00:00,300,2026-03-30,\n"
    "00T2,001A,u1,,,Follow up,Not Started,,Task,false,false,2026-07-01,,,2026-05-01,00T9\n",
    "sf_event_data.csv": "id,account_id,owner_id,who_id,what_id,subject,type,activity_date,duration_in_minutes,created_date,is_deleted\n"
    "00U1,001B,u2,,,Site visit,,2026-05-05,90,2026-05-01,false\n",
}  # fmt: skip
HUBSPOT = {
    "team_data.csv": "id,name\nt1,North\nt2,South\n",
    "owner_data.csv": "owner_id,email,first_name,last_name\no1,ann@x.org,Ann,Berg\no2,raj@x.org,Raj,Rao\n",
    "owner_team_data.csv": "owner_id,team_id,is_team_primary\no1,t2,false\no1,t1,true\no2,t2,false\n",
    "company_data.csv": "id,is_deleted,property_name,property_industry,property_country,property_annualrevenue,property_hubspot_owner_id,property_createdate,property_lifecyclestage\n"
    "c1,false,Acme,Paper,DE,1000000,o1,2024-01-05 20:35:26,opportunity\nc2,false,Bolt,Metal,DE,,o2,2024-02-05,lead\nc3,true,Gone,,,,o2,2024-02-05,\n",
    "contact_data.csv": "id,_fivetran_deleted,property_firstname,property_lastname,property_email,property_jobtitle,property_company\n"
    "k1,FALSE,Kim,Lee,kim@x.org,Head,acme\nk2,FALSE,,,no@x.org,,Nowhere Inc\n",
    "deal_data.csv": "deal_id,is_deleted,deal_pipeline_stage_id,owner_id,property_dealname,property_amount,property_closedate,property_createdate\n"
    "d1,false,s1,o1,Pumps,500.25,2026-02-01 10:00:00,2025-12-01\nd2,false,s2,o2,Valves,80,2026-09-01,2026-01-01\nd3,false,s2,o2,Nobody,80,2026-09-01,2026-01-01\n",
    "deal_company_data.csv": "company_id,deal_id\nc1,d1\nc2,d2\n",
    "deal_pipeline_stage_data.csv": "stage_id,label,closed_won,is_closed,probability\ns1,Closed won,TRUE,TRUE,1.0\ns2,Offer,FALSE,FALSE,0.4\n",
    "engagement_data.csv": "id,type\ne1,CALL\ne2,MEETING\ne3,TASK\n",
    "engagement_company_data.csv": "company_id,engagement_id\nc1,e1\nc2,e3\n",
    "engagement_contact_data.csv": "contact_id,engagement_id\nk1,e1\n",
    "engagement_deal_data.csv": "deal_id,engagement_id\nd2,e2\n",
    "engagement_call_data.csv": "engagement_id,_fivetran_deleted,property_hs_createdate,property_hs_timestamp,property_hubspot_owner_id,property_hs_call_duration\n"
    "e1,false,2026-04-01 19:43:05.526000,2026-04-01 20:50:44.778000,o1,600000\n",
    "engagement_meeting_data.csv": "engagement_id,start_time,end_time,title,property_hubspot_owner_id\ne2,2026-05-01 13:00:00,2026-05-01 14:30:00,Demo,o2\n",
    "engagement_task_data.csv": "engagement_id,property_hs_timestamp,property_hubspot_owner_id,property_hs_task_status\ne3,2026-07-08 02:30:00,o2,NOT_STARTED\n",
}  # fmt: skip


def made(tmp_path: Path, mapping: str, files: dict[str, str]) -> Import:
    (tmp_path / "export").mkdir()
    for name, content in files.items():
        (tmp_path / "export" / name).write_text(content, encoding="utf-8")
    return import_export(find_mapping(mapping), tmp_path / "export", tmp_path / "book")


def rows(frame: pd.DataFrame, *columns: str) -> list[list[object]]:
    return frame[list(columns)].astype(object).where(frame[list(columns)].notna(), None).to_numpy().tolist()


def test_salesforce(tmp_path: Path) -> None:
    done = made(tmp_path, "salesforce", SALESFORCE)
    tables = Book.open(done.book, as_of="2026-06-30").tables
    assert rows(tables.territories, "territory_id", "parent_id") == [
        ["COMPANY", None], ["r0", "COMPANY"], ["r1", "r0"], ["r2", "r0"],
    ]  # fmt: skip
    assert rows(tables.accounts, "account_id", "territory_id", "status", "parent_account_id") == [
        ["001A", "r1", "customer", None], ["001B", "r2", "prospect", "001A"], ["001D", "COMPANY", "prospect", None],
    ]  # fmt: skip
    assert tables.accounts["annual_revenue"].tolist()[0] == 100050
    assert tables.reps.set_index("rep_id").loc["u2", "left_on"] == pd.Timestamp("2026-03-31")
    assert rows(tables.sales, "product_id", "amount", "rep_id") == [["p1", 10000, "u1"], ["p2", 20000, "u1"]]
    deals = tables.opportunities.set_index("opportunity_id")
    assert deals["status"].to_dict() == {"006A": "won", "006B": "open", "006C": "lost"}
    assert deals.loc["006B", "pushes"] == 2
    assert deals.loc["006B", "probability"] == 0.4
    assert rows(tables.activities, "activity_id", "kind", "minutes", "series_id") == [
        ["00T1", "call", 5.0, None], ["00T2", "task", None, "00T9"], ["00U1", "visit", 90.0, None],
    ]  # fmt: skip
    assert set(done.rejects["reason"]) == {
        "deleted in the CRM", "is not among the reps", "the opportunity names no account", "the contact has no account",
    }  # fmt: skip
    assert (done.counts["read"] == done.counts["used"] + done.counts["rejected"]).all()


def test_salesforce_as_data_loader_spells_it(tmp_path: Path) -> None:
    def loader(text: str) -> str:
        heading, rest = text.split("\n", 1)
        return "".join(part.capitalize() for part in heading.replace(",", "_,_").split("_")) + "\n" + rest

    names = {"sf_user_role_data": "UserRole", "sf_user_data": "User", "sf_product_2_data": "Product2"}
    files = {}
    for name, content in SALESFORCE.items():
        stem = name.removesuffix(".csv")
        spelled = names.get(stem, "".join(w.capitalize() for w in stem[3:-5].split("_")))
        files[f"{spelled}.csv"] = loader(content)
    assert "AccountId" in files["Opportunity.csv"]
    tables = Book.open(made(tmp_path, "salesforce", files).book).tables
    assert len(tables.accounts) == 3
    assert tables.sales["amount"].tolist() == [10000, 20000]


def test_hubspot(tmp_path: Path) -> None:
    done = made(tmp_path, "hubspot", HUBSPOT)
    tables = Book.open(done.book, as_of="2026-07-31").tables
    assert rows(tables.reps, "rep_id", "name", "territory_id") == [["o1", "Ann Berg", "t1"], ["o2", "Raj Rao", "t2"]]
    assert rows(tables.accounts, "account_id", "territory_id", "status") == [
        ["c1", "t1", "customer"],
        ["c2", "t2", "prospect"],
    ]
    assert rows(tables.sales, "account_id", "amount") == [["c1", 50025]]
    assert rows(tables.contacts, "contact_id", "account_id", "name") == [["k1", "c1", "Kim Lee"]]
    assert rows(tables.opportunities, "opportunity_id", "status", "stage", "probability") == [
        ["d1", "won", "Closed won", 1.0], ["d2", "open", "Offer", 0.4],
    ]  # fmt: skip
    assert rows(tables.activities.sort_values("activity_id"), "activity_id", "account_id", "kind", "minutes") == [
        ["e1", "c1", "call", 10.0], ["e2", "c2", "meeting", 90.0], ["e3", "c2", "task", None],
    ]  # fmt: skip
    assert {"the deal names no company", "the contact has no company in the export", "deleted in the CRM"} == set(
        done.rejects["reason"]
    )


@pytest.mark.parametrize("mapping", ["salesforce", "hubspot"])
def test_what_a_crm_export_lacks_stays_not_known(tmp_path: Path, mapping: str) -> None:
    files = SALESFORCE if mapping == "salesforce" else HUBSPOT
    least = {"sf_user_data.csv", "sf_account_data.csv", "owner_data.csv", "company_data.csv"}
    done = made(tmp_path, mapping, {name: text for name, text in files.items() if name in least})
    tables = Book.open(done.book).tables
    assert tables.has("accounts")
    assert not tables.has("activities")
    assert not tables.has("sales")

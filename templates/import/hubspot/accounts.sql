select c.id as account_id, coalesce(c.property_name, c.id) as name, coalesce(p.node, 'COMPANY') as territory_id,
    case when c.property_lifecyclestage ilike 'customer' or exists (select 1 from deals d where d.company_id = c.id and d.status = 'won')
        then 'customer' else 'prospect' end as status,
    case when c.property_hs_parent_company_id <> c.id then c.property_hs_parent_company_id end as parent_account_id,
    c.property_industry as industry, try_cast(try_cast(c.property_numberofemployees as double) as bigint) as employees,
    money(c.property_annualrevenue) as annual_revenue, c.property_country as country, c.property_state as region, c.property_city as city,
    day(c.property_createdate) as created_on, case when gone(c.is_deleted) then 'deleted in the CRM' end as _reject, c._file, c._line
from company c left join people p on p.owner_id = c.property_hubspot_owner_id
order by c._line

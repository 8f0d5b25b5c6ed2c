select a.id as account_id, coalesce(a.name, a.id) as name, coalesce(p.node, 'COMPANY') as territory_id,
    case when a.type ilike '%customer%' and a.type not ilike '%prospect%' or exists (select 1 from won w where w.account_id = a.id)
        then 'customer' else 'prospect' end as status,
    case when a.parent_id <> a.id then a.parent_id end as parent_account_id, a.industry as industry,
    try_cast(a.number_of_employees as bigint) as employees, money(a.annual_revenue) as annual_revenue,
    a.billing_country as country, a.billing_state as region, a.billing_city as city,
    coalesce(a.billing_latitude, a.shipping_latitude) as latitude, coalesce(a.billing_longitude, a.shipping_longitude) as longitude,
    day(a.created_date) as created_on, a.rating as rating,
    case when gone(a.is_deleted) then 'deleted in the CRM' when a.master_record_id is not null then 'merged into another account' end as _reject,
    a._file, a._line
from account a left join people p on p.id = a.owner_id
order by a._line

select id as account_id, property_hubspot_owner_id as rep_id, 'owner' as role,
    coalesce(day(property_createdate), date '2000-01-01') as from_on,
    case when gone(is_deleted) then 'deleted in the CRM' when property_hubspot_owner_id is null then 'the company has no owner' end as _reject, _file, _line
from company
order by _line

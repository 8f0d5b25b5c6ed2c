-- A deal without amount counts as 0, as HubSpot itself does in its sums.
select deal_id as opportunity_id, company_id as account_id, stage, status, coalesce(money(property_amount), 0)::decimal(18,2) as amount,
    day(property_createdate) as created_on, day(property_closedate) as close_on,
    case when status <> 'open' then day(property_closedate) end as closed_on, odds as probability, owner_id as rep_id,
    property_hs_next_step as next_step, property_dealname as title,
    case when gone(is_deleted) then 'deleted in the CRM' when company_id is null then 'the deal names no company' end as _reject, _file, _line
from deals
order by _line

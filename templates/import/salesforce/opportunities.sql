-- An opportunity without amount counts as 0, as Salesforce itself does in its sums.
select o.id as opportunity_id, o.account_id, coalesce(o.stage_name, 'not known') as stage,
    case when gone(o.is_won) then 'won' when gone(o.is_closed) then 'lost' else 'open' end as status,
    coalesce(money(o.amount), 0)::decimal(18,2) as amount, day(o.created_date) as created_on, day(o.close_date) as close_on,
    case when gone(o.is_closed) or gone(o.is_won) then day(o.close_date) end as closed_on,
    round(try_cast(replace(o.probability, '%', '') as double) / 100, 4) as probability, o.owner_id as rep_id, o.next_step,
    coalesce(try_cast(o.push_count as bigint), p.pushes) as pushes, o.name as title,
    case when gone(o.is_deleted) then 'deleted in the CRM' when o.account_id is null then 'the opportunity names no account' end as _reject,
    o._file, o._line
from opportunity o left join pushes p on p.opportunity_id = o.id
order by o._line

-- only some lines: won deals
select company_id as account_id, day(property_closedate) as booked_on, money(property_amount) as amount, owner_id as rep_id,
    case when company_id is null then 'the deal names no company' when property_amount is null then 'won without an amount' end as _reject, _file, _line
from deals
where status = 'won' and not gone(is_deleted)
order by booked_on, _line

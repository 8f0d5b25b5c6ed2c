-- only some lines: won opportunities; by line item where the items add up to the amount, else as one line
with items as (
    select opportunity_id, product_2_id, sum(money(total_price)) as amount, sum(try_cast(quantity as double)) as quantity
    from opportunity_line_item where not gone(is_deleted) group by all
),
whole as (select opportunity_id, sum(amount) as amount from items group by 1)
select w.account_id, w.booked_on, coalesce(i.amount, w.amount) as amount, i.product_2_id as product_id, w.owner_id as rep_id,
    i.quantity as quantity, w.currency_iso_code as currency,
    case when w.account_id is null then 'the opportunity names no account' when coalesce(i.amount, w.amount) is null then 'won without an amount' end as _reject,
    w._file, w._line
from won w left join whole a on a.opportunity_id = w.id and a.amount = w.amount
left join items i on i.opportunity_id = a.opportunity_id
order by w.booked_on, w._line, i.product_2_id

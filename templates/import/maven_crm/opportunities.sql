-- Deals without account, and those that nobody has engaged yet (no date at all), cannot be placed.
select opportunity_id, 'acc-' || slug(account) as account_id, deal_stage as stage,
    case deal_stage when 'Won' then 'won' when 'Lost' then 'lost' else 'open' end as status,
    case when deal_stage = 'Won' then try_cast(close_value as decimal(18,2)) else try_cast(sales_price as decimal(18,2)) end as amount,
    day(engage_date) as created_on, day(close_date) as close_on, day(close_date) as closed_on,
    'prod-' || slug(product_of(p.product)) as product_id, 'rep-' || slug(sales_agent) as rep_id,
    case when deal_stage = 'Won' then 'booked' else 'list price' end as amount_from,
    case when account is null then 'the deal names no account'
         when engage_date is null then 'the deal has no date: nobody has engaged yet' end as _reject,
    p._file, p._line
from sales_pipeline p left join products on products.product = product_of(p.product)
order by p._line

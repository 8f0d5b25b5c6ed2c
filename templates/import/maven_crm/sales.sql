-- What was won, on the day it closed.
-- only some lines: the others are open or lost deals
select 'acc-' || slug(account) as account_id, day(close_date) as booked_on, close_value as amount,
    'prod-' || slug(product_of(product)) as product_id, 'rep-' || slug(sales_agent) as rep_id, _file, _line
from sales_pipeline
where deal_stage = 'Won'
order by booked_on, _line

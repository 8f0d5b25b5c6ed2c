-- only some lines: the others are lost deals
select d.lead_id as account_id, local_day(d.close_at, l.timezone_utc_offset) as booked_on,
    (d.final_mrr_usd::decimal(18,2) * d.term_months::int)::decimal(18,2) as amount,
    (select 'PLAN-' || count(distinct o.plan_selected) from deals o where o.plan_selected <= d.plan_selected) as product_id,
    d.owner_rep_id as rep_id, d._file, d._line
from deals d left join leads l using (lead_id)
where d.status = 'Closed Won'
order by booked_on, d._line

select d.deal_id as opportunity_id, d.lead_id as account_id, d.status as stage,
    case d.status when 'Closed Won' then 'won' when 'Closed Lost' then 'lost' else 'open' end as status,
    (d.final_mrr_usd::decimal(18,2) * d.term_months::int)::decimal(18,2) as amount,
    local_day(d.deal_created_at, l.timezone_utc_offset) as created_on, local_day(d.close_at, l.timezone_utc_offset) as close_on,
    case when d.status like 'Closed%' then local_day(d.close_at, l.timezone_utc_offset) end as closed_on,
    (select 'PLAN-' || count(distinct o.plan_selected) from deals o where o.plan_selected <= d.plan_selected) as product_id,
    d.owner_rep_id as rep_id, d.lost_reason as lost_reason, d._file, d._line
from deals d left join leads l using (lead_id)
order by d._line

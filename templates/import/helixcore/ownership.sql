with loans as (
    select d.lead_id, d.owner_rep_id as rep_id, local_day(d.deal_created_at, l.timezone_utc_offset) as from_on,
        (p.created_as_customer_at::date - interval 1 day)::date as to_on, d._file, d._line
    from deals d join leads l using (lead_id) left join partner_portfolios p using (lead_id)
    union all
    select lead_id, assigned_kam_rep_id, created_as_customer_at::date, null, _file, _line from partner_portfolios
)
select lead_id as account_id, rep_id, 'owner' as role, from_on, to_on, _file, _line,
    case when to_on < from_on then 'a key account manager took the account on the day the deal began' end as _reject
from loans
order by lead_id, from_on

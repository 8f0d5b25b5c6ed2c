select l.lead_id as account_id, 'Lead ' || l.lead_id as name, team_node(l.segment) || '-' || l.country as territory_id,
    case when exists (select 1 from deals d where d.lead_id = l.lead_id and d.status = 'Closed Won') then 'customer' else 'prospect' end as status,
    case l.segment when 'AccountantFirm' then 'Accounting' else 'Small business' end as industry,
    l.estimated_team_size as employees, l.country as country, l.created_at as created_on,
    (l.expected_mrr_usd::decimal(18,2) * 12)::decimal(18,2) as potential_amount, l.channel as channel, l.buyer_role as buyer_role,
    l._file, l._line
from leads l
order by l._line

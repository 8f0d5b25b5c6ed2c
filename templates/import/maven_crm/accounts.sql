-- Revenue is in millions. The territory is the team that won the most there; the export has none.
select 'acc-' || slug(a.account) as account_id, a.account as name,
    coalesce('team-' || slug(t.manager), 'company') as territory_id,
    case when t.manager is null then 'prospect' else 'customer' end as status,
    'acc-' || slug(a.subsidiary_of) as parent_account_id, spelled(a.sector) as industry, a.employees as employees,
    (try_cast(a.revenue as decimal(18,2)) * 1000000)::decimal(18,2) as annual_revenue,
    spelled(a.office_location) as country, a.year_established as year_established,
    case when t.manager is null then 'not known' else 'team that won the most' end as territory_from, a._file, a._line
from accounts a left join team_of_account t using (account)
order by a._line

select 'rep-' || slug(manager) as rep_id, manager as name, 'team-' || slug(manager) as territory_id,
    null as manager_rep_id, 'manager' as role, null as _file, null::bigint as _line
from (select distinct manager from sales_teams order by manager)
union all
(select 'rep-' || slug(sales_agent), sales_agent, 'team-' || slug(manager), 'rep-' || slug(manager), 'rep', _file, _line
 from sales_teams order by _line)

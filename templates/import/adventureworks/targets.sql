-- Quarterly quotas by territory, group and company; each level is the sum of the one below, to the cent.
-- A rep's quota counts in the rep's territory of that quarter. Managers' quotas are their own bookings, not their teams': each
-- is split over the group's territories in proportion to the reps' quotas there (largest remainder), so nothing counts twice.
with reps_part as (
    select starts_on, territory, (sum(SalesQuota::decimal(18,2)) * 100)::bigint as cents
    from quota_lines where territory is not null group by all
),
managers as (
    select starts_on, EmployeeKey, (sum(SalesQuota::decimal(18,2)) * 100)::bigint as cents
    from quota_lines where territory is null group by all
),
shares as (
    select m.starts_on, m.EmployeeKey, t.SalesTerritoryKey as territory, m.cents,
        m.cents::hugeint * p.cents as weighted, sum(p.cents) over (partition by m.starts_on, m.EmployeeKey) as whole
    from managers m
    join (select distinct manager_EmployeeKey as boss, t."Group" from reps r
          join territories t on t.SalesTerritoryKey = split_part(r.TerritoryID, '.', 1)) g
        on split_part(g.boss, '.', 1) = m.EmployeeKey
    join territories t on t."Group" = g."Group"
    join reps_part p on p.territory = t.SalesTerritoryKey and p.starts_on = m.starts_on
),
parts as (
    select *, weighted // whole as base, row_number() over (
        partition by starts_on, EmployeeKey order by weighted % whole desc, territory::int) as nth,
        cents - sum(weighted // whole) over (partition by starts_on, EmployeeKey) as rest
    from shares
),
by_territory as (
    select starts_on, territory, sum(cents)::bigint as cents from (
        select starts_on, territory, cents from reps_part
        union all
        select starts_on, territory, (base + case when nth <= rest then 1 else 0 end)::bigint from parts
    ) group by all
),
levels as (
    select 0 as level, 'AW' as node, starts_on, sum(cents) as cents from by_territory group by all
    union all
    select 1, group_node(t."Group"), b.starts_on, sum(b.cents)
    from by_territory b join territories t on t.SalesTerritoryKey = b.territory group by all
    union all
    select 2, node(territory), starts_on, cents from by_territory
)
select node as territory_id,
    'FY' || (year(starts_on) + case when month(starts_on) >= 7 then 1 else 0 end)
        || '-Q' || ((month(starts_on) + 5) % 12 // 3 + 1) as period,
    (cents * 0.01::decimal(3,2))::decimal(18,2) as amount, 'bookings' as measure
from levels
order by level, node, starts_on

-- Company, three groups, ten territories. The group's manager is whom most of its reps report to.
with leaders as (
    select t."Group" as name, mode(r.manager_EmployeeKey) as leader
    from reps r join territories t on t.SalesTerritoryKey = split_part(r.TerritoryID, '.', 1)
    group by 1
)
select 'AW' as territory_id, 'AdventureWorks' as name, null as parent_id,
    (select person(min(EmployeeKey)) from reps where manager_EmployeeKey is null) as manager_rep_id,
    null as _file, null::bigint as _line
union all
(select group_node(name), name, 'AW', person(leader), null, null from leaders order by name)
union all
(select node(SalesTerritoryKey), Region, group_node("Group"), null, _file, _line
 from territories order by SalesTerritoryKey::int)

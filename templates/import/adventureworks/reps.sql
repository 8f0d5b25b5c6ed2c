-- EmployeeKey is the key that orders, quotas and accounts use (BusinessEntityID is another). Managers sit in the group that
-- they lead, the director in the company.
select person(r.EmployeeKey) as rep_id, r.Salesperson as name,
    coalesce(
        node(split_part(r.TerritoryID, '.', 1)),
        (select group_node(mode(t."Group")) from reps team
            join territories t on t.SalesTerritoryKey = split_part(team.TerritoryID, '.', 1)
            where team.manager_EmployeeKey = r.EmployeeKey),
        'AW'
    ) as territory_id,
    r.UPN as email, person(split_part(r.manager_EmployeeKey, '.', 1)) as manager_rep_id,
    case when r.Title = 'Sales Representative' then 'rep' else 'manager' end as role,
    r.Title as title, r.HireDate as hired_on, r._file, r._line
from reps r
order by r.EmployeeKey::int

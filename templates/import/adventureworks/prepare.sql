-- Keys of territories, reps and accounts are all small numbers here; letters keep them apart.
create macro node(key) as 'T-' || lpad(trim(key), 2, '0');
create macro person(key) as 'E-' || trim(key);
create macro group_node(name) as 'G-' || upper(replace(trim(name), ' ', '-'));

-- A rep's territory in each quarter with a quota: the one of the history at the quarter's end, else at its start, else the
-- present one. The history agrees with what was booked where; a manager has none, and the whole group instead.
create view quota_lines as
select q.*, q.quarter_start::date as starts_on, r.manager_EmployeeKey as boss,
    coalesce(
        (select max(h.TerritoryID) from rep_territory_history h where h.EmployeeKey = q.EmployeeKey
            and h.start::date < q.quarter_start::date + interval 3 month
            and coalesce(h."end"::date, date '9999-12-31') >= q.quarter_start::date + interval 3 month - interval 1 day),
        (select max(h.TerritoryID) from rep_territory_history h where h.EmployeeKey = q.EmployeeKey
            and h.start::date <= q.quarter_start::date
            and coalesce(h."end"::date, date '9999-12-31') >= q.quarter_start::date),
        split_part(r.TerritoryID, '.', 1)
    ) as territory
from quotas_quarterly q join reps r using (EmployeeKey);

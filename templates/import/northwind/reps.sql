select person(e.EmployeeID) as rep_id, e.FirstName || ' ' || e.LastName as name,
    case when e.EmployeeID in (select employee from zips) then 'P-' || e.EmployeeID else 'NW' end as territory_id,
    person(e.ReportsTo) as manager_rep_id,
    case when e.EmployeeID in (select ReportsTo from employees where ReportsTo is not null) then 'manager' else 'rep' end as role,
    day(e.HireDate) as hired_on, e.Title as title, e._file, e._line
from employees e
order by e.EmployeeID::int

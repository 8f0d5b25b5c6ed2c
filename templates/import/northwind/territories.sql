select territory_id, name, parent_id, manager_rep_id, zip_codes from (
    select 0 as depth, 'NW' as territory_id, 'Northwind Traders' as name, null as parent_id,
        (select person(min(EmployeeID)) from employees where ReportsTo is null) as manager_rep_id, null as zip_codes
    union all
    select 1, 'R-' || RegionID, trim(RegionDescription), 'NW', null, null from regions
    union all
    select 2, 'P-' || z.employee, any_value(e.FirstName || ' ' || e.LastName) || '''s patch', 'R-' || any_value(z.region), null,
        string_agg(z.zip, ' ' order by z.zip)
    from zips z join employees e on e.EmployeeID = z.employee group by z.employee
    union all
    select 2, 'P-open-' || region, 'Unassigned: ' || string_agg(trim(town), ', ' order by zip), 'R-' || region, null,
        string_agg(zip, ' ' order by zip)
    from zips where employee is null group by region
) order by depth, territory_id

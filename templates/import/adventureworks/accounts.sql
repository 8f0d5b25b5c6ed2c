-- Customers have at least one order. State codes carry blanks, so the name of the state is taken.
select a.account_number as account_id, a.account_name as name, node(a.territory_id) as territory_id,
    case when exists (select 1 from order_lines o where o.ResellerKey = a.account_id) then 'customer' else 'prospect' end as status,
    a.business_type as industry, a.NumberEmployees as employees, a.AnnualSales as annual_revenue,
    a.Country as country, a.StateProvince as region, a.City as city, a.lat as latitude, a.lon as longitude,
    a.YearOpened as year_opened, a._file, a._line
from accounts a
order by a.account_id::int

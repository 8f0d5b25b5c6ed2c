select c.CustomerID as account_id, c.CompanyName as name, coalesce('P-' || p.employee, 'NW') as territory_id,
    case when p.employee is null then 'prospect' else 'customer' end as status,
    c.Country as country, c.Region as region, c.City as city, c.PostalCode as postal_code,
    case when p.employee is null then 'not known' else 'patch that booked the most' end as territory_from, c._file, c._line
from customers c left join patch_of_customer p using (CustomerID)
order by c._line

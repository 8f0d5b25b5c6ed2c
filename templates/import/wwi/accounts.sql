-- A customer that is billed to itself has no parent.
select 'C-' || c.CustomerID as account_id, c.CustomerName as name, coalesce(node(s.sales_territory), 'WWI') as territory_id,
    'customer' as status, case when c.BillToCustomerID <> c.CustomerID then 'C-' || c.BillToCustomerID end as parent_account_id,
    'US' as country, s.state as region, c.delivery_city as city, c.lat as latitude, c.lon as longitude,
    c.AccountOpenedDate as created_on, c.CustomerCategoryID as category, c.DeliveryPostalCode as postal_code, c._file, c._line
from customers c left join states s on s.state_code = c.delivery_state
order by c.CustomerID::int

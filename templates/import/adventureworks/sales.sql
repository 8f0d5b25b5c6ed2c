-- rep_id is who booked the order, often not the owner of record.
select coalesce(a.account_number, 'no account ' || o.ResellerKey) as account_id, o.OrderDate as booked_on, o.Sales as amount,
    'P-' || o.ProductKey as product_id, person(o.EmployeeKey) as rep_id, o.Quantity as quantity, o._file, o._line
from order_lines o left join accounts a on a.account_id = o.ResellerKey
order by o.OrderDate, o._line

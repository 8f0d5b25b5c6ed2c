select 'C-' || CustomerID as contact_id, CustomerID as account_id, ContactName as name, ContactTitle as title, _file, _line
from customers
order by _line

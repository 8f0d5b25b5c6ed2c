-- Order lines after discount, rounded to the cent line by line; freight is left out.
select CustomerID as account_id, booked_on, amount, 'PR-' || ProductID as product_id, person(EmployeeID) as rep_id,
    Quantity as quantity, case when OrderID is null then 'the order of this line is not in the export' end as _reject, _file, _line
from lines
order by booked_on, _line

create macro day(text) as coalesce(try_strptime(text, '%m/%d/%Y')::date, try_cast(text as date));
create macro person(key) as 'E-' || trim(key);

-- Zip territories keep their leading zeros: they are text. An employee's patch lies in one region.
create view zips as
select t.TerritoryID as zip, t.TerritoryDescription as town, t.RegionID as region, e.EmployeeID as employee
from territories t left join employee_territories e using (TerritoryID);

create view lines as
select o.CustomerID, o.EmployeeID, day(o.OrderDate) as booked_on, d.ProductID, d.Quantity, d._file, d._line, o.OrderID,
    round(d.UnitPrice::decimal(18,4) * d.Quantity::decimal(10,0) * (1 - d.Discount::decimal(6,4)), 2)::decimal(18,2) as amount
from order_details d left join orders o using (OrderID);

create view patch_of_customer as
select CustomerID, first(EmployeeID order by booked desc, EmployeeID) as employee
from (select CustomerID, EmployeeID, sum(amount) as booked from lines group by all) group by all;

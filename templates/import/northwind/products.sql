select 'PR-' || p.ProductID as product_id, p.ProductName as name, c.CategoryName as family, p.UnitPrice as list_price, p._file, p._line
from products p left join categories c using (CategoryID)
order by p.ProductID::int

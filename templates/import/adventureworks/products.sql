select 'P-' || ProductKey as product_id, Product as name, Category as family, Subcategory as subcategory, _file, _line
from products
order by ProductKey::int

select 'prod-' || slug(product) as product_id, product as name, series as family, sales_price as list_price, _file, _line
from products
order by _line

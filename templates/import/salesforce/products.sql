select id as product_id, coalesce(name, id) as name, family, case when gone(is_deleted) then 'deleted in the CRM' end as _reject, _file, _line
from product
order by _line

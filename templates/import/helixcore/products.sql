select 'PLAN-' || row_number() over (order by plan_selected) as product_id, plan_selected as name, 'Plans' as family
from (select distinct plan_selected from deals)
order by plan_selected

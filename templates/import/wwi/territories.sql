select territory_id, name, parent_id from (
    select 0 as depth, 'WWI' as territory_id, 'Wide World Importers' as name, null as parent_id
    union all
    select distinct 1, node(sales_territory), trim(sales_territory), 'WWI' from states
) order by depth, territory_id

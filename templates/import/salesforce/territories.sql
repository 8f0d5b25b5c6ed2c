select 'COMPANY' as territory_id, 'Company' as name, null as parent_id
union all
(select id, name, coalesce(parent, 'COMPANY') from role_tree order by id)

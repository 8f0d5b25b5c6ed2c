select 'COMPANY' as territory_id, 'Company' as name, null as parent_id
union all
(select id, coalesce(name, id), 'COMPANY' from team where id is not null order by id)

select territory_id, name, parent_id from (
    select 0 as depth, 'HX' as territory_id, 'Helixcore' as name, null as parent_id
    union all
    select distinct 1, team, team_name(team), 'HX' from places
    union all
    select 2, team || '-' || country, team_name(team) || ' ' || country, team from places
) order by depth, territory_id

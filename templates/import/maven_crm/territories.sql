-- Company, offices, and the managers' teams as the territories proper.
select territory_id, name, parent_id, manager_rep_id from (
    select 'company' as territory_id, 'Maven CRM' as name, null as parent_id, null as manager_rep_id, 0 as depth
    union all
    select distinct 'office-' || slug(regional_office), regional_office, 'company', null, 1 from sales_teams
    union all
    select distinct 'team-' || slug(manager), 'Team ' || manager, 'office-' || slug(regional_office), 'rep-' || slug(manager), 2
    from sales_teams
) order by depth, territory_id

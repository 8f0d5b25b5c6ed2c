create macro team_node(segment) as case when segment in ('AccountantFirm', 'Accountants') then 'ACC' when segment = 'SMB' then 'SMB' end;
create macro local_day(moment, hours) as (moment::timestamp + to_hours(coalesce(hours, '0')::int))::date;
create macro team_name(team) as case team when 'ACC' then 'Accountants' else 'SMB' end;
create view places as select distinct team_node(segment) as team, country from leads;

-- A user who is no longer active is taken to have left on the last login.
select id as rep_id, coalesce(name, nullif(concat_ws(' ', first_name, last_name), ''), id) as name, node as territory_id, email,
    case when manager_id in (select id from "user") then manager_id end as manager_rep_id,
    case when id in (select manager_id from "user") then 'manager' else 'rep' end as role, title,
    case when not gone(coalesce(is_active, 'true')) then day(last_login_date) end as left_on, _file, _line
from people
order by _line

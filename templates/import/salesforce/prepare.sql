create macro gone(flag) as lower(coalesce(flag, 'false')) in ('true', '1', 'yes');
create macro day(text) as coalesce(try_cast(left(trim(text), 10) as date), try_strptime(split_part(trim(text), ' ', 1), ['%m/%d/%Y', '%d.%m.%Y'])::date);
create macro money(text) as try_cast(regexp_replace(text, '^[A-Z]{3} |[,$€£]', '', 'g') as decimal(18,2));

-- Roles without parent (or whose parent is not in the export) hang under the company. Users without role work for the company.
create view role_tree as
select id, coalesce(name, id) as name, case when parent_role_id in (select id from user_role) and parent_role_id <> id then parent_role_id end as parent
from user_role where id is not null;
create view people as
select u.*, case when u.user_role_id in (select id from role_tree) then u.user_role_id else 'COMPANY' end as node from "user" u;
create view pushes as
select opportunity_id, count(*) filter (where day(close_date) > before) as pushes
from (select *, lag(day(close_date)) over (partition by opportunity_id order by created_date, _line) as before from opportunity_history)
group by 1;
create view won as
select o.id, o.account_id, day(o.close_date) as booked_on, money(o.amount) as amount, o.owner_id, o.currency_iso_code, o._file, o._line
from opportunity o where gone(o.is_won) and not gone(o.is_deleted);

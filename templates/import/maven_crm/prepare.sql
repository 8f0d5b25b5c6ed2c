-- There are no keys but names; ids are made from them.
create macro slug(name) as regexp_replace(lower(trim(name)), '[^a-z0-9]+', '-', 'g');
create macro day(text) as try_strptime(text, '%m/%d/%Y')::date;
create macro product_of(name) as case trim(name) when 'GTXPro' then 'GTX Pro' else trim(name) end;
create macro spelled(word) as case trim(word) when 'technolgy' then 'technology' when 'Philipines' then 'Philippines' else trim(word) end;

create view team_of_account as
select p.account, first(t.manager order by p.won desc, t.manager) as manager
from (select account, sales_agent, sum(close_value::decimal(18,2)) over (partition by account, t.manager) as won
      from sales_pipeline p join sales_teams t using (sales_agent) where deal_stage = 'Won' and account is not null) p
join sales_teams t using (sales_agent)
group by p.account;

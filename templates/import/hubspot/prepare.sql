create macro gone(flag) as lower(coalesce(flag, 'false')) in ('true', '1', 'yes');
create macro day(text) as coalesce(try_cast(split_part(trim(text), ' ', 1) as date), try_strptime(split_part(trim(text), ' ', 1), ['%m/%d/%Y', '%d.%m.%Y'])::date);
create macro money(text) as try_cast(regexp_replace(text, '[,$€£]', '', 'g') as decimal(18,2));

-- An owner works in the primary team, or the only one; owners without team work for the company.
create view people as
select o.*, coalesce((select first(t.team_id order by gone(t.is_team_primary) desc, t.team_id) from owner_team t
    where t.owner_id = o.owner_id and t.team_id in (select id from team)), 'COMPANY') as node
from owner o;
create view company_of_deal as select deal_id, min(company_id) as company_id from deal_company group by 1;
create view deals as
select d.*, c.company_id, coalesce(s.label, d.property_dealstage, d.deal_pipeline_stage_id, 'not known') as stage,
    case when gone(s.closed_won) or d.property_dealstage ilike 'closed%won%' then 'won'
         when gone(s.is_closed) or d.property_dealstage ilike 'closed%lost%' then 'lost' else 'open' end as status,
    coalesce(try_cast(d.property_hs_deal_stage_probability as double), try_cast(s.probability as double)) as odds
from deal d
left join company_of_deal c using (deal_id)
left join (select stage_id, any_value(label) as label, any_value(closed_won) as closed_won, any_value(is_closed) as is_closed,
    any_value(probability) as probability from deal_pipeline_stage group by 1) s on s.stage_id = d.deal_pipeline_stage_id;
create view about as
select e.id as engagement_id,
    coalesce((select min(company_id) from engagement_company c where c.engagement_id = e.id),
        (select min(d.company_id) from engagement_deal x join company_of_deal d using (deal_id) where x.engagement_id = e.id)) as company_id,
    (select min(contact_id) from engagement_contact c where c.engagement_id = e.id) as contact_id,
    (select min(deal_id) from engagement_deal d where d.engagement_id = e.id) as deal_id
from (select distinct engagement_id as id from (
    select engagement_id from engagement_call union all select engagement_id from engagement_email
    union all select engagement_id from engagement_meeting union all select engagement_id from engagement_task)) e;

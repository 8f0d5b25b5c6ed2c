-- By the associated company's key, else by its name where only one company has it.
select c.id as contact_id, coalesce(c.property_associatedcompanyid, n.id) as account_id,
    coalesce(nullif(concat_ws(' ', c.property_firstname, c.property_lastname), ''), c.property_email, c.id) as name,
    c.property_jobtitle as title, day(c.property_hs_last_contacted) as last_contact_on, c.property_hubspot_owner_id as owner_rep_id,
    case when gone(c._fivetran_deleted) then 'deleted in the CRM'
        when coalesce(c.property_associatedcompanyid, n.id) is null then 'the contact has no company in the export' end as _reject, c._file, c._line
from contact c
left join (select lower(trim(property_name)) as name, any_value(id) as id from company group by 1 having count(*) = 1) n
    on c.property_associatedcompanyid is null and n.name = lower(trim(c.property_company))
order by c._line

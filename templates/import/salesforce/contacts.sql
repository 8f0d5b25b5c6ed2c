select id as contact_id, account_id, coalesce(name, nullif(concat_ws(' ', first_name, last_name), ''), id) as name, title,
    day(last_activity_date) as last_contact_on, owner_id as owner_rep_id, department,
    case when gone(is_deleted) then 'deleted in the CRM' when account_id is null then 'the contact has no account' end as _reject, _file, _line
from contact
order by _line

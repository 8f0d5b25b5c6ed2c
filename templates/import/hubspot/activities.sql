with all_kinds as (
    select engagement_id, 'call' as kind, day(property_hs_timestamp) as done_on, null as due_on, property_hubspot_owner_id as owner,
        round(try_cast(property_hs_call_duration as double) / 60000, 1) as minutes, property_hs_call_title as subject,
        property_hs_call_disposition as outcome, property_hs_createdate as made, _fivetran_deleted as gone_, _file, _line
    from engagement_call
    union all
    select engagement_id, 'email', day(property_hs_timestamp), null, property_hubspot_owner_id, null, property_hs_email_subject, null,
        property_hs_createdate, _fivetran_deleted, _file, _line
    from engagement_email
    union all
    select engagement_id, 'meeting', day(start_time), null, property_hubspot_owner_id,
        date_diff('minute', try_cast(start_time as timestamp), try_cast(end_time as timestamp)), title, meeting_outcome,
        property_hs_createdate, _fivetran_deleted, _file, _line
    from engagement_meeting
    union all
    select engagement_id, 'task', case when upper(property_hs_task_status) = 'COMPLETED' then day(coalesce(property_hs_task_completion_date, property_hs_timestamp)) end,
        day(property_hs_timestamp), property_hubspot_owner_id, null, property_hs_task_subject, null, property_hs_createdate, _fivetran_deleted, _file, _line
    from engagement_task
)
select k.engagement_id as activity_id, a.company_id as account_id, k.owner as rep_id, k.kind, k.done_on, k.due_on,
    a.contact_id, a.deal_id as opportunity_id, k.minutes, k.subject, k.outcome, day(k.made) as created_on,
    case when gone(k.gone_) then 'deleted in the CRM' when a.company_id is null then 'the engagement names no company'
        when k.owner is null then 'the engagement names no owner' end as _reject, k._file, k._line
from all_kinds k left join about a using (engagement_id)

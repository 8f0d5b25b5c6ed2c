-- Tasks and events. Who did a record, a person or a system, is not recorded.
select id as activity_id, account_id, owner_id as rep_id,
    case when task_subtype ilike 'call' or type ilike '%call%' or call_type is not null then 'call'
        when task_subtype in ('Email', 'ListEmail') or type ilike '%email%' or subject ilike 'email:%' then 'email'
        when type ilike '%meeting%' then 'meeting' else 'task' end as kind,
    case when gone(is_closed) or status = 'Completed' then coalesce(day(completed_date_time), day(activity_date), day(created_date)) end as done_on,
    coalesce(day(activity_date), day(created_date)) as due_on,
    case when who_id like '003%' then who_id end as contact_id, case when what_id like '006%' then what_id end as opportunity_id,
    round(try_cast(call_duration_in_seconds as double) / 60, 1) as minutes, subject, call_disposition as outcome, day(created_date) as created_on,
    recurrence_activity_id as series_id,
    case when gone(is_deleted) then 'deleted in the CRM' when account_id is null then 'the activity names no account' end as _reject, _file, _line
from task
union all
select id, account_id, owner_id, case when type ilike '%visit%' or subject ilike '%visit%' then 'visit' when type ilike '%call%' then 'call' else 'meeting' end,
    coalesce(day(activity_date_time), day(start_date_time), day(activity_date)), coalesce(day(activity_date_time), day(start_date_time), day(activity_date)),
    case when who_id like '003%' then who_id end, case when what_id like '006%' then what_id end,
    try_cast(duration_in_minutes as double), subject, null, day(created_date), recurrence_activity_id,
    case when gone(is_deleted) then 'deleted in the CRM' when account_id is null then 'the activity names no account' end, _file, _line
from event

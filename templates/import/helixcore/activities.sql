-- The call log holds the same calls once more, under the same numbers (A0000101H is C0000101): what came of each is read from it.
-- Bot and system activities are marked as a system's.
select a.activity_id, a.lead_id as account_id, a.rep_id,
    case a.activity_type when 'whatsapp' then 'email' when 'note' then 'task' else a.activity_type end as kind,
    local_day(a.activity_at, l.timezone_utc_offset) as done_on, a.duration_minutes as minutes,
    case a.activity_source when 'human' then 'person' else 'system' end as source, a.activity_type as subject,
    c.disposition as outcome,
    case when a.rep_id is null then 'done by the system for no rep' end as _reject, a._file, a._line
from sales_activities a left join leads l using (lead_id)
left join call_logs c on a.activity_type = 'call' and c.call_id = 'C' || a.activity_id[2:8] and c.lead_id = a.lead_id
order by done_on, a.activity_id

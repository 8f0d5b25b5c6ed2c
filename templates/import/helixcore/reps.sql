-- Customer hours: calls, meetings and free time of the logged days, as a week of five. SDRs serve both segments.
select r.rep_id, r.rep_name as name,
    case when p.team is null then 'HX' else p.team || '-' || p.country end as territory_id,
    case r.role when 'SDR' then 'specialist' else 'rep' end as role, r.hire_date as hired_on,
    (select round(avg(c.available_minutes::double + c.on_call_minutes::double + c.meeting_minutes::double) * 5 / 60, 1)
     from rep_daily_capacity c where c.rep_id = r.rep_id) as selling_hours_per_week,
    r.role || ', ' || r.team as title, r._file, r._line
from reps r left join places p on p.team = team_node(r.team) and p.country = r.base_country
order by r._line

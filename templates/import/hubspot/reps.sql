select owner_id as rep_id, coalesce(nullif(concat_ws(' ', first_name, last_name), ''), email, owner_id) as name,
    node as territory_id, email, 'rep' as role, _file, _line
from people
order by _line

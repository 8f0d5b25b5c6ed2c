select null::varchar as rep_id, null::varchar as name, null::varchar as territory_id where false

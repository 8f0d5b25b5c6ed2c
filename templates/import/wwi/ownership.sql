select null::varchar as account_id, null::varchar as rep_id, null::varchar as role, null::date as from_on where false

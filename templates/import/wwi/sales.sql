select null::varchar as account_id, null::date as booked_on, null::varchar as amount where false

select null::varchar as product_id, null::varchar as name where false

-- No owner is recorded: up to 25 agents work an account.
select null::varchar as account_id, null::varchar as rep_id, null::varchar as role, null::date as from_on where false
